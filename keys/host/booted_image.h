/* SPDX-License-Identifier: Apache-2.0 */
/* The file of the boot image that runs, for who makes the next one out of it. */
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
/* The file that the event names, on the boot partition or another place where such partitions are mounted. False: none is
 * named, or none can be read. */
bool es_booted_open(const struct es_host *host, struct es_span log, struct es_booted_file *ret);
void es_booted_free(struct es_booted_file *file);
#define ES_BOOTED_FILE ES_SCOPED(es_booted_free) struct es_booted_file

/* Found on the boot partition by this boot's event log, and proven by PCR 11 to have the sections that were started: who can
 * write to the disk may have put another in its place. ES_NOT_BOOTED: nothing was measured; ES_MISSING: there is no such file,
 * or it is another by now, and the detail names it. The caller frees *ret_bytes. */
ES_MUST_CHECK enum es_reason es_host_booted_image(struct es_host *host, char ret_path[static ES_BOOTED_PATH],
						  struct es_buf *ret_bytes);

#endif
