/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/entry_from.h"
#include "keys/archive/flags.h"
#include "keys/archive/out.h"
#include "keys/archive/xattr.h"
#include "keys/core/wipe.h"
#include "keys/store/file.h"

#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { READ_TRIES = 3 };

void es_entry_freep(struct archive_entry **entry)
{
	archive_entry_free(*entry);
	*entry = NULL;
}

void es_found_free(struct es_found *f)
{
	es_entry_freep(&f->entry);
	es_plain_buf_free(&f->data);
	es_fd_closep(&f->fd);
}

static enum es_reason gone_or(int error)
{
	/* Something of another kind took the name since we looked: the next backup includes it. */
	return error == ELOOP || error == ENOTDIR || error == ENXIO ? ES_MISSING : es_reason_from_errno(error);
}

static enum es_reason describe(const struct stat *st, struct es_found *f)
{
	mode_t drop = S_ISDIR(st->st_mode) ? S_ISUID : S_ISUID | S_ISGID;

	f->entry = archive_entry_new();
	if (f->entry == NULL)
		return ES_MEMORY;
	f->stripped = !S_ISLNK(st->st_mode) && (st->st_mode & drop) != 0;
	archive_entry_set_filetype(f->entry, st->st_mode & S_IFMT);
	archive_entry_set_perm(f->entry, st->st_mode & 07777 & ~drop);
	archive_entry_set_uid(f->entry, st->st_uid);
	archive_entry_set_gid(f->entry, st->st_gid);
	archive_entry_set_mtime(f->entry, st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	archive_entry_set_size(f->entry, 0);
	return ES_OK;
}

static enum es_reason open_xattrs(int fd, bool is_folder, struct es_found *f)
{
	char path[32];
	const struct es_xattr_source from = { .path = path, .follow = true, .is_folder = is_folder };

	enum es_reason r = es_flags_read(fd, f->entry, &f->stripped);

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return r == ES_OK ? es_xattrs_read(&from, f->entry, &f->stripped) : r;
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Reads up to the current end, so that the size in the header is right however the file changes meanwhile. */
static enum es_reason read_once(int fd, off_t size, uint64_t cap, struct es_buf *ret)
{
	ES_PLAIN_BUF b = { NULL, 0 };
	size_t have = 0;
	enum es_reason r;

	if (size < 0 || (uint64_t)size > cap)
		return ES_TOO_LARGE;
	r = es_buf_new((size_t)size, &b);
	while (r == ES_OK && have < b.len) {
		ssize_t n = pread(fd, b.data + have, b.len - have, (off_t)have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = es_reason_from_errno(errno);
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	if (r != ES_OK)
		return r;
	b.len = have; /* it has shrunk: the rest of it */
	*ret = es_buf_take(&b);
	return ES_OK;
}

/* A file that changes while it is read is read again, a few times; then the last reading counts. */
static enum es_reason read_file(int fd, uint64_t cap, struct stat *st, struct es_buf *ret)
{
	struct stat after;

	for (int i = 0; i < READ_TRIES; i++) {
		enum es_reason r;

		es_plain_buf_free(ret);
		r = read_once(fd, st->st_size, cap, ret);
		if (r != ES_OK)
			return r;
		if (fstat(fd, &after) < 0)
			return es_reason_from_errno(errno);
		if (same(st, &after))
			break;
		*st = after;
	}
	return ES_OK;
}

static enum es_reason find_file(int dirfd, const char *name, uint64_t cap, struct es_found *f)
{
	ES_FD fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	enum es_reason r;

	if (fd < 0)
		return gone_or(errno);
	if (fstat(fd, &st) < 0)
		return es_reason_from_errno(errno);
	if (!S_ISREG(st.st_mode))
		return ES_MISSING;
	r = read_file(fd, cap, &st, &f->data);
	if (r == ES_OK)
		r = describe(&st, f);
	if (r != ES_OK)
		return r;
	archive_entry_set_size(f->entry, (la_int64_t)f->data.len);
	f->linked = st.st_nlink > 1;
	return open_xattrs(fd, false, f);
}

static enum es_reason find_folder(int dirfd, const char *name, struct es_found *f)
{
	struct stat st;
	enum es_reason r;

	f->fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (f->fd < 0)
		return gone_or(errno);
	if (fstat(f->fd, &st) < 0)
		return es_reason_from_errno(errno);
	f->is_folder = true;
	r = describe(&st, f);
	return r == ES_OK ? open_xattrs(f->fd, true, f) : r;
}

static enum es_reason find_symlink(int dirfd, const char *name, const struct stat *st, struct es_found *f)
{
	char target[PATH_MAX], path[32 + NAME_MAX + 1];
	const struct es_xattr_source from = { .path = path };
	ssize_t n = readlinkat(dirfd, name, target, sizeof target - 1);
	enum es_reason r;

	if (n < 0)
		return errno == EINVAL ? ES_MISSING : gone_or(errno);
	target[n] = '\0';
	r = describe(st, f);
	if (r != ES_OK)
		return r;
	archive_entry_set_perm(f->entry, 0777);
	archive_entry_copy_symlink(f->entry, target);
	snprintf(path, sizeof path, "/proc/self/fd/%d/%s", dirfd, name);
	return es_xattrs_read(&from, f->entry, &f->stripped);
}

static enum es_reason find_any(int dirfd, const char *name, uint64_t cap, struct es_found *f)
{
	struct stat st;
	enum es_reason r;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return gone_or(errno);
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return find_file(dirfd, name, cap, f);
	case S_IFDIR:
		return find_folder(dirfd, name, f);
	case S_IFLNK:
		return find_symlink(dirfd, name, &st, f);
	case S_IFCHR:
		if (st.st_rdev != makedev(0, 0))
			return ES_OK;
		r = describe(&st, f);
		if (r == ES_OK) {
			archive_entry_set_rdevmajor(f->entry, 0);
			archive_entry_set_rdevminor(f->entry, 0);
		}
		return r;
	default:
		return ES_OK;
	}
}

enum es_reason es_entry_from(int dirfd, const char *name, uint64_t cap, struct es_found *ret)
{
	ES_FOUND f = { .fd = -1 };
	enum es_reason r = find_any(dirfd, name, cap, &f);

	if (r != ES_OK)
		return r;
	*ret = f;
	f = (struct es_found){ .fd = -1 };
	return ES_OK;
}
