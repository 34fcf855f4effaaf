/* SPDX-License-Identifier: Apache-2.0 */
/* Private to keys/image: the files of a host's covered paths, to find the one that a file in an initramfs is a copy of.
 * Their contents are plaintext: no more than one is in memory, in a struct es_secret. */
#ifndef ES_IMAGE_FILES_HOST_H
#define ES_IMAGE_FILES_HOST_H

#include "keys/core/pcr.h"
#include "keys/core/reason.h"
#include "keys/store/covered.h"

#include <sys/types.h>

struct es_host_file {
	char *path;
	uint64_t size;
	mode_t mode;
	bool hashed;
	struct es_digest digest;
};

struct es_host_files {
	int rootfd;
	struct es_host_file *file; /* by size */
	size_t count, room;
};

/* Whatever can't be read isn't there. ES_MEMORY. */
ES_MUST_CHECK enum es_reason es_host_files_read(struct es_host_files *h, int rootfd, unsigned path_count,
						const char (*paths)[ES_PATH_TEXT]);
void es_host_files_free(struct es_host_files *h);

/* The file with that content: one of the same path if there is one, or of the same name. NULL: none. */
const struct es_host_file *es_host_files_find(struct es_host_files *h, const char *path, struct es_span content);

#endif
