/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/out.h"
#include "keys/core/wipe.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	ENVELOPE_ROOM = 4096, /* CMS adds some hundred bytes, and the result must not exceed ES_ARCHIVE_MAX */
	FIRST_ROOM = 256 << 10,
};

struct es_tar_out {
	struct archive *tar;
	struct es_buf room; /* len is the room that is allocated */
	size_t used;
	enum es_reason reason; /* why writing failed */
};

void es_plain_buf_free(struct es_buf *b)
{
	if (b->data != NULL)
		es_wipe(b->data, b->len);
	es_buf_free(b);
}

void es_tar_out_freep(struct es_tar_out **out)
{
	if (*out == NULL)
		return;
	archive_write_free((*out)->tar); /* may still write */
	es_plain_buf_free(&(*out)->room);
	free(*out);
	*out = NULL;
}

/* Makes room for len more bytes, and wipes the old buffer, which realloc wouldn't do. */
static enum es_reason make_room(struct es_tar_out *o, size_t len)
{
	ES_PLAIN_BUF bigger = { NULL, 0 };
	struct es_buf old;
	size_t max = ES_ARCHIVE_MAX - ENVELOPE_ROOM, want;
	enum es_reason r;

	if (len > max - o->used)
		return ES_TOO_LARGE;
	if (len <= o->room.len - o->used)
		return ES_OK;
	want = o->room.len > max / 2 ? max : o->room.len * 2;
	if (want < o->used + len)
		want = o->used + len;
	r = es_buf_new(want, &bigger);
	if (r != ES_OK)
		return r;
	memcpy(bigger.data, o->room.data, o->used);
	old = o->room;
	o->room = bigger;
	bigger = old;
	return ES_OK;
}

static la_ssize_t write_callback(struct archive *a, void *data, const void *block, size_t len)
{
	struct es_tar_out *o = data;

	if (o->reason == ES_OK)
		o->reason = make_room(o, len);
	if (o->reason != ES_OK) {
		archive_set_error(a, ENOSPC, "no room for the archive");
		return -1;
	}
	memcpy(o->room.data + o->used, block, len);
	o->used += len;
	return (la_ssize_t)len;
}

static enum es_reason failed(const struct es_tar_out *o)
{
	return o->reason != ES_OK ? o->reason : ES_MEMORY;
}

/*
 * libarchive's pax writer calls this for kinds that tar can't hold, and we pass it none. libarchive's own version is in
 * the same object as the table of all its writers (zip, xar, 7zip …), so a static link would pull in all of them, and
 * with them libxml2, nettle, zlib, bzip2 and xz.
 */
void __archive_write_entry_filetype_unsupported(struct archive *a, struct archive_entry *entry, const char *format);
void __archive_write_entry_filetype_unsupported(struct archive *a, struct archive_entry *entry, const char *format)
{
	(void)entry;
	archive_set_error(a, EINVAL, "%s: not a kind that is kept", format);
}

enum es_reason es_tar_out_new(struct es_tar_out **ret)
{
	ES_TAR_OUT o = calloc(1, sizeof *o);
	enum es_reason r;

	if (o == NULL)
		return ES_MEMORY;
	r = es_buf_new(FIRST_ROOM, &o->room);
	if (r != ES_OK)
		return r;
	o->tar = archive_write_new();
	/* No padding to blocks: unpacking would refuse what follows the frame. */
	if (o->tar == NULL || archive_write_set_format_pax(o->tar) != ARCHIVE_OK ||
	    archive_write_add_filter_zstd(o->tar) != ARCHIVE_OK ||
	    archive_write_set_options(o->tar, "xattrheader=SCHILY,zstd:compression-level=9") != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(o->tar, 0) != ARCHIVE_OK ||
	    archive_write_open(o->tar, o, NULL, write_callback, NULL) != ARCHIVE_OK)
		return ES_MEMORY;
	*ret = es_take(o);
	return ES_OK;
}

enum es_reason es_tar_out_add(struct es_tar_out *o, struct archive_entry *entry, struct es_span data)
{
	int r = archive_write_header(o->tar, entry);

	/* libarchive warns about names that aren't ASCII, and then writes their bytes unchanged (hdrcharset=BINARY). */
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
		return failed(o);
	while (data.len > 0) {
		la_ssize_t n = archive_write_data(o->tar, data.data, data.len);

		if (n <= 0)
			return failed(o);
		data.data += n;
		data.len -= (size_t)n;
	}
	return archive_write_finish_entry(o->tar) == ARCHIVE_OK ? ES_OK : failed(o);
}

enum es_reason es_tar_out_end(struct es_tar_out *o, struct es_buf *ret)
{
	if (archive_write_close(o->tar) != ARCHIVE_OK)
		return failed(o);
	return es_buf_copy((struct es_span){ o->room.data, o->used }, ret);
}
