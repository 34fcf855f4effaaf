/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/hash.h"

#include "keys/archive/flags.h"
#include "keys/archive/out.h"
#include "keys/core/buf.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"

#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

struct xattr {
	const char *name;
	const void *value;
	size_t len;
};

#define FLAGS "SCHILY.fflags"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct xattr *)a)->name, ((const struct xattr *)b)->name);
}

static void write_le64(struct es_writer *w, uint64_t v)
{
	es_write_le32(w, (uint32_t)v);
	es_write_le32(w, (uint32_t)(v >> 32));
}

/* The length comes first, so that no two different members give the same bytes. */
static void write_counted(struct es_writer *w, const void *data, size_t len)
{
	write_le64(w, len);
	es_write_bytes(w, data, len);
}

static void write_member(struct es_writer *w, struct archive_entry *e, const struct xattr *xattrs, size_t count)
{
	const char *path = archive_entry_pathname(e);
	const char *target = archive_entry_filetype(e) == AE_IFLNK ? archive_entry_symlink(e) : "";

	write_counted(w, path, strlen(path));
	es_write_le32(w, (uint32_t)archive_entry_filetype(e));
	es_write_le32(w, (uint32_t)archive_entry_perm(e));
	write_le64(w, (uint64_t)archive_entry_uid(e));
	write_le64(w, (uint64_t)archive_entry_gid(e));
	write_le64(w, (uint64_t)archive_entry_mtime(e));
	es_write_le32(w, (uint32_t)archive_entry_mtime_nsec(e));
	write_counted(w, target, strlen(target));
	write_le64(w, count);
	for (size_t i = 0; i < count; i++) {
		write_counted(w, xattrs[i].name, strlen(xattrs[i].name));
		write_counted(w, xattrs[i].value, xattrs[i].len);
	}
}

/* Sorted: the kernel lists them in the order in which they were set, which differs in an unpacked tree. */
static enum es_reason list_xattrs(struct archive_entry *e, struct xattr **ret, size_t *ret_count)
{
	size_t count = (size_t)archive_entry_xattr_reset(e);
	struct xattr *list = calloc(count + 2, sizeof *list);
	const char *flags = es_flags_text(e);

	if (list == NULL)
		return ES_MEMORY;
	for (size_t i = 0; i < count; i++)
		if (archive_entry_xattr_next(e, &list[i].name, &list[i].value, &list[i].len) != 0)
			count = i;
	/* Counted as one more xattr, so that a tree without flags has the same hash as in earlier releases. */
	if (flags != NULL)
		list[count++] = (struct xattr){ FLAGS, flags, strlen(flags) };
	qsort(list, count, sizeof *list, by_name);
	*ret = list;
	*ret_count = count;
	return ES_OK;
}

enum es_reason es_tree_hash_start(struct es_digest *ret)
{
	const struct es_span label = { (const uint8_t *)ES_LABEL_TREE, strlen(ES_LABEL_TREE) };

	return es_sha256(&label, 1, ret) ? ES_OK : ES_CRYPTO;
}

static void free_list(struct xattr **list)
{
	free(*list);
}

enum es_reason es_tree_hash_add(struct es_digest *hash, struct archive_entry *entry, struct es_span data)
{
	ES_SCOPED(free_list) struct xattr *xattrs = NULL;
	ES_PLAIN_BUF about = { NULL, 0 };
	struct es_writer w = { 0 };
	struct es_digest next;
	size_t count = 0;
	enum es_reason r = list_xattrs(entry, &xattrs, &count);

	if (r != ES_OK)
		return r;
	write_member(&w, entry, xattrs, count);
	write_le64(&w, data.len);
	r = es_buf_new(w.pos, &about);
	if (r != ES_OK)
		return r;
	w = (struct es_writer){ .data = about.data, .cap = about.len };
	write_member(&w, entry, xattrs, count);
	write_le64(&w, data.len);
	const struct es_span parts[] = { { hash->bytes, sizeof hash->bytes }, es_buf_span(&about), data };

	if (w.bad || !es_sha256(parts, sizeof parts / sizeof *parts, &next))
		return ES_CRYPTO;
	*hash = next;
	return ES_OK;
}
