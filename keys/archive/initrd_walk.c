/* SPDX-License-Identifier: Apache-2.0 */
/* Linux Documentation/driver-api/early-userspace/buffer-format.rst, and init/initramfs.c for what it leaves open. */
#include "keys/archive/initrd_walk.h"

#include "keys/archive/decompress.h"
#include "keys/core/buf.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	ALIGN = 4,
	MAGIC_LEN = 6,
	FIELDS = 13,
	HEADER_LEN = MAGIC_LEN + FIELDS * 8,
	NAME_MAX_LEN = 4096,
	LINKS_MAX = 4096,
	CHUNK = 64 << 10,
	ZEROS_MAX = 4 << 20, /* between archives that are compressed together */
};

enum field { INO, MODE, UID, GID, NLINK, MTIME, SIZE, MAJOR, MINOR, RMAJOR, RMINOR, NAME_LEN, CHECK };

const struct es_initrd_limits es_initrd_limits = {
	.unpacked = (uint64_t)4 << 30,
	.file = (uint64_t)64 << 20,
	.files = 1 << 20,
};

/* A name of a file with several, whose content comes with the last of them. */
struct link {
	uint64_t ino, major, minor;
	char *path;
};

struct walk {
	const struct es_initrd_limits *limits;
	es_initrd_file_fn *fn;
	void *context;
	const char *why;
	struct es_reader memory;      /* what isn't compressed */
	struct es_decompressor *from; /* or NULL: memory */
	size_t at;                    /* in the archive, for its alignment */
	uint64_t unpacked, files;
	bool any; /* a file was found */
	char name[NAME_MAX_LEN], path[NAME_MAX_LEN + 1];
	struct es_buf content;
	size_t content_room;
	struct link *links;
	size_t link_count;
};

static void end_walk(struct walk *w)
{
	es_decompress_closep(&w->from);
	free(w->content.data);
	for (size_t i = 0; i < w->link_count; i++)
		free(w->links[i].path);
	free(w->links);
}

static enum es_reason fail(struct walk *w, enum es_reason reason, const char *why)
{
	w->why = why;
	return reason;
}

static bool is_newc(const uint8_t *s)
{
	return memcmp(s, "070701", MAGIC_LEN) == 0 || memcmp(s, "070702", MAGIC_LEN) == 0;
}

/* Up to len bytes; fewer at the end of the archive's source. */
static enum es_reason take(struct walk *w, void *into, size_t len, size_t *ret_len)
{
	enum es_reason r = ES_OK;

	if (w->unpacked + len > w->limits->unpacked)
		return fail(w, ES_FILE_TOO_LARGE, "is too large when it is unpacked");
	if (w->from != NULL) {
		r = es_decompress_read(w->from, into, len, ret_len);
	} else {
		size_t left = es_reader_left(&w->memory);
		struct es_span s = es_read_span(&w->memory, len < left ? len : left);

		if (s.len > 0)
			memcpy(into, s.data, s.len);
		*ret_len = s.len;
	}
	if (r == ES_FORMAT)
		return fail(w, ES_PART_INITRD, "is damaged or truncated where it is compressed");
	if (r == ES_TOO_LARGE)
		return fail(w, ES_FILE_TOO_LARGE, "needs too much memory to be unpacked");
	if (r != ES_OK)
		return r;
	w->at += *ret_len;
	w->unpacked += *ret_len;
	return ES_OK;
}

/* Exactly len bytes. */
static enum es_reason take_all(struct walk *w, void *into, size_t len)
{
	size_t have = 0;
	enum es_reason r = take(w, into, len, &have);

	if (r == ES_OK && have < len)
		return fail(w, ES_PART_INITRD, "ends in the middle of a file");
	return r;
}

static enum es_reason pass_over(struct walk *w, uint64_t len)
{
	uint8_t nowhere[CHUNK];
	enum es_reason r = ES_OK;

	while (len > 0 && r == ES_OK) {
		size_t n = len < sizeof nowhere ? (size_t)len : sizeof nowhere;

		r = take_all(w, nowhere, n);
		len -= n;
	}
	return r;
}

/* The end of an archive needn't be padded. */
static enum es_reason pad(struct walk *w)
{
	uint8_t nowhere[ALIGN];
	size_t have, len = (ALIGN - w->at % ALIGN) % ALIGN;

	return len > 0 ? take(w, nowhere, len, &have) : ES_OK;
}

static bool read_fields(const uint8_t *header, uint64_t ret[static FIELDS])
{
	for (int f = 0; f < FIELDS; f++) {
		ret[f] = 0;
		for (size_t i = 0; i < 8; i++) {
			uint8_t c = header[MAGIC_LEN + f * 8 + i];

			if (c >= '0' && c <= '9')
				ret[f] = ret[f] * 16 + (c - '0');
			else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
				ret[f] = ret[f] * 16 + ((c | 0x20) - 'a' + 10);
			else
				return false;
		}
	}
	return true;
}

/* "./etc//x" → "/etc/x"; as for the kernel, ".." of the top is the top. */
static void find_path(struct walk *w)
{
	size_t len = 0;

	for (const char *p = w->name; *p != '\0';) {
		size_t part = strcspn(p, "/");

		if (part == 2 && memcmp(p, "..", 2) == 0) {
			while (len > 0 && w->path[--len] != '/')
				;
		} else if (part > 0 && !(part == 1 && *p == '.')) {
			w->path[len++] = '/';
			memcpy(w->path + len, p, part);
			len += part;
		}
		p += part;
		p += *p == '/';
	}
	if (len == 0)
		w->path[len++] = '/';
	w->path[len] = '\0';
}

static enum es_reason keep_link(struct walk *w, const uint64_t *field)
{
	struct link l = { .ino = field[INO], .major = field[MAJOR], .minor = field[MINOR] };

	if (w->link_count == LINKS_MAX)
		return fail(w, ES_FILE_TOO_LARGE, "has too many hard links");
	if (w->links == NULL)
		w->links = calloc(LINKS_MAX, sizeof w->links[0]);
	l.path = strdup(w->path);
	if (w->links == NULL || l.path == NULL) {
		free(l.path);
		return ES_MEMORY;
	}
	w->links[w->link_count++] = l;
	return ES_OK;
}

/* Reports the earlier names of a file whose content has come. */
static enum es_reason report_links(struct walk *w, const uint64_t *field, struct es_initrd_file file)
{
	size_t kept = 0;
	enum es_reason r = ES_OK;

	for (size_t i = 0; i < w->link_count; i++) {
		struct link *l = &w->links[i];

		if (l->ino != field[INO] || l->major != field[MAJOR] || l->minor != field[MINOR]) {
			w->links[kept++] = *l;
			continue;
		}
		file.path = l->path;
		if (r == ES_OK)
			r = w->fn(w->context, &file);
		free(l->path);
	}
	w->link_count = kept;
	return r;
}

static enum es_reason read_content(struct walk *w, uint64_t size, struct es_initrd_file *file)
{
	enum es_reason r;

	if (size > w->limits->file) {
		file->left_out = true;
		return pass_over(w, size);
	}
	/* What isn't there isn't allocated for either. */
	if (w->from == NULL && size > es_reader_left(&w->memory))
		return fail(w, ES_PART_INITRD, "ends in the middle of a file");
	if (size > w->content_room) {
		uint8_t *data = realloc(w->content.data, (size_t)size);

		if (data == NULL)
			return ES_MEMORY;
		w->content.data = data;
		w->content_room = (size_t)size;
	}
	r = take_all(w, w->content.data, (size_t)size);
	file->content = (struct es_span){ w->content.data, (size_t)size };
	return r;
}

static enum es_reason read_file(struct walk *w, const uint64_t *field)
{
	struct es_initrd_file file = { .path = w->path, .mode = (mode_t)field[MODE], .size = field[SIZE] };
	enum es_reason r = read_content(w, field[SIZE], &file);
	bool linked = S_ISREG(file.mode) && field[NLINK] > 1;

	if (r == ES_OK)
		r = pad(w);
	if (r != ES_OK)
		return r;
	w->any = true;
	if (linked && file.size == 0)
		return keep_link(w, field);
	r = w->fn(w->context, &file);
	return r == ES_OK && linked ? report_links(w, field, file) : r;
}

/* One archive, whose first header has been read. */
static enum es_reason read_archive(struct walk *w, uint8_t header[static HEADER_LEN])
{
	uint64_t field[FIELDS];
	enum es_reason r;

	for (;;) {
		if (!is_newc(header) || !read_fields(header, field) || field[NAME_LEN] == 0 ||
		    field[NAME_LEN] > sizeof w->name)
			return fail(w, ES_PART_INITRD, "has a malformed header");
		if (++w->files > w->limits->files)
			return fail(w, ES_FILE_TOO_LARGE, "has too many files");
		r = take_all(w, w->name, (size_t)field[NAME_LEN]);
		if (r != ES_OK)
			return r;
		if (w->name[field[NAME_LEN] - 1] != '\0')
			return fail(w, ES_PART_INITRD, "has a malformed header");
		r = pad(w);
		if (r != ES_OK)
			return r;
		if (strcmp(w->name, "TRAILER!!!") == 0)
			return field[SIZE] > 0 ? pass_over(w, field[SIZE]) : ES_OK;
		find_path(w);
		r = read_file(w, field);
		if (r == ES_OK)
			r = take_all(w, header, HEADER_LEN);
		if (r != ES_OK)
			return r;
	}
}

/* Archives in a row in one source, with zeros between them. */
static enum es_reason read_source(struct walk *w)
{
	uint8_t header[HEADER_LEN];
	size_t have, zeros = 0;
	enum es_reason r;

	w->at = 0;
	for (;;) {
		do {
			r = take(w, header, 1, &have);
		} while (r == ES_OK && have == 1 && header[0] == 0 && zeros++ < ZEROS_MAX);
		if (r != ES_OK || have == 0)
			return r;
		r = take_all(w, header + 1, HEADER_LEN - 1);
		if (r == ES_OK && !is_newc(header))
			return fail(w, ES_PART_INITRD,
				    "is compressed, but contains no archive that the kernel unpacks");
		if (r == ES_OK)
			r = read_archive(w, header);
		if (r != ES_OK)
			return r;
	}
}

static enum es_reason read_compressed(struct walk *w, enum es_compression kind, struct es_span in)
{
	enum es_reason r = es_decompress_open(kind, in, &w->from);

	if (r == ES_VERSION)
		return fail(w, ES_PART_INITRD, "is compressed with LZO, which etcseal can't read");
	if (r == ES_OK)
		r = read_source(w);
	if (r != ES_OK)
		return r;
	w->memory.pos += es_decompress_used(w->from);
	es_decompress_closep(&w->from);
	return ES_OK;
}

static enum es_reason read_plain(struct walk *w)
{
	uint8_t header[HEADER_LEN];
	enum es_reason r;

	w->at = 0;
	r = take_all(w, header, HEADER_LEN);
	return r == ES_OK ? read_archive(w, header) : r;
}

static enum es_reason walk_all(struct walk *w)
{
	struct es_span all = w->memory.in;
	enum es_reason r = ES_OK;

	while (r == ES_OK) {
		struct es_span rest;
		enum es_compression kind;

		while (w->memory.pos < all.len && all.data[w->memory.pos] == 0)
			w->memory.pos++;
		if (w->memory.pos == all.len)
			break;
		rest = (struct es_span){ all.data + w->memory.pos, all.len - w->memory.pos };
		kind = es_compression_of(rest);
		if (rest.len >= MAGIC_LEN && is_newc(rest.data))
			r = read_plain(w);
		else if (kind != ES_COMPRESSION_NONE)
			r = read_compressed(w, kind, rest);
		else
			break; /* the kernel skips what isn't an archive, such as bootconfig */
	}
	if (r == ES_OK && !w->any)
		return fail(w, ES_PART_INITRD, "contains no archive that the kernel unpacks");
	return r;
}

/* A name whose content never came is of an empty file. */
static enum es_reason report_empty(struct walk *w)
{
	enum es_reason r = ES_OK;

	for (size_t i = 0; i < w->link_count && r == ES_OK; i++) {
		struct es_initrd_file file = { .path = w->links[i].path, .mode = S_IFREG };

		r = w->fn(w->context, &file);
	}
	return r;
}

enum es_reason es_initrd_walk(struct es_span initrd, const struct es_initrd_limits *limits, es_initrd_file_fn *fn,
			      void *context, const char **ret_why)
{
	struct walk *w = calloc(1, sizeof *w);
	enum es_reason r;

	if (w == NULL)
		return ES_MEMORY;
	w->limits = limits;
	w->fn = fn;
	w->context = context;
	w->why = "";
	w->memory.in = initrd;
	r = walk_all(w);
	if (r == ES_OK)
		r = report_empty(w);
	*ret_why = w->why;
	end_walk(w);
	free(w);
	return r;
}
