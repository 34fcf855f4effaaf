/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An initramfs: whatever it contains, its paths are absolute and without "..", and no limit is passed.
 * Covers: initrd_walk.c decompress.c lz4.c
 */
#include "keys/archive/initrd_walk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { UNPACKED = 16 << 20, FILE_MAX = 1 << 16, FILES = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum es_reason check(void *context, const struct es_initrd_file *f)
{
	size_t *files = context, len = strlen(f->path);

	if (++*files > 2 * FILES || f->path[0] != '/' || strstr(f->path, "//") != NULL ||
	    strstr(f->path, "/../") != NULL || strstr(f->path, "/./") != NULL || (len > 1 && f->path[len - 1] == '/'))
		abort();
	if (f->content.len > FILE_MAX || (f->left_out ? f->content.len != 0 : f->content.len != f->size))
		abort();
	for (size_t i = 0; i < f->content.len; i++) /* it is all there */
		len += f->content.data[i];
	*files += len == SIZE_MAX;
	return ES_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct es_initrd_limits limits = { .unpacked = UNPACKED, .file = FILE_MAX, .files = FILES };
	struct es_span all = { data, size };
	const char *why = NULL;
	size_t files = 0;
	enum es_reason r = es_initrd_walk(all, &limits, check, &files, &why);

	if (r == ES_MEMORY)
		return 0;
	if (why == NULL || (r == ES_OK) != (why[0] == '\0') ||
	    (r != ES_OK && r != ES_PART_INITRD && r != ES_FILE_TOO_LARGE))
		abort();
	return 0;
}
