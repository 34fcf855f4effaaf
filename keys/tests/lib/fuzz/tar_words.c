/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/fuzz/tar_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_TEXT = 4800, MEMBERS_MAX = 16, BLOCK_MAX = 128 << 10 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Most bytes mean something valid: the first invalid thing ends the parsing, and nothing after it is examined. */
enum { WILD_FROM = 232 };

static uint8_t pick(uint8_t from, size_t count)
{
	return (uint8_t)(from % count);
}

#define PICK(in, sound, wild) pick_of(es_read_u8(in), sound, COUNT(sound), wild, COUNT(wild))

static const char *pick_of(uint8_t from, const char *const *sound, size_t sound_count, const char *const *wild,
			   size_t wild_count)
{
	return from < WILD_FROM ? sound[pick(from, sound_count)] : wild[pick(from, wild_count)];
}

#define N15 "nnnnnnnnnnnnnnn"
#define N51 N15 N15 N15 "nnnnnn"
static const char longest[] = N51 N51 N51 N51 N51; /* 255: NAME_MAX */
_Static_assert(sizeof longest == 256, "a name that just fits");

static void add_part(char *name, const char *part)
{
	size_t n = strlen(name);

	snprintf(name + n, NAME_MAX_TEXT - n, "%s", part);
}

/* A byte for the number of parts and for how the name begins and ends, then a byte for each part. */
static void read_name(struct es_reader *in, char name[static NAME_MAX_TEXT])
{
	static const char *const begins[] = { "tree/etc/",   "tree/etc/", "tree/etc/a/",
					      "tree/srv/a/", "tree/etc/", "tree/etc/a/" };
	static const char *const wild_begins[] = { "tree/", "", "/", "tree", "tree//", "tree/../", "./tree/etc/" };
	static const char *const parts[] = { "a", "b",        "c", "d", "e",        "f",    "g",
					     "h", "hostname", "x", "y", "\xc3\xa4", "\xff", "a\nb" };
	static const char *const wild_parts[] = { "..", ".", "", "etc", "srv", longest, "manifest.json", "tree" };
	uint8_t form = es_read_u8(in);
	unsigned count = (form & 7) == 0 ? 2 : 1;

	name[0] = '\0';
	add_part(name, PICK(in, begins, wild_begins));
	if (form >= WILD_FROM)
		count = form & 1 ? 0 : 18; /* none; or deep, and longer than PATH_MAX if the parts are long */
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			add_part(name, "/");
		add_part(name, PICK(in, parts, wild_parts));
	}
	if ((form & 0x18) == 0x18)
		add_part(name, "/");
}

static struct es_span read_counted(struct es_reader *in)
{
	size_t len = es_read_u8(in);

	if (len > es_reader_left(in))
		len = es_reader_left(in);
	return es_read_span(in, len);
}

static unsigned read_number(struct es_reader *in)
{
	static const unsigned sound[] = { 0, 1, 2, 0600, 0644, 0700, 0755, 0777, 1000, 01777, 65535 };
	static const unsigned wild[] = { 02755, 04755, 06777, 07777777, 511, 512, 513 };
	uint8_t from = es_read_u8(in);

	return from < WILD_FROM ? sound[pick(from, COUNT(sound))] : wild[pick(from, COUNT(wild))];
}

static const uint8_t acl[] = { 2, 0, 0,   0,   1,   0,   6,  0, 255, 255, 255, 255, 4,   0,
			       4, 0, 255, 255, 255, 255, 32, 0, 4,   0,   255, 255, 255, 255 };
static const uint8_t capability[] = { 1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

static void read_pax(struct es_reader *in, struct tar_image *t)
{
	static const char *const keys[] = { "SCHILY.xattr.user.x", "SCHILY.xattr.user.y", "SCHILY.xattr.trusted.x",
					    "SCHILY.xattr.security.x", "mtime" };
	static const char *const wild_keys[] = { "path",
						 "linkpath",
						 "size",
						 "uid",
						 "gid",
						 "hdrcharset",
						 "SCHILY.xattr.trusted.overlay.opaque",
						 "SCHILY.xattr.trusted.overlay.redirect",
						 "SCHILY.xattr.security.capability",
						 "SCHILY.xattr.system.posix_acl_access",
						 "SCHILY.xattr.system.posix_acl_default",
						 "SCHILY.xattr.",
						 "SCHILY.xattr.user.a%b",
						 "SCHILY.acl.access",
						 "SCHILY.devmajor",
						 "LIBARCHIVE.xattr.user.z",
						 "LIBARCHIVE.symlinktype",
						 "GNU.sparse.major",
						 "GNU.sparse.map",
						 "GNU.sparse.realsize" };
	static const struct es_span values[] = {
		{ (const uint8_t *)"1.5", 3 },
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
	/* Unknown keys are more frequent here, since there are few known ones. */
	uint8_t from = es_read_u8(in);
	const char *key = from < 128 ? keys[pick(from, COUNT(keys))] : wild_keys[pick(from, COUNT(wild_keys))];
	uint8_t which = es_read_u8(in);

	if (which < 200)
		tar_pax(t, key, values[pick(which, COUNT(values))]);
	else
		tar_pax(t, key, read_counted(in));
}

static void read_member(struct es_reader *in, struct tar_image *t)
{
	static const char kinds[] = "00000555522333", wild_kinds[] = "1467LgxKSV";
	char name[NAME_MAX_TEXT], target[NAME_MAX_TEXT] = "";
	uint8_t kind = es_read_u8(in), form = es_read_u8(in);
	struct tar_member m = { .name = name, .link = target };

	m.type = kind < WILD_FROM ? kinds[pick(kind, sizeof kinds - 1)] : wild_kinds[pick(kind, sizeof wild_kinds - 1)];
	read_name(in, name);
	if (strlen(name) > 100) {
		tar_pax(t, "path", es_text_span(name));
		name[100] = '\0';
	}
	if (m.type == '1' || m.type == '2')
		read_name(in, target);
	if ((form & 1) != 0) {
		m.mode = read_number(in);
		m.uid = read_number(in);
		m.gid = read_number(in);
		m.mtime = read_number(in);
	}
	if (form >= WILD_FROM && (form & 2) != 0) {
		m.major = read_number(in);
		m.minor = read_number(in);
	}
	if (m.type == '0' || strchr(wild_kinds, m.type) != NULL)
		m.data = read_counted(in);
	if (form >= WILD_FROM && (form & 4) != 0) {
		m.says_size = 1;
		m.size = read_number(in);
	}
	tar_add(t, &m);
}

static void read_manifest(struct es_reader *in, struct tar_image *t)
{
	static const char *const sound[] = { "[\"/etc\", \"/srv/a\"]", "[\"/srv/a\", \"/etc\"]" };
	static const char *const wild[] = { "[\"/etc\"]",
					    "[\"/etc/hostname\"]",
					    "[\"/srv/a/b\"]",
					    "[\"/etc/a\"]",
					    "[\"/etc\", \"/etc/a\"]",
					    "[\"/etc/..\"]",
					    "[\"/etc\", \"/\"]",
					    "[]",
					    "[\"/x\", \"/a/b\", \"/c\"]",
					    "[\"/etc\", 5]" };
	uint8_t form = es_read_u8(in);

	if (form < 248)
		tar_manifest(t, pick_of(form, sound, COUNT(sound), wild, COUNT(wild)));
	else if (form < 254)
		tar_add(t, &(struct tar_member){ .name = "manifest.json", .type = '0', .data = read_counted(in) });
}

void fuzz_tar(struct es_reader *in, struct tar_image *t)
{
	static const char *const folders[] = { "tree/etc", "tree/etc/a", "tree/srv/a" };
	static const uint8_t zeros[512];
	uint8_t end = es_read_u8(in);

	read_manifest(in, t);
	for (size_t i = 0; i < COUNT(folders) && (end & 1) == 0; i++)
		tar_folder(t, folders[i]);
	for (unsigned i = 0; i < MEMBERS_MAX && es_reader_left(in) > 0; i++) {
		uint8_t op = es_read_u8(in);

		if (op < 192) {
			read_member(in, t);
		} else if (op < 252) {
			read_pax(in, t);
		} else if (op < 254) {
			struct es_span raw = read_counted(in);

			tar_raw(t, raw.data, raw.len);
		} else {
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
		if (n == 0) /* one block even if it is empty */
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
