/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/tar_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zstd.h>

void tar_free(struct tar_image *t)
{
	es_buf_free(&t->tar);
	es_buf_free(&t->header);
}

static void append(struct es_buf *room, size_t *used, const void *data, size_t len)
{
	if (*used + len > room->len) {
		size_t want = 2 * (*used + len) + 4096;

		room->data = realloc(room->data, want);
		assert_non_null(room->data);
		room->len = want;
	}
	if (len > 0)
		memcpy(room->data + *used, data, len);
	*used += len;
}

void tar_raw(struct tar_image *t, const void *data, size_t len)
{
	append(&t->tar, &t->len, data, len);
}

static void pad(struct tar_image *t)
{
	static const char zeros[512];

	tar_raw(t, zeros, (512 - t->len % 512) % 512);
}

/* POSIX.1-1988 ustar header block. */
struct block {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100];
	char magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct block) == 512, "one block");

/* With its NUL. Not with printf: a fuzzer writes a hundred of these for each archive. */
static void octal(char *field, size_t len, uint64_t n)
{
	field[--len] = '\0';
	for (; len > 0; n >>= 3)
		field[--len] = (char)('0' + (n & 7));
	assert_int_equal(n, 0);
}

static void add_block(struct tar_image *t, const struct tar_member *m)
{
	struct block b;
	const uint8_t *bytes = (const uint8_t *)&b;
	unsigned sum = 0;

	memset(&b, 0, sizeof b);
	assert_true(strlen(m->name) <= sizeof b.name);
	memcpy(b.name, m->name, strlen(m->name));
	octal(b.mode, sizeof b.mode, m->mode != 0 ? m->mode : m->type == '5' ? 0755 : 0644);
	octal(b.uid, sizeof b.uid, m->uid);
	octal(b.gid, sizeof b.gid, m->gid);
	octal(b.size, sizeof b.size, m->says_size ? m->size : m->data.len);
	octal(b.mtime, sizeof b.mtime, m->mtime);
	b.type = m->type;
	if (m->link != NULL)
		memcpy(b.link, m->link, strlen(m->link) < sizeof b.link ? strlen(m->link) : sizeof b.link);
	memcpy(b.magic, "ustar", 6);
	memcpy(b.version, "00", 2);
	octal(b.major, sizeof b.major, m->major);
	octal(b.minor, sizeof b.minor, m->minor);
	memset(b.sum, ' ', sizeof b.sum);
	for (size_t i = 0; i < sizeof b; i++)
		sum += bytes[i];
	octal(b.sum, sizeof b.sum - 1, sum);
	tar_raw(t, &b, sizeof b);
	tar_raw(t, m->data.data, m->data.len);
	pad(t);
}

void tar_pax(struct tar_image *t, const char *key, struct es_span value)
{
	size_t rest = 1 + strlen(key) + 1 + value.len + 1, len = rest;
	char digits[24];

	/* its length includes its own digits */
	for (size_t was = 0; was != len;) {
		was = len;
		len = rest + (size_t)snprintf(digits, sizeof digits, "%zu", len);
	}
	snprintf(digits, sizeof digits, "%zu ", len);
	append(&t->header, &t->header_len, digits, strlen(digits));
	append(&t->header, &t->header_len, key, strlen(key));
	append(&t->header, &t->header_len, "=", 1);
	append(&t->header, &t->header_len, value.data, value.len);
	append(&t->header, &t->header_len, "\n", 1);
}

void tar_add(struct tar_image *t, const struct tar_member *m)
{
	if (t->header_len > 0) {
		const struct tar_member pax = { .name = "pax", .type = 'x', .data = { t->header.data, t->header_len } };

		add_block(t, &pax);
		t->header_len = 0;
	}
	add_block(t, m);
}

void tar_folder(struct tar_image *t, const char *name)
{
	tar_add(t, &(struct tar_member){ .name = name, .type = '5' });
}

void tar_file(struct tar_image *t, const char *name, const char *text)
{
	tar_add(t, &(struct tar_member){ .name = name, .type = '0', .data = es_text_span(text) });
}

void tar_manifest(struct tar_image *t, const char *paths)
{
	char text[1024];

	assert_true(snprintf(text, sizeof text,
			     "{ \"format\": \"etcseal-archive\", \"version\": 1, \"generation\": 7, \"host\": "
			     "\"0190b8f4-0000-4000-8000-00000000aaaa\", \"time\": \"2026-11-21T18:14:32Z\", "
			     "\"paths\": %s }\n",
			     paths) < (int)sizeof text);
	tar_file(t, "manifest.json", text);
}

void tar_end(struct tar_image *t)
{
	static const char zeros[1024];

	tar_raw(t, zeros, sizeof zeros);
}

struct es_buf zstd_packed(struct es_span bytes)
{
	struct es_buf b = { NULL, 0 };
	size_t n;

	assert_int_equal(es_buf_new(ZSTD_compressBound(bytes.len), &b), ES_OK);
	n = ZSTD_compress(b.data, b.len, bytes.data, bytes.len, 1);
	assert_false(ZSTD_isError(n));
	b.len = n;
	return b;
}

struct es_buf tar_packed(const struct tar_image *t)
{
	return zstd_packed((struct es_span){ t->tar.data, t->len });
}
