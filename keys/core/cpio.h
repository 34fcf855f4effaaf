/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newc cpio that the stub hands over after the embedded initrd: files and folders only, owned by root, without
 * times. Linux Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#ifndef ES_CORE_CPIO_H
#define ES_CORE_CPIO_H

#include "keys/core/span.h"

struct es_cpio {
	struct es_writer *out;
	uint32_t inode;
};

/* path has no leading slash; every parent folder must have been written before. A first pass into a writer with cap 0
 * measures the size. */
void es_cpio_folder(struct es_cpio *c, const char *path, uint32_t mode);
void es_cpio_file(struct es_cpio *c, const char *path, uint32_t mode, struct es_span data);
void es_cpio_end(struct es_cpio *c); /* the trailer, padded to 4 bytes */

#endif
