/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/decompress.h"

#include "keys/archive/lz4.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum {
	GZIP_ONLY = 16 + MAX_WBITS,
	STEP_MAX = 1 << 20, /* zlib and bzlib count in unsigned int */
	LZ4_BLOCK = 8 << 20,
	LZ4_MAGIC_LEN = 4,
};
#define LZMA_MEMORY ((uint64_t)512 << 20)

static const uint8_t lz4_magic[LZ4_MAGIC_LEN] = { 0x02, 0x21, 0x4c, 0x18 };

struct lz4_frame {
	uint8_t *block;
	size_t have, given;
};

struct es_decompressor {
	enum es_compression kind;
	struct es_span in;
	size_t used;
	bool ended;
	union {
		z_stream z;
		bz_stream bz;
		lzma_stream lzma;
		ZSTD_DCtx *zstd;
		struct lz4_frame lz4;
	} u;
};

enum es_compression es_compression_of(struct es_span s)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum es_compression kind;
	} magics[] = {
		{ "\x1f\x8b", 2, ES_COMPRESSION_GZIP },         { "BZh", 3, ES_COMPRESSION_BZIP2 },
		{ "\xfd\x37zXZ\0", 6, ES_COMPRESSION_XZ },      { "\x5d\x00\x00", 3, ES_COMPRESSION_LZMA },
		{ "\x28\xb5\x2f\xfd", 4, ES_COMPRESSION_ZSTD }, { "\x02\x21\x4c\x18", 4, ES_COMPRESSION_LZ4 },
		{ "\x89LZO", 4, ES_COMPRESSION_LZO },
	};

	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
		if (s.len >= magics[i].len && memcmp(s.data, magics[i].bytes, magics[i].len) == 0)
			return magics[i].kind;
	return ES_COMPRESSION_NONE;
}

static enum es_reason begin(struct es_decompressor *d)
{
	switch (d->kind) {
	case ES_COMPRESSION_GZIP:
		return inflateInit2(&d->u.z, GZIP_ONLY) == Z_OK ? ES_OK : ES_MEMORY;
	case ES_COMPRESSION_BZIP2:
		return BZ2_bzDecompressInit(&d->u.bz, 0, 0) == BZ_OK ? ES_OK : ES_MEMORY;
	case ES_COMPRESSION_XZ:
		return lzma_stream_decoder(&d->u.lzma, LZMA_MEMORY, 0) == LZMA_OK ? ES_OK : ES_MEMORY;
	case ES_COMPRESSION_LZMA:
		return lzma_alone_decoder(&d->u.lzma, LZMA_MEMORY) == LZMA_OK ? ES_OK : ES_MEMORY;
	case ES_COMPRESSION_ZSTD:
		d->u.zstd = ZSTD_createDCtx();
		return d->u.zstd != NULL ? ES_OK : ES_MEMORY;
	case ES_COMPRESSION_LZ4:
		d->used = LZ4_MAGIC_LEN;
		d->u.lz4.block = malloc(LZ4_BLOCK);
		return d->u.lz4.block != NULL ? ES_OK : ES_MEMORY;
	default:
		return ES_VERSION;
	}
}

enum es_reason es_decompress_open(enum es_compression kind, struct es_span in, struct es_decompressor **ret)
{
	ES_DECOMPRESSOR d = calloc(1, sizeof *d);
	enum es_reason r;

	if (d == NULL)
		return ES_MEMORY;
	d->in = in;
	d->kind = kind;
	r = begin(d);
	if (r != ES_OK)
		d->kind = ES_COMPRESSION_NONE; /* nothing to end */
	else
		*ret = es_take(d);
	return r;
}

void es_decompress_closep(struct es_decompressor **d)
{
	if (*d == NULL)
		return;
	switch ((*d)->kind) {
	case ES_COMPRESSION_GZIP:
		inflateEnd(&(*d)->u.z);
		break;
	case ES_COMPRESSION_BZIP2:
		BZ2_bzDecompressEnd(&(*d)->u.bz);
		break;
	case ES_COMPRESSION_XZ:
	case ES_COMPRESSION_LZMA:
		lzma_end(&(*d)->u.lzma);
		break;
	case ES_COMPRESSION_ZSTD:
		ZSTD_freeDCtx((*d)->u.zstd);
		break;
	case ES_COMPRESSION_LZ4:
		free((*d)->u.lz4.block);
		break;
	default:
		break;
	}
	free(*d);
	*d = NULL;
}

static unsigned step_of(size_t len)
{
	return (unsigned)(len < STEP_MAX ? len : STEP_MAX);
}

static enum es_reason step_gzip(struct es_decompressor *d, uint8_t *into, size_t cap, size_t *wrote)
{
	unsigned in = step_of(d->in.len - d->used), out = step_of(cap);
	int r;

	d->u.z.next_in = (Bytef *)(uintptr_t)(d->in.data + d->used);
	d->u.z.avail_in = in;
	d->u.z.next_out = into;
	d->u.z.avail_out = out;
	r = inflate(&d->u.z, Z_NO_FLUSH);
	d->used += in - d->u.z.avail_in;
	*wrote = out - d->u.z.avail_out;
	d->ended = r == Z_STREAM_END;
	return r == Z_OK || r == Z_STREAM_END || r == Z_BUF_ERROR ? ES_OK : r == Z_MEM_ERROR ? ES_MEMORY : ES_FORMAT;
}

static enum es_reason step_bzip2(struct es_decompressor *d, uint8_t *into, size_t cap, size_t *wrote)
{
	unsigned in = step_of(d->in.len - d->used), out = step_of(cap);
	int r;

	d->u.bz.next_in = (char *)(uintptr_t)(d->in.data + d->used);
	d->u.bz.avail_in = in;
	d->u.bz.next_out = (char *)into;
	d->u.bz.avail_out = out;
	r = BZ2_bzDecompress(&d->u.bz);
	d->used += in - d->u.bz.avail_in;
	*wrote = out - d->u.bz.avail_out;
	d->ended = r == BZ_STREAM_END;
	return r == BZ_OK || r == BZ_STREAM_END ? ES_OK : r == BZ_MEM_ERROR ? ES_MEMORY : ES_FORMAT;
}

static enum es_reason step_lzma(struct es_decompressor *d, uint8_t *into, size_t cap, size_t *wrote)
{
	size_t in = d->in.len - d->used;
	lzma_ret r;

	d->u.lzma.next_in = d->in.data + d->used;
	d->u.lzma.avail_in = in;
	d->u.lzma.next_out = into;
	d->u.lzma.avail_out = cap;
	r = lzma_code(&d->u.lzma, LZMA_RUN);
	d->used += in - d->u.lzma.avail_in;
	*wrote = cap - d->u.lzma.avail_out;
	d->ended = r == LZMA_STREAM_END;
	switch (r) {
	case LZMA_OK:
	case LZMA_STREAM_END:
	case LZMA_BUF_ERROR:
		return ES_OK;
	case LZMA_MEM_ERROR:
		return ES_MEMORY;
	case LZMA_MEMLIMIT_ERROR:
		return ES_TOO_LARGE;
	default:
		return ES_FORMAT;
	}
}

static enum es_reason step_zstd(struct es_decompressor *d, uint8_t *into, size_t cap, size_t *wrote)
{
	ZSTD_inBuffer in = { .src = d->in.data + d->used, .size = d->in.len - d->used };
	ZSTD_outBuffer out = { .dst = into, .size = cap };
	size_t r = ZSTD_decompressStream(d->u.zstd, &out, &in);

	d->used += in.pos;
	*wrote = out.pos;
	if (ZSTD_isError(r))
		return ES_FORMAT;
	d->ended = r == 0;
	return ES_OK;
}

/* The legacy frame has no end: another archive begins where no block can. */
static enum es_reason next_block(struct es_decompressor *d)
{
	struct es_reader r = { .in = d->in, .pos = d->used };
	struct lz4_frame *f = &d->u.lz4;
	uint32_t len = es_read_le32(&r);
	struct es_span block;

	if (r.bad || len == 0 || len > LZ4_BLOCK + LZ4_BLOCK / 255 + 16) {
		d->ended = true;
		return ES_OK;
	}
	if (memcmp(d->in.data + d->used, lz4_magic, LZ4_MAGIC_LEN) == 0) {
		d->used = r.pos;
		return ES_OK;
	}
	block = es_read_span(&r, len);
	if (r.bad || !es_lz4_block(block, f->block, LZ4_BLOCK, &f->have))
		return ES_FORMAT;
	f->given = 0;
	d->used = r.pos;
	return ES_OK;
}

static enum es_reason step_lz4(struct es_decompressor *d, uint8_t *into, size_t cap, size_t *wrote)
{
	struct lz4_frame *f = &d->u.lz4;
	size_t n = f->have - f->given;

	if (n == 0) {
		*wrote = 0;
		return next_block(d);
	}
	if (n > cap)
		n = cap;
	memcpy(into, f->block + f->given, n);
	f->given += n;
	*wrote = n;
	return ES_OK;
}

static enum es_reason step(struct es_decompressor *d, uint8_t *into, size_t cap, size_t *wrote)
{
	switch (d->kind) {
	case ES_COMPRESSION_GZIP:
		return step_gzip(d, into, cap, wrote);
	case ES_COMPRESSION_BZIP2:
		return step_bzip2(d, into, cap, wrote);
	case ES_COMPRESSION_XZ:
	case ES_COMPRESSION_LZMA:
		return step_lzma(d, into, cap, wrote);
	case ES_COMPRESSION_ZSTD:
		return step_zstd(d, into, cap, wrote);
	default:
		return step_lz4(d, into, cap, wrote);
	}
}

enum es_reason es_decompress_read(struct es_decompressor *d, void *into, size_t cap, size_t *ret_len)
{
	size_t have = 0;

	while (have < cap && !d->ended) {
		size_t before = d->used, wrote = 0;
		enum es_reason r = step(d, (uint8_t *)into + have, cap - have, &wrote);

		if (r != ES_OK)
			return r;
		have += wrote;
		/* Neither took nor gave anything: the input ends too early. */
		if (wrote == 0 && d->used == before && !d->ended)
			return ES_FORMAT;
	}
	*ret_len = have;
	return ES_OK;
}

size_t es_decompress_used(const struct es_decompressor *d)
{
	return d->used;
}
