/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/testlib/fuzz/tar_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_TEXT = 4200, MEMBERS_MAX = 16, LONG = 255, BLOCK_MAX = 128 << 10 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static uint8_t pick(struct es_reader *in, size_t count)
{
	return (uint8_t)(es_read_u8(in) % count);
}

/* Parts of names: what the manifest covers, what climbs out, what is too long, what isn't ASCII. NULL: LONG times 'n'. */
static const char *const parts[] = { "etc", "a", "b", "c",        "srv",  "hostname", "tree", "..",
				     ".",   "",  "x", "\xc3\xa4", "\xff", "a\nb",     NULL,   "manifest.json" };

static void add_part(char *name, const char *part)
{
	char longest[LONG + 1];
	size_t n = strlen(name);

	if (part == NULL) {
		memset(longest, 'n', LONG);
		longest[LONG] = '\0';
		part = longest;
	}
	snprintf(name + n, NAME_MAX_TEXT - n, "%s", part);
}

/* A byte for how many parts, where it begins and how it ends, then a byte for each part. */
static void read_name(struct es_reader *in, char name[static NAME_MAX_TEXT])
{
	static const char *const begins[] = { "tree/", "tree/etc/", "tree/etc/",   "",
					      "/",     "tree",      "tree/srv/a/", "tree//" };
	uint8_t form = es_read_u8(in);
	unsigned count = form & 3;

	name[0] = '\0';
	add_part(name, begins[form >> 2 & 7]);
	if ((form & 0x60) == 0x60)
		count += 17; /* deep, and more than PATH_MAX where the parts are long */
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			add_part(name, "/");
		add_part(name, parts[pick(in, COUNT(parts))]);
	}
	if ((form & 0x80) != 0)
		add_part(name, "/");
}

static struct es_span read_counted(struct es_reader *in)
{
	size_t len = es_read_u8(in);

	if (len > es_reader_left(in))
		len = es_reader_left(in);
	return es_read_span(in, len);
}

static uint64_t read_number(struct es_reader *in)
{
	static const uint64_t edges[] = { 0,     1,     2,        0777,  1000, 01777, 02755,
					  04755, 06777, 07777777, 65535, 511,  512,   513 };

	return edges[pick(in, COUNT(edges))];
}

static const uint8_t acl[] = { 2, 0, 0,   0,   1,   0,   6,  0, 255, 255, 255, 255, 4,   0,
			       4, 0, 255, 255, 255, 255, 32, 0, 4,   0,   255, 255, 255, 255 };
static const uint8_t capability[] = { 1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

static void read_pax(struct es_reader *in, struct tar_image *t)
{
	static const char *const keys[] = {
		"path",
		"linkpath",
		"size",
		"uid",
		"gid",
		"mtime",
		"hdrcharset",
		"SCHILY.xattr.user.x",
		"SCHILY.xattr.user.y",
		"SCHILY.xattr.trusted.x",
		"SCHILY.xattr.trusted.overlay.opaque",
		"SCHILY.xattr.trusted.overlay.redirect",
		"SCHILY.xattr.security.capability",
		"SCHILY.xattr.security.x",
		"SCHILY.xattr.system.posix_acl_access",
		"SCHILY.xattr.system.posix_acl_default",
		"SCHILY.xattr.",
		"SCHILY.acl.access",
		"SCHILY.devmajor",
		"LIBARCHIVE.xattr.user.z",
		"LIBARCHIVE.symlinktype",
		"GNU.sparse.major",
		"GNU.sparse.map",
		"GNU.sparse.realsize",
	};
	static const struct es_span values[] = {
		{ (const uint8_t *)"y", 1 },
		{ (const uint8_t *)"0", 1 },
		{ (const uint8_t *)"-1", 2 },
		{ (const uint8_t *)"4294967295", 10 },
		{ (const uint8_t *)"9223372036854775807", 19 },
		{ (const uint8_t *)"1.999999999", 11 },
		{ (const uint8_t *)"BINARY", 6 },
		{ (const uint8_t *)"tree/etc/../../x", 16 },
		{ (const uint8_t *)"tree/etc/b", 10 },
		{ acl, sizeof acl },
		{ capability, sizeof capability },
	};
	const char *key = keys[pick(in, COUNT(keys))];
	uint8_t which = es_read_u8(in);

	if ((which & 1) != 0)
		tar_pax(t, key, values[(which >> 1) % COUNT(values)]);
	else
		tar_pax(t, key, read_counted(in));
}

static void read_member(struct es_reader *in, struct tar_image *t)
{
	/* Kinds that are kept, twice as often. */
	static const char kinds[] = "0055220053123467Lg";
	char name[NAME_MAX_TEXT], target[NAME_MAX_TEXT] = "";
	uint8_t form = es_read_u8(in);
	struct tar_member m = { .name = name, .type = kinds[(form & 31) % (sizeof kinds - 1)], .link = target };

	read_name(in, name);
	if (strlen(name) > 100) {
		tar_pax(t, "path", es_text_span(name));
		name[100] = '\0';
	}
	if (m.type == '1' || m.type == '2')
		read_name(in, target);
	if ((form & 0x20) != 0) {
		m.mode = (unsigned)read_number(in);
		m.uid = (unsigned)read_number(in);
		m.gid = (unsigned)read_number(in);
		m.mtime = read_number(in);
	}
	if ((form & 0x40) != 0) {
		m.major = (unsigned)read_number(in);
		m.minor = (unsigned)read_number(in);
	}
	if (m.type == '0' || m.type == 'L' || m.type == 'g')
		m.data = read_counted(in);
	if ((form & 0x80) != 0) {
		m.says_size = 1;
		m.size = read_number(in);
	}
	tar_add(t, &m);
}

static void read_manifest(struct es_reader *in, struct tar_image *t)
{
	static const char *const covered[] = { "[\"/etc\"]",
					       "[\"/etc\", \"/srv/a\"]",
					       "[\"/etc/hostname\"]",
					       "[\"/srv/a/b\"]",
					       "[\"/etc\", \"/etc/a\"]",
					       "[\"/etc/..\"]",
					       "[\"/etc\", \"/\"]",
					       "[]",
					       "[\"/x\", \"/a/b\", \"/c\"]" };
	uint8_t form = es_read_u8(in);

	/* Mostly one that is fine: else nothing that follows is looked at. */
	if (form < 224)
		tar_manifest(t, covered[form % 4]);
	else if (form < 248)
		tar_manifest(t, covered[form % COUNT(covered)]);
	else if (form < 254)
		tar_add(t, &(struct tar_member){ .name = "manifest.json", .type = '0', .data = read_counted(in) });
}

void fuzz_tar(struct es_reader *in, struct tar_image *t)
{
	uint8_t end = es_read_u8(in);

	read_manifest(in, t);
	for (unsigned i = 0; i < MEMBERS_MAX && es_reader_left(in) > 0; i++) {
		uint8_t op = es_read_u8(in);

		if (op < 160) {
			read_member(in, t);
		} else if (op < 240) {
			read_pax(in, t);
		} else if (op < 248) {
			struct es_span raw = read_counted(in);

			tar_raw(t, raw.data, raw.len);
		} else {
			static const uint8_t zeros[512];

			tar_raw(t, zeros, sizeof zeros);
		}
	}
	if (end < 240)
		tar_end(t);
	if (end >= 248)
		tar_raw(t, &end, 1);
}

struct es_buf fuzz_frame(struct es_span tar)
{
	/* RFC 8878: one segment, its size in four bytes, and no checksum. */
	const uint8_t head[] = { 0x28, 0xb5, 0x2f, 0xfd, 0xa0 };
	struct es_buf b = { NULL, 0 };
	struct es_writer w;

	if (es_buf_new(sizeof head + 4 + tar.len + 3 * (tar.len / BLOCK_MAX + 1), &b) != ES_OK)
		abort();
	w = (struct es_writer){ .data = b.data, .cap = b.len };
	es_write_bytes(&w, head, sizeof head);
	es_write_le32(&w, (uint32_t)tar.len);
	for (bool last = false; !last; last = tar.len == 0) {
		size_t n = tar.len < BLOCK_MAX ? tar.len : BLOCK_MAX;
		uint32_t block = (uint32_t)n << 3 | (n == tar.len);

		es_write_le16(&w, (uint16_t)block);
		es_write_bytes(&w, &(uint8_t){ (uint8_t)(block >> 16) }, 1);
		if (n == 0) /* one block all the same */
			break;
		es_write_bytes(&w, tar.data, n);
		tar.data += n;
		tar.len -= n;
	}
	if (w.bad)
		abort();
	b.len = w.pos;
	return b;
}

void fuzz_mend_checksums(struct es_span tar, struct es_buf *ret)
{
	if (es_buf_copy(tar, ret) != ES_OK)
		abort();
	for (size_t at = 0; at + 512 <= ret->len; at += 512) {
		uint8_t *block = ret->data + at;
		char text[8];
		unsigned sum = 0;

		if (memcmp(block + 257, "ustar", 5) != 0)
			continue;
		memset(block + 148, ' ', 8);
		for (int i = 0; i < 512; i++)
			sum += block[i];
		snprintf(text, sizeof text, "%06o", sum);
		memcpy(block + 148, text, 7);
	}
}
