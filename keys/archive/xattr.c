/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/xattr.h"
#include "keys/core/buf.h"
#include "keys/store/file.h"

#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#define OVERLAY    "trusted.overlay."
#define OPAQUE     "trusted.overlay.opaque"
#define CAPABILITY "security.capability"
#define ACL_ACCESS "system.posix_acl_access"

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

enum es_xattr_fate es_xattr_fate(const char *name, bool is_folder)
{
	if (strcmp(name, CAPABILITY) == 0)
		return ES_XATTR_STRIPPED;
	/* pax separates name and value at the first '='; libarchive escapes '%' and what isn't printable. */
	for (const char *c = name; *c != '\0'; c++)
		if (*c <= 0x20 || *c > 0x7e || *c == '=' || *c == '%')
			return ES_XATTR_STRIPPED;
	/* Such a file reads as zeros of its size here: packed, the zeros would replace its content. */
	if (strcmp(name, OVERLAY "metacopy") == 0 || strcmp(name, OVERLAY "redirect") == 0)
		return ES_XATTR_ELSEWHERE;
	/* Attributes of an overlay mounted in a covered folder, and those of a user who knows overlayfs: it hides
	 * both. */
	if (begins(name, OVERLAY "overlay."))
		return ES_XATTR_STRIPPED;
	if (begins(name, OVERLAY))
		return strcmp(name, OPAQUE) == 0 && is_folder ? ES_XATTR_KEPT : ES_XATTR_LEFT_OUT;
	if (begins(name, "user.") || begins(name, "trusted.") || begins(name, "security.") ||
	    strcmp(name, ACL_ACCESS) == 0 || strcmp(name, "system.posix_acl_default") == 0)
		return ES_XATTR_KEPT;
	return ES_XATTR_LEFT_OUT; /* a file system's own view of itself */
}

static ssize_t list(const struct es_xattr_source *from, char *names, size_t cap)
{
	return from->follow ? listxattr(from->path, names, cap) : llistxattr(from->path, names, cap);
}

static ssize_t get(const struct es_xattr_source *from, const char *name, void *value, size_t cap)
{
	return from->follow ? getxattr(from->path, name, value, cap) : lgetxattr(from->path, name, value, cap);
}

/* Having none, a file that is gone, and a file system without xattrs aren't reasons to fail. */
static bool is_none(int error)
{
	return error == ENOTSUP || error == ENODATA || error == ENOENT;
}

static enum es_reason read_one(const struct es_xattr_source *from, const char *name, struct es_buf *value,
			       struct archive_entry *entry)
{
	ssize_t n = get(from, name, value->data, value->len);

	if (n < 0)
		return is_none(errno) ? ES_OK : es_reason_from_errno(errno);
	archive_entry_xattr_add_entry(entry, name, value->data, (size_t)n);
	return ES_OK;
}

enum es_reason es_xattrs_read(const struct es_xattr_source *from, struct archive_entry *entry, bool *ret_stripped)
{
	ES_BUF names = { NULL, 0 };
	ES_BUF value = { NULL, 0 };
	ssize_t len = list(from, NULL, 0);
	enum es_reason r;

	if (len <= 0)
		return len == 0 || is_none(errno) ? ES_OK : es_reason_from_errno(errno);
	r = es_buf_new(ES_XATTR_VALUE_MAX, &names); /* XATTR_LIST_MAX is the same */
	if (r == ES_OK)
		r = es_buf_new(ES_XATTR_VALUE_MAX, &value);
	if (r != ES_OK)
		return r;
	len = list(from, (char *)names.data, names.len);
	if (len < 0)
		return is_none(errno) ? ES_OK : es_reason_from_errno(errno);
	for (ssize_t at = 0; at < len && r == ES_OK;) {
		const char *name = (const char *)names.data + at;
		enum es_xattr_fate fate = es_xattr_fate(name, from->is_folder);

		at += (ssize_t)strlen(name) + 1;
		if (fate == ES_XATTR_ELSEWHERE)
			return ES_CONTENT_ELSEWHERE;
		if (fate == ES_XATTR_STRIPPED)
			*ret_stripped = true;
		else if (fate == ES_XATTR_KEPT)
			r = read_one(from, name, &value, entry);
	}
	return r == ES_OK ? es_xattrs_check(entry) : r;
}

enum es_reason es_xattrs_check(struct archive_entry *entry)
{
	bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
	size_t total = 0;
	const char *name;
	const void *value;
	size_t len;

	(void)archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &name, &value, &len) == 0) {
		if (name == NULL || es_xattr_fate(name, is_folder) != ES_XATTR_KEPT)
			return ES_UNSAFE;
		if (strlen(name) > 255 || len > ES_XATTR_VALUE_MAX)
			return ES_TOO_LARGE;
		total += strlen(name) + len;
		if (total > ES_XATTRS_MAX)
			return ES_TOO_LARGE;
	}
	return ES_OK;
}

enum es_reason es_xattrs_set(struct archive_entry *entry, const char *path, bool follow, uint64_t *lost,
			     bool *ret_acl_lost)
{
	const char *name;
	const void *value;
	size_t len;

	(void)archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &name, &value, &len) == 0) {
		int r = follow ? setxattr(path, name, value, len, 0) : lsetxattr(path, name, value, len, 0);

		if (r == 0)
			continue;
		if (errno == EINVAL) /* a malformed ACL */
			return ES_FORMAT;
		if (errno != ENOTSUP)
			return es_reason_from_errno(errno);
		(*lost)++;
		if (strcmp(name, ACL_ACCESS) == 0)
			*ret_acl_lost = true;
	}
	return ES_OK;
}
