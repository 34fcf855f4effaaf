/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/adopt/journal.h"

#include "keys/adopt/look.h"
#include "keys/store/file.h"
#include "keys/store/names.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { NAMES_MAX = 1000000, NAME_TEXT = 24, BLOCK = 64 << 10 };

void es_removal_close(struct es_removal *j)
{
	es_fd_closep(&j->fd);
	es_fd_closep(&j->top);
}

/* Others could put a file of theirs into a folder that isn't root's alone, to have it overwritten. */
static enum es_reason open_journal(struct es_removal *j)
{
	struct stat st;

	j->fd = openat(j->top, ES_BELOW_JOURNAL, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (j->fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? ES_UNSAFE : es_reason_from_errno(errno);
	if (fstat(j->fd, &st) < 0)
		return es_reason_from_errno(errno);
	if (st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		es_fd_closep(&j->fd);
		return ES_UNSAFE;
	}
	return ES_OK;
}

enum es_reason es_removal_find(struct es_removal *j)
{
	enum es_reason r = open_journal(j);

	return r == ES_MISSING ? ES_OK : r;
}

enum es_reason es_removal_make(struct es_removal *j)
{
	if (j->fd >= 0)
		return ES_OK;
	if (mkdirat(j->top, ES_BELOW_JOURNAL, 0700) < 0 && errno != EEXIST)
		return es_reason_from_errno(errno);
	return open_journal(j);
}

/* chattr's `i` and `a` keep a file from being moved and written. */
static void unprotect(int dirfd, const char *name)
{
	ES_FD fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int flags;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0 || (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)) == 0)
		return;
	flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
	(void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

static enum es_reason make_replacement(const struct es_removal *j, const char *own, int dirfd, const char *name,
				       struct es_span content)
{
	ES_FD fd = openat(j->fd, own, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;

	if (fd < 0 || fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return es_reason_from_errno(errno);
	for (size_t at = 0; at < content.len;) {
		ssize_t n = write(fd, content.data + at, content.len - at);

		if (n < 0)
			return es_reason_from_errno(errno);
		at += (size_t)n;
	}
	/* On disk before the exchange: a cut must not leave an empty file in that place. */
	if (fchown(fd, st.st_uid, st.st_gid) < 0 || fchmod(fd, st.st_mode & 07777) < 0 || fsync(fd) < 0)
		return es_reason_from_errno(errno);
	return ES_OK;
}

enum es_reason es_removal_take(struct es_removal *j, int dirfd, const char *name, const struct es_span *replacement)
{
	char own[NAME_TEXT];
	enum es_reason r = es_removal_make(j);

	if (r != ES_OK)
		return r;
	snprintf(own, sizeof own, "%" PRIu64, j->next++);
	unprotect(dirfd, name);
	if (replacement != NULL)
		r = make_replacement(j, own, dirfd, name, *replacement);
	if (r == ES_OK &&
	    renameat2(dirfd, name, j->fd, own, replacement != NULL ? RENAME_EXCHANGE : RENAME_NOREPLACE) < 0)
		r = es_reason_from_errno(errno);
	if (r != ES_OK)
		(void)unlinkat(j->fd, own,
			       0); /* a replacement that wasn't used; a file that was moved isn't there on failure */
	return r;
}

static enum es_reason overwrite(struct es_removal *j, const char *name)
{
	static const uint8_t zeros[BLOCK];
	ES_FD fd = openat(j->fd, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return es_reason_from_errno(errno);
	for (off_t left = st.st_size; left > 0;) {
		ssize_t n = write(fd, zeros, left < BLOCK ? (size_t)left : BLOCK);

		if (n < 0 && errno != EINTR)
			return es_reason_from_errno(errno);
		left -= n > 0 ? n : 0;
	}
	j->bytes += (uint64_t)st.st_size;
	return ES_OK;
}

/* Whatever has its only name here is overwritten. Of a file with several, the names go until one is left. */
static enum es_reason overwrite_all(struct es_removal *j, const struct es_names *names)
{
	enum es_reason r = ES_OK;

	for (size_t i = 0; i < names->count; i++) {
		struct stat st;
		enum es_reason one = ES_OK;

		if (fstatat(j->fd, names->name[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			one = es_reason_from_errno(errno);
		else if (S_ISREG(st.st_mode) && st.st_nlink == 1)
			one = overwrite(j, names->name[i]);
		else if (unlinkat(j->fd, names->name[i], S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0) < 0)
			one = es_reason_from_errno(errno);
		r = r == ES_OK ? one : r;
	}
	return r;
}

enum es_reason es_removal_finish(struct es_removal *j)
{
	ES_NAMES names = { 0 };
	enum es_reason r;

	if (j->fd < 0)
		return ES_OK;
	/* The moves first: until they are on disk, the files may come back under their own names. */
	if (syncfs(j->fd) < 0)
		return es_reason_from_errno(errno);
	r = es_names_read(j->fd, NAMES_MAX, &names);
	if (r == ES_OK)
		r = overwrite_all(j, &names);
	/* The zeros before the names: freed blocks aren't written any more. */
	if (r == ES_OK && syncfs(j->fd) < 0)
		r = es_reason_from_errno(errno);
	for (size_t i = 0; i < names.count && r == ES_OK; i++)
		if (unlinkat(j->fd, names.name[i], 0) < 0 && errno != ENOENT)
			r = es_reason_from_errno(errno);
	if (r == ES_OK && unlinkat(j->top, ES_BELOW_JOURNAL, AT_REMOVEDIR) < 0)
		r = es_reason_from_errno(errno);
	if (r == ES_OK && syncfs(j->fd) < 0)
		r = es_reason_from_errno(errno);
	es_fd_closep(&j->fd);
	return r;
}
