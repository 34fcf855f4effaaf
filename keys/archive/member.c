/* SPDX-License-Identifier: Apache-2.0 */
/* Judges a member by what the archive says about it, without a file system. */
#include "keys/archive/member.h"

#include "keys/archive/xattr.h"
#include "keys/core/defences.h"

#include <archive_entry.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define TREE "tree"

/* "tree/etc/hostname" to "etc/hostname". */
static enum es_reason check_name(const char *name, struct es_member *m)
{
	size_t len = name != NULL ? strlen(name) : 0;

	if (len == 0 || strncmp(name, TREE, strlen(TREE)) != 0)
		return ES_UNSAFE;
	/* tar ends a folder's name with a slash */
	if (m->kind == ES_MEMBER_FOLDER && name[len - 1] == '/')
		len--;
	name += strlen(TREE);
	len -= strlen(TREE);
	if (len > ES_MEMBER_MAX)
		return ES_TOO_LARGE;
	if (len == 0) {
		m->path[0] = '\0';
		return m->kind == ES_MEMBER_FOLDER ? ES_OK : ES_UNSAFE;
	}
	if (name[0] != '/')
		return ES_UNSAFE;
	memcpy(m->path, name + 1, len - 1);
	m->path[len - 1] = '\0';
	if (ES_WITH_UNPACK_CHECKS && !es_relative_path_is_valid(m->path))
		return ES_UNSAFE;
	return es_path_depth(m->path) <= ES_DEPTH_MAX ? ES_OK : ES_TOO_LARGE;
}

static enum es_reason check_place(struct es_member *m, const struct es_manifest *manifest)
{
	m->place = m->path[0] == '\0' ? ES_PLACE_ABOVE : es_manifest_place(manifest, m->path);
	if (ES_WITH_UNPACK_CHECKS && m->place == ES_PLACE_OUTSIDE)
		return ES_UNSAFE;
	/* A symlink in place of a mount point or of what is mounted would lead the mount elsewhere. A covered path may
	 * be a file; what leads to one may not. */
	if (m->place != ES_PLACE_WITHIN && m->kind != ES_MEMBER_FOLDER &&
	    !(m->place == ES_PLACE_TOP && m->kind == ES_MEMBER_FILE))
		return ES_UNSAFE;
	return ES_OK;
}

static enum es_reason check_kind(struct archive_entry *e, struct es_member *m)
{
	if (archive_entry_hardlink(e) != NULL)
		return ES_UNSAFE;
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		m->kind = ES_MEMBER_FILE;
		return ES_OK;
	case AE_IFDIR:
		m->kind = ES_MEMBER_FOLDER;
		return ES_OK;
	case AE_IFLNK:
		m->kind = ES_MEMBER_SYMLINK;
		if (archive_entry_symlink(e) == NULL || archive_entry_symlink(e)[0] == '\0')
			return ES_UNSAFE;
		return strlen(archive_entry_symlink(e)) < PATH_MAX ? ES_OK : ES_TOO_LARGE;
	case AE_IFCHR:
		m->kind = ES_MEMBER_WHITEOUT;
		if (!ES_WITH_UNPACK_CHECKS)
			return ES_OK;
		return archive_entry_rdevmajor(e) == 0 && archive_entry_rdevminor(e) == 0 ? ES_OK : ES_UNSAFE;
	default:
		return ES_UNSAFE;
	}
}

static enum es_reason check_numbers(struct archive_entry *e, struct es_member *m)
{
	int64_t size = archive_entry_size(e), uid = archive_entry_uid(e), gid = archive_entry_gid(e);
	long nsec = archive_entry_mtime_nsec(e);

	/* For chown, (uid_t)-1 means "leave it": the file would stay root's. */
	if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX || nsec < 0 || nsec > 999999999)
		return ES_FORMAT;
	if (size < 0)
		return ES_FORMAT;
	if (ES_WITH_UNPACK_CHECKS && (archive_entry_perm(e) & S_ISUID))
		return ES_UNSAFE;
	/* On a folder it only says which group new files get. */
	if ((archive_entry_perm(e) & S_ISGID) && m->kind != ES_MEMBER_FOLDER)
		return ES_UNSAFE;
	/* We don't write ACLs in tar's own form, and dropping one would grant more access to the file. */
	if (archive_entry_acl_types(e) != 0)
		return ES_UNSAFE;
	m->size = m->kind == ES_MEMBER_FILE ? (uint64_t)size : 0;
	m->uid = (uid_t)uid;
	m->gid = (gid_t)gid;
	m->mode = archive_entry_perm(e) & 07777;
	m->mtime = (struct timespec){ .tv_sec = archive_entry_mtime(e), .tv_nsec = nsec };
	return ES_OK;
}

enum es_reason es_member_check(struct archive_entry *entry, const struct es_manifest *manifest, struct es_member *ret)
{
	enum es_reason r;

	memset(ret, 0, sizeof *ret);
	ret->entry = entry;
	r = check_kind(entry, ret);
	if (r == ES_OK)
		r = check_name(archive_entry_pathname(entry), ret);
	if (r == ES_OK)
		r = check_place(ret, manifest);
	if (r == ES_OK)
		r = check_numbers(entry, ret);
	return r == ES_OK ? es_xattrs_check(entry) : r;
}
