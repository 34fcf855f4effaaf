/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compressions of an initramfs (Linux lib/decompress.c), read piece by piece. One stream each: unlike a general
 * reader it says where the stream ended, since the kernel goes on with another archive there.
 */
#ifndef ES_ARCHIVE_DECOMPRESS_H
#define ES_ARCHIVE_DECOMPRESS_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

enum es_compression {
	ES_COMPRESSION_NONE, /* not one that the kernel knows */
	ES_COMPRESSION_GZIP,
	ES_COMPRESSION_BZIP2,
	ES_COMPRESSION_XZ,
	ES_COMPRESSION_LZMA,
	ES_COMPRESSION_ZSTD,
	ES_COMPRESSION_LZ4, /* in its legacy frame, the only one that the kernel reads */
	ES_COMPRESSION_LZO, /* can't be read here */
	ES_COMPRESSION_COUNT
};

/* By the first bytes. */
enum es_compression es_compression_of(struct es_span s);

struct es_decompressor;

/* in must outlive it. ES_VERSION: NONE or LZO; ES_MEMORY. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_decompress_open(enum es_compression kind, struct es_span in,
						struct es_decompressor **ret);
void es_decompress_closep(struct es_decompressor **d);
#define ES_DECOMPRESSOR ES_SCOPED(es_decompress_closep) struct es_decompressor *

/* The next cap bytes; fewer only at the stream's end. ES_FORMAT: damaged or truncated; ES_TOO_LARGE: needs more memory
 * to be unpacked than the kernel has for it; ES_MEMORY. */
ES_MUST_CHECK enum es_reason es_decompress_read(struct es_decompressor *d, void *into, size_t cap, size_t *ret_len);

/* The bytes of `in` that the stream had; known once its end was read. */
size_t es_decompress_used(const struct es_decompressor *d);

#endif
