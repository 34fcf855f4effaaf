/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/stream.h"
#include "keys/core/wipe.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum {
	BLOCK = 64 << 10,
	WINDOW_LOG_MAX = 25, /* 32 MiB: the most memory that unpacking takes */
	END_OF_TAR = 1024,   /* two blocks of zeros */
};
/* Counts files and their headers, so that a bomb of headers is caught, too. */
#define STREAM_MAX (2 * ES_UNPACKED_MAX)

struct es_tar {
	struct archive *tar;
	ZSTD_DCtx *zstd;
	ZSTD_inBuffer in;
	bool frame_ended;
	uint64_t total;
	uint64_t zeros;        /* at the end of the bytes so far */
	enum es_reason reason; /* why decompression failed */
	uint8_t block[BLOCK];
};

enum es_reason es_locale_c(struct es_locale *ret)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);

	if (c == (locale_t)0)
		return ES_MEMORY;
	ret->ours = c;
	ret->before = uselocale(c);
	return ES_OK;
}

void es_locale_restore(struct es_locale *l)
{
	if (l->ours == NULL)
		return;
	uselocale((locale_t)l->before);
	freelocale((locale_t)l->ours);
	l->ours = NULL;
}

void es_tar_freep(struct es_tar **tar)
{
	if (*tar == NULL)
		return;
	archive_read_free((*tar)->tar);
	ZSTD_freeDCtx((*tar)->zstd);
	es_wipe((*tar)->block, sizeof(*tar)->block);
	free(*tar);
	*tar = NULL;
}

static void count_zeros(struct es_tar *t, size_t len)
{
	size_t n = 0;

	while (n < len && t->block[len - 1 - n] == 0)
		n++;
	t->zeros = n == len ? t->zeros + n : n;
}

/* The next piece of the tar, in t->block; 0 at the end of the frame, or with t->reason set. */
static size_t decompress(struct es_tar *t)
{
	ZSTD_outBuffer out = { .dst = t->block, .size = sizeof t->block };

	while (t->reason == ES_OK && out.pos == 0 && !t->frame_ended) {
		size_t in_before = t->in.pos;
		size_t left = ZSTD_decompressStream(t->zstd, &out, &t->in);

		if (ZSTD_isError(left))
			t->reason = ES_FORMAT;
		else if (left == 0)
			t->frame_ended = true;
		else if (out.pos == 0 && t->in.pos == in_before)
			t->reason = ES_FORMAT; /* the frame isn't complete, but there is no more input: truncated */
	}
	if (t->frame_ended && t->in.pos != t->in.size)
		t->reason = ES_FORMAT; /* another frame, or garbage */
	t->total += out.pos;
	if (t->reason == ES_OK && t->total > STREAM_MAX)
		t->reason = ES_TOO_LARGE;
	if (t->reason != ES_OK)
		return 0;
	count_zeros(t, out.pos);
	return out.pos;
}

static la_ssize_t read_callback(struct archive *a, void *data, const void **ret_block)
{
	struct es_tar *t = data;
	size_t n = decompress(t);

	if (t->reason != ES_OK) {
		archive_set_error(a, EINVAL, "the zstd frame is malformed");
		return ARCHIVE_FATAL;
	}
	*ret_block = t->block;
	return (la_ssize_t)n;
}

enum es_reason es_tar_open(struct es_span packed, struct es_tar **ret)
{
	ES_TAR t = calloc(1, sizeof *t);

	if (t == NULL)
		return ES_MEMORY;
	t->in = (ZSTD_inBuffer){ .src = packed.data, .size = packed.len };
	t->zstd = ZSTD_createDCtx();
	t->tar = archive_read_new();
	if (t->zstd == NULL || t->tar == NULL)
		return ES_MEMORY;
	if (ZSTD_isError(ZSTD_DCtx_setParameter(t->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)) ||
	    archive_read_support_format_tar(t->tar) != ARCHIVE_OK)
		return ES_MEMORY;
	if (archive_read_open(t->tar, t, NULL, read_callback, NULL) != ARCHIVE_OK)
		return t->reason != ES_OK ? t->reason : ES_FORMAT;
	*ret = es_take(t);
	return ES_OK;
}

/* After the last member there may only be two blocks of zeros, and more zeros. */
static enum es_reason finish(struct es_tar *t)
{
	uint64_t rest;

	while (t->reason == ES_OK && !t->frame_ended)
		(void)decompress(t);
	if (t->reason != ES_OK)
		return t->reason;
	rest = t->total - (uint64_t)archive_read_header_position(t->tar);
	return rest >= END_OF_TAR && t->zeros >= rest ? ES_MISSING : ES_FORMAT;
}

enum es_reason es_tar_next(struct es_tar *t, struct archive_entry **ret_entry)
{
	int r = archive_read_next_header(t->tar, ret_entry);

	if (r == ARCHIVE_EOF)
		return finish(t);
	/* libarchive's warnings count, too: a header that it understood only in part isn't one of ours. */
	if (r != ARCHIVE_OK)
		return t->reason != ES_OK ? t->reason : ES_FORMAT;
	return ES_OK;
}

enum es_reason es_tar_read(struct es_tar *t, void *data, size_t cap, size_t *ret_len)
{
	la_ssize_t n = archive_read_data(t->tar, data, cap);

	if (n < 0)
		return t->reason != ES_OK ? t->reason : ES_FORMAT;
	*ret_len = (size_t)n;
	return ES_OK;
}

enum es_reason es_tar_read_all(struct es_tar *tar, size_t cap, struct es_buf *ret)
{
	ES_BUF b = { NULL, 0 };
	size_t have = 0, n = 1;
	enum es_reason r = es_buf_new(4096, &b);

	while (r == ES_OK && n > 0) {
		if (have == b.len) {
			size_t more = b.len < cap / 2 ? b.len * 2 : cap + 1;
			uint8_t *data = have <= cap ? realloc(b.data, more) : NULL;

			if (data == NULL)
				return have <= cap ? ES_MEMORY : ES_TOO_LARGE;
			b.data = data;
			b.len = more;
		}
		r = es_tar_read(tar, b.data + have, b.len - have, &n);
		have += r == ES_OK ? n : 0;
	}
	if (r != ES_OK)
		return r;
	if (have > cap)
		return ES_TOO_LARGE;
	b.len = have;
	*ret = es_buf_take(&b);
	return ES_OK;
}
