/* SPDX-License-Identifier: Apache-2.0 */
/* The file of the running boot image, for code that makes the next image from it. */
#ifndef ES_BOOTED_IMAGE_H
#define ES_BOOTED_IMAGE_H

#include "keys/core/event_read.h"
#include "keys/core/pe.h"
#include "keys/host/host.h"

enum { ES_BOOTED_PATH = ES_PATH_TEXT + ES_PROGRAM_PATH };

struct es_booted_file {
	char path[ES_BOOTED_PATH];
	struct es_buf bytes;
	struct es_pe pe; /* of bytes */
};
/* The file that the event names, on the boot partition or in another place where such partitions are mounted. False:
 * the event names no file, or none can be read. */
bool es_booted_open(const struct es_host *host, struct es_span log, struct es_booted_file *ret);
void es_booted_free(struct es_booted_file *file);
#define ES_BOOTED_FILE ES_SCOPED(es_booted_free) struct es_booted_file

/* The file is found on the boot partition through this boot's event log, and PCR 11 proves that it has the sections
 * that were started: anyone who can write to the disk may have replaced it. ES_NOT_BOOTED: nothing was measured;
 * ES_MISSING: there is no such file, or it is a different one now, and the detail names it. The caller frees
 * *ret_bytes. */
ES_MUST_CHECK enum es_reason es_host_booted_image(struct es_host *host, char ret_path[static ES_BOOTED_PATH],
						  struct es_buf *ret_bytes);

#endif
