/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a member that es_member_check has accepted. The kernel opens every folder below the tree, never through a
 * symlink; the last part of a name is always newly made. */
#include "keys/archive/flags.h"
#include "keys/archive/member.h"
#include "keys/archive/xattr.h"
#include "keys/core/defences.h"
#include "keys/store/file.h"

#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { PROC_PATH = 32 + ES_PART_MAX + 1 };

static int open_beneath(int treefd, const char *path)
{
	return es_open_how(treefd, path[0] != '\0' ? path : ".", O_RDONLY | O_DIRECTORY,
			   ES_WITH_UNPACK_CHECKS
			       ? RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV
			       : 0);
}

/* If a name is taken, or leads through something other than a folder, the archive is at fault, not the machine. */
static enum es_reason made_badly(int error)
{
	switch (error) {
	case EEXIST:
	case ENOTDIR:
	case ELOOP:
	case EXDEV:
	case ENOENT:
		return ES_UNSAFE;
	case ENAMETOOLONG:
		return ES_TOO_LARGE;
	default:
		return es_reason_from_errno(error);
	}
}

/* Makes the folders that lead to a covered path, if they don't exist. */
static enum es_reason make_way(int treefd, const char *path)
{
	char part[ES_MEMBER_MAX + 1];

	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		size_t len = (size_t)(slash - path);
		const char *last;
		ES_FD above = -1;

		memcpy(part, path, len);
		part[len] = '\0';
		last = strrchr(part, '/');
		if (last != NULL)
			part[last - part] = '\0';
		above = open_beneath(treefd, last != NULL ? part : "");
		if (above < 0)
			return made_badly(errno);
		if (mkdirat(above, last != NULL ? last + 1 : part, 0755) < 0 && errno != EEXIST)
			return made_badly(errno);
	}
	return ES_OK;
}

/* Opens the folder that m goes into; *ret_base is its name in that folder. */
static enum es_reason open_parent(int treefd, const struct es_member *m, int *ret_fd, const char **ret_base)
{
	char above[ES_MEMBER_MAX + 1];
	const char *slash = strrchr(m->path, '/');
	enum es_reason r = m->place == ES_PLACE_TOP ? make_way(treefd, m->path) : ES_OK;
	int fd;

	if (r != ES_OK)
		return r;
	memcpy(above, m->path, sizeof above);
	above[slash != NULL ? slash - m->path : 0] = '\0';
	fd = open_beneath(treefd, above);
	if (fd < 0)
		return made_badly(errno);
	*ret_base = slash != NULL ? slash + 1 : m->path;
	*ret_fd = fd;
	return ES_OK;
}

/* The owner comes first, since chown clears bits of the mode. The ACL comes before the mode, which then restores the
 * ACL's mask. */
static enum es_reason finish_open(int fd, const struct es_member *m, uint64_t *lost)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, m->mtime };
	char path[PROC_PATH];
	bool acl_lost = false;
	enum es_reason r;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fchown(fd, m->uid, m->gid) < 0)
		return es_reason_from_errno(errno);
	r = es_xattrs_set(m->entry, path, true, lost, &acl_lost);
	if (r != ES_OK)
		return r;
	if (fchmod(fd, acl_lost ? m->mode & ~(mode_t)S_IRWXG : m->mode) < 0 || futimens(fd, times) < 0)
		return es_reason_from_errno(errno);
	if (m->place == ES_PLACE_TOP && m->kind == ES_MEMBER_FILE)
		(void)es_flags_drop_protection(m->entry); /* no overlay is mounted there */
	es_flags_set(fd, m->entry, lost);
	return ES_OK;
}

enum es_reason es_member_make_folder(int treefd, const struct es_member *m)
{
	ES_FD above = -1;
	const char *base;
	enum es_reason r = open_parent(treefd, m, &above, &base);

	if (r == ES_OK && mkdirat(above, base, 0700) < 0)
		r = made_badly(errno);
	return r;
}

enum es_reason es_member_finish_folder(int treefd, const struct es_member *m, uint64_t *lost)
{
	ES_FD fd = open_beneath(treefd, m->path);

	return fd < 0 ? made_badly(errno) : finish_open(fd, m, lost);
}

static enum es_reason copy_data(int fd, const struct es_member *m, struct es_tar *tar)
{
	uint8_t block[16 << 10];
	uint64_t have = 0;
	size_t n = 0;
	enum es_reason r;

	while ((r = es_tar_read(tar, block, sizeof block, &n)) == ES_OK && n > 0) {
		if (n > m->size - have)
			return ES_FORMAT; /* more than its header said */
		have += n;
		for (size_t at = 0; at < n;) {
			ssize_t w = write(fd, block + at, n - at);

			if (w < 0 && errno != EINTR)
				return es_reason_from_errno(errno);
			at += w > 0 ? (size_t)w : 0;
		}
	}
	return r == ES_OK && have != m->size ? ES_FORMAT : r;
}

enum es_reason es_member_make_file(int treefd, const struct es_member *m, struct es_tar *tar, uint64_t *lost)
{
	ES_FD above = -1;
	ES_FD fd = -1;
	const char *base;
	enum es_reason r = open_parent(treefd, m, &above, &base);

	if (r != ES_OK)
		return r;
	fd = openat(above, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return made_badly(errno);
	r = copy_data(fd, m, tar);
	return r == ES_OK ? finish_open(fd, m, lost) : r;
}

enum es_reason es_member_make_other(int treefd, const struct es_member *m, uint64_t *lost)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, m->mtime };
	ES_FD above = -1;
	char path[PROC_PATH];
	bool acl_lost;
	const char *base;
	enum es_reason r = open_parent(treefd, m, &above, &base);
	int made;

	if (r != ES_OK)
		return r;
	if (m->kind == ES_MEMBER_SYMLINK)
		made = symlinkat(archive_entry_symlink(m->entry), above, base);
	else
		made = mknodat(above, base, S_IFCHR | (m->mode & 0777),
			       ES_WITH_UNPACK_CHECKS ? makedev(0, 0) : archive_entry_rdev(m->entry));
	if (made < 0)
		return made_badly(errno);
	if (fchownat(above, base, m->uid, m->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return es_reason_from_errno(errno);
	snprintf(path, sizeof path, "/proc/self/fd/%d/%s", above, base);
	r = es_xattrs_set(m->entry, path, false, lost, &acl_lost);
	if (r == ES_OK && utimensat(above, base, times, AT_SYMLINK_NOFOLLOW) < 0)
		r = es_reason_from_errno(errno);
	return r;
}
