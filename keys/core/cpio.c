/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/cpio.h"

#include <string.h>

enum {
	ALIGN = 4,
	HEADER_LEN = 6 + 13 * 8,
	MODE_FOLDER = 0040000,
	MODE_FILE = 0100000,
	MODE_BITS = 07777,
};

struct entry {
	const char *path;
	uint32_t inode, mode, links;
	struct es_span data;
};

static void write_hex(struct es_writer *w, uint32_t v)
{
	char text[8];

	for (int i = 7; i >= 0; i--, v >>= 4)
		text[i] = "0123456789ABCDEF"[v & 15];
	es_write_bytes(w, text, sizeof text);
}

static size_t padding(size_t len)
{
	return (ALIGN - len % ALIGN) % ALIGN;
}

/* Every entry's length is a multiple of four, so if the first one is aligned, all are. */
static void write_entry(struct es_writer *w, const struct entry *e)
{
	size_t name_len = strlen(e->path) + 1;
	const uint32_t fields[] = {
		e->inode,
		e->mode,
		0, /* uid */
		0, /* gid */
		e->links,
		0, /* mtime */
		(uint32_t)e->data.len,
		0, /* device, major and minor */
		0,
		0, /* the device that a node represents */
		0,
		(uint32_t)name_len,
		0, /* this form has no checksum */
	};

	if (e->data.len > UINT32_MAX || name_len > UINT32_MAX) {
		es_write_bytes(w, NULL, SIZE_MAX); /* a size that the measuring pass is sure to notice */
		return;
	}
	es_write_text(w, "070701");
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		write_hex(w, fields[i]);
	es_write_bytes(w, e->path, name_len);
	es_write_zeros(w, padding(HEADER_LEN + name_len));
	es_write_bytes(w, e->data.data, e->data.len);
	es_write_zeros(w, padding(e->data.len));
}

void es_cpio_folder(struct es_cpio *c, const char *path, uint32_t mode)
{
	const struct entry e = { path, ++c->inode, MODE_FOLDER | (mode & MODE_BITS), 2, { NULL, 0 } };

	write_entry(c->out, &e);
}

void es_cpio_file(struct es_cpio *c, const char *path, uint32_t mode, struct es_span data)
{
	const struct entry e = { path, ++c->inode, MODE_FILE | (mode & MODE_BITS), 1, data };

	write_entry(c->out, &e);
}

void es_cpio_end(struct es_cpio *c)
{
	const struct entry e = { "TRAILER!!!", 0, 0, 1, { NULL, 0 } };

	write_entry(c->out, &e);
}
