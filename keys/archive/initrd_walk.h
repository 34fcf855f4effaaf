/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an initramfs contains: each file of each archive, in the order in which the kernel unpacks them. Nothing is
 * written, and nothing is believed: sizes and counts have limits.
 */
#ifndef ES_ARCHIVE_INITRD_WALK_H
#define ES_ARCHIVE_INITRD_WALK_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

#include <sys/types.h>

struct es_initrd_file {
	const char *path; /* absolute, without "." and ".." */
	mode_t mode;      /* with its type */
	uint64_t size;
	struct es_span content; /* of a regular file; empty if it is larger than the limit */
	bool left_out;          /* it is */
};
/* Anything but ES_OK ends the walk, which returns it. The file is the walk's, and gone after the call. */
typedef enum es_reason es_initrd_file_fn(void *context, const struct es_initrd_file *file);

struct es_initrd_limits {
	uint64_t unpacked, file, files;
};
extern const struct es_initrd_limits es_initrd_limits;

/* ES_PART_INITRD: it isn't one, or is damaged, or compressed with LZO; ES_FILE_TOO_LARGE: over a limit; ES_MEMORY; or
 * what fn returned. Files before the damage were reported. *ret_why: a clause, "ends in the middle of a file"; "" with
 * ES_OK. */
ES_MUST_CHECK enum es_reason es_initrd_walk(struct es_span initrd, const struct es_initrd_limits *limits,
					    es_initrd_file_fn *fn, void *context, const char **ret_why);

#endif
