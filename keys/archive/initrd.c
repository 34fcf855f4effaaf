/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux Documentation/driver-api/early-userspace/buffer-format.rst: archives in newc form and compressed ones follow
 * each other, with zeros between them. Archives that only the kernel's early code reads contain nothing outside
 * kernel/.
 */
#include "keys/archive/initrd.h"

#include <archive.h>
#include <string.h>

enum {
	ALIGN = 4,
	HEADER_LEN = 6 + 13 * 8,
	FIELD_SIZE = 6 + 6 * 8,
	FIELD_NAME = 6 + 11 * 8,
	NAME_MAX_LEN = 4096,
};

struct seen {
	bool any, early_only;
};

static bool begins(struct es_span s, const char *magic, size_t len)
{
	return s.len >= len && memcmp(s.data, magic, len) == 0;
}

static bool is_newc(struct es_span s)
{
	return begins(s, "070701", 6) || begins(s, "070702", 6);
}

static bool read_hex(struct es_span header, size_t at, uint64_t *ret)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++) {
		uint8_t c = header.data[at + i];

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v * 16 + ((c | 0x20) - 'a' + 10);
		else
			return false;
	}
	*ret = v;
	return true;
}

static uint64_t align_up(uint64_t v)
{
	return (v + ALIGN - 1) / ALIGN * ALIGN;
}

/* What the kernel reads before it unpacks anything: microcode and ACPI tables. */
static bool is_early(struct es_span name)
{
	return (name.len == 2 && name.data[0] == '.') || begins(name, "kernel/", 7) ||
	       (name.len == 7 && begins(name, "kernel", 6));
}

/* Reads one file of an archive at file->pos, and moves past it; *ret_last: it was the trailer. */
static bool read_entry(struct es_reader *file, struct seen *seen, bool *ret_last)
{
	static const char trailer[] = "TRAILER!!!";
	struct es_span header = es_read_span(file, HEADER_LEN), name;
	uint64_t size, name_len;

	if (file->bad || !is_newc(header) || !read_hex(header, FIELD_SIZE, &size) ||
	    !read_hex(header, FIELD_NAME, &name_len) || name_len == 0 || name_len > NAME_MAX_LEN)
		return false;
	name = es_read_span(file, name_len);
	if (file->bad || name.data[name_len - 1] != '\0')
		return false;
	*ret_last = name_len == sizeof trailer && memcmp(name.data, trailer, sizeof trailer) == 0;
	file->pos = align_up(file->pos);
	if (file->pos > file->in.len) {
		file->pos = file->in.len;
		return *ret_last && size == 0; /* the last one needn't be padded */
	}
	if (size > es_reader_left(file))
		return false;
	file->pos = align_up(file->pos + size);
	if (file->pos > file->in.len)
		file->pos = file->in.len; /* nor need its data be, if nothing follows */
	if (!*ret_last) {
		seen->any = true;
		seen->early_only = seen->early_only && is_early(name);
	}
	return true;
}

static bool read_cpio(struct es_reader *file, struct seen *seen)
{
	bool last = false;

	while (!last && es_reader_left(file) > 0)
		if (!read_entry(file, seen, &last))
			return false;
	return true;
}

/* Judges the content of a compressed archive by its first bytes. */
static enum es_initrd look_into(struct es_span s)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	enum es_initrd kind = ES_INITRD_DAMAGED;
	uint8_t head[6];
	size_t have = 0;

	if (a == NULL)
		return ES_INITRD_OK; /* no memory for a look */
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_lzma(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_format_raw(a);
	if (archive_read_open_memory(a, s.data, s.len) == ARCHIVE_OK &&
	    archive_read_next_header(a, &entry) == ARCHIVE_OK)
		while (have < sizeof head) {
			la_ssize_t n = archive_read_data(a, head + have, sizeof head - have);

			if (n <= 0)
				break;
			have += (size_t)n;
		}
	if (archive_filter_count(a) > 2)
		kind = ES_INITRD_OTHER; /* compressed twice: the kernel unpacks once */
	else if (have == sizeof head)
		kind = is_newc((struct es_span){ head, have }) ? ES_INITRD_OK : ES_INITRD_OTHER;
	archive_read_free(a);
	return kind;
}

static enum es_initrd look_compressed(struct es_span s)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool looked_into;
	} magics[] = {
		{ "\x1f\x8b", 2, true },
		{ "\x28\xb5\x2f\xfd", 4, true },
		{ "\xfd\x37zXZ", 5, true },
		{ "BZh", 3, true },
		{ "\x5d\x00\x00", 3, true },
		{ "\x02\x21\x4c\x18", 4, false }, /* LZ4 and LZO: nothing here unpacks them */
		{ "\x89LZO", 4, false },
	};

	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
		if (!begins(s, magics[i].bytes, magics[i].len))
			continue;
		return magics[i].looked_into ? look_into(s) : ES_INITRD_OK;
	}
	return begins(s, "070707", 6) || begins(s, "\xc7\x71", 2) || begins(s, "\x71\xc7", 2) ? ES_INITRD_OLD_CPIO
											      : ES_INITRD_UNKNOWN;
}

enum es_initrd es_initrd_inspect(struct es_span file)
{
	struct es_reader in = { .in = file };
	struct seen seen = { .any = false, .early_only = true };

	for (;;) {
		struct es_span rest;

		while (in.pos < file.len && file.data[in.pos] == 0)
			in.pos++;
		if (in.pos == file.len)
			break;
		rest = (struct es_span){ file.data + in.pos, file.len - in.pos };
		if (!is_newc(rest)) {
			enum es_initrd kind = look_compressed(rest);

			/* What follows a good archive may belong to a loader, such as bootconfig; the kernel skips
			 * it. */
			return kind == ES_INITRD_UNKNOWN && seen.any && !seen.early_only ? ES_INITRD_OK : kind;
		}
		if (in.pos % ALIGN != 0 || !read_cpio(&in, &seen))
			return ES_INITRD_DAMAGED;
	}
	if (!seen.any)
		return ES_INITRD_UNKNOWN;
	return seen.early_only ? ES_INITRD_EARLY_ONLY : ES_INITRD_OK;
}
