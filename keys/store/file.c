/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/file.h"

#include "keys/core/defences.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int es_open_how(int dirfd, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = resolve };

	return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof how);
}

void es_fd_closep(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

enum es_reason es_reason_from_errno(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return ES_NO_SPACE;
	case EROFS:
		return ES_READ_ONLY;
	case EACCES:
	case EPERM:
		return ES_PERMISSION;
	case ENOENT:
		return ES_MISSING;
	case ENOMEM:
		return ES_MEMORY;
	default:
		return ES_IO;
	}
}

static enum es_reason open_regular(int dirfd, const char *name, int *ret_fd, off_t *ret_size)
{
	/* Without O_NONBLOCK, a planted fifo would block the boot forever. */
	ES_FD fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0) /* a symlink or a socket: exists, but isn't a regular file */
		return errno == ELOOP || errno == ENXIO ? ES_FORMAT : es_reason_from_errno(errno);
	if (fstat(fd, &st) < 0)
		return es_reason_from_errno(errno);
	if (!S_ISREG(st.st_mode))
		return ES_FORMAT;
	*ret_size = st.st_size;
	*ret_fd = fd;
	fd = -1;
	return ES_OK;
}

/* Makes room for at least one more byte, up to max. */
static enum es_reason grow(struct es_buf *b, size_t max)
{
	size_t len = b->len > max / 2 ? max : b->len * 2;
	uint8_t *data = realloc(b->data, len);

	if (data == NULL)
		return ES_MEMORY;
	b->data = data;
	b->len = len;
	return ES_OK;
}

enum es_reason es_fd_fill(int fd, void *into, size_t cap, size_t *ret_len)
{
	size_t have = 0;

	while (have < cap) {
		ssize_t n = read(fd, (uint8_t *)into + have, cap - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return es_reason_from_errno(errno);
		if (n == 0)
			break;
		have += (size_t)n;
	}
	*ret_len = have;
	return ES_OK;
}

enum es_reason es_fd_read(int fd, size_t expected, size_t cap, struct es_buf *ret)
{
	ES_BUF b = { NULL, 0 };
	size_t have = 0, more = 0;
	enum es_reason r;

	if (cap >= SIZE_MAX / 2 || expected > cap)
		return ES_TOO_LARGE;
	/* One byte more than expected, to notice the end of the file, and growth while we read. */
	r = es_buf_new(expected > 0 ? expected + 1 : 4096, &b);
	while (r == ES_OK) {
		r = es_fd_fill(fd, b.data + have, b.len - have, &more);
		if (r != ES_OK)
			return r;
		have += more;
		if (have > cap)
			return ES_TOO_LARGE;
		if (have < b.len)
			break;
		r = grow(&b, cap + 1);
	}
	if (r != ES_OK)
		return r;
	b.len = have;
	*ret = es_buf_take(&b);
	return ES_OK;
}

enum es_reason es_file_read(int dirfd, const char *name, size_t cap, struct es_buf *ret)
{
	ES_FD fd = -1;
	off_t size = 0;
	enum es_reason r = open_regular(dirfd, name, &fd, &size);

	if (r != ES_OK)
		return r;
	if (!ES_WITH_FILE_CAPS)
		cap = SIZE_MAX / 4;
	if (size < 0 || (uintmax_t)size > cap || cap >= SIZE_MAX / 2)
		return ES_TOO_LARGE;
	return es_fd_read(fd, (size_t)size, cap, ret);
}

static enum es_reason new_name(const char *name, char ret_text[static ES_FILE_NAME_MAX + 5])
{
	size_t len = strlen(name);

	if (len == 0 || len > ES_FILE_NAME_MAX)
		return ES_ARGUMENT;
	memcpy(ret_text, name, len);
	memcpy(ret_text + len, ".new", 5);
	return ES_OK;
}

static enum es_reason write_all(int fd, struct es_span data)
{
	while (data.len > 0) {
		ssize_t n = write(fd, data.data, data.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return es_reason_from_errno(errno);
		data.data += n;
		data.len -= (size_t)n;
	}
	return fsync(fd) == 0 ? ES_OK : es_reason_from_errno(errno);
}

static enum es_reason create_and_write(int dirfd, const char *temp, struct es_span data)
{
	ES_FD fd = openat(dirfd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	enum es_reason r;

	if (fd < 0)
		return es_reason_from_errno(errno);
	r = write_all(fd, data);
	if (r == ES_OK && close(fd) < 0)
		r = es_reason_from_errno(errno);
	else if (r != ES_OK)
		return r;
	fd = -1;
	return r;
}

enum es_reason es_file_remove(int dirfd, const char *name)
{
	int r = unlinkat(dirfd, name, 0);

	/* A broken FAT may show a file as a folder, which would block the name forever. */
	if (r < 0 && errno == EISDIR)
		r = unlinkat(dirfd, name, AT_REMOVEDIR);
	if (r < 0 && errno != ENOENT)
		return es_reason_from_errno(errno);
	return ES_OK;
}

enum es_reason es_file_discard(int dirfd, const char *name)
{
	char temp[ES_FILE_NAME_MAX + 5];
	enum es_reason r = new_name(name, temp);

	return r == ES_OK ? es_file_remove(dirfd, temp) : r;
}

enum es_reason es_file_stage(int dirfd, const char *name, struct es_span data)
{
	char temp[ES_FILE_NAME_MAX + 5];
	enum es_reason r = new_name(name, temp);

	if (r == ES_OK)
		r = es_file_remove(dirfd, temp); /* left by an interrupted write */
	if (r != ES_OK)
		return r;
	r = create_and_write(dirfd, temp, data);
	/* Half a file helps nobody, and takes room on a full disk. */
	if (r != ES_OK)
		unlinkat(dirfd, temp, 0);
	return r;
}

/* Also replaces an empty folder: a broken FAT may show one in a file's place. */
static enum es_reason rename_over(int dirfd, const char *from, const char *to)
{
	int r = renameat(dirfd, from, dirfd, to);

	if (r < 0 && errno == EISDIR && unlinkat(dirfd, to, AT_REMOVEDIR) == 0)
		r = renameat(dirfd, from, dirfd, to);
	return r == 0 ? ES_OK : es_reason_from_errno(errno);
}

enum es_reason es_file_publish(int dirfd, const char *name)
{
	char temp[ES_FILE_NAME_MAX + 5];
	enum es_reason r = new_name(name, temp);
	ES_FD fd = -1;

	if (r != ES_OK)
		return r;
	fd = openat(dirfd, temp, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return es_reason_from_errno(errno);
	r = rename_over(dirfd, temp, name);
	if (r != ES_OK) {
		unlinkat(dirfd, temp, 0);
		return r;
	}
	/* Linux's vfat writes the new name without a length and first cluster, and writes these only with the file's
	 * inode (fs/fat: vfat_rename, fat_write_inode). Without this fsync, a file in a synced folder is still empty
	 * after a power cut. */
	return fsync(fd) == 0 ? ES_OK : es_reason_from_errno(errno);
}

enum es_reason es_file_write(int dirfd, const char *name, struct es_span data)
{
	enum es_reason r = es_file_stage(dirfd, name, data);

	return r == ES_OK ? es_file_publish(dirfd, name) : r;
}

enum es_reason es_folder_sync(int dirfd)
{
	/* EINVAL: the file system has nothing to sync for a folder. */
	if (fsync(dirfd) < 0 && errno != EINVAL)
		return es_reason_from_errno(errno);
	return ES_OK;
}

void es_dir_closep(DIR **dir)
{
	int saved = errno;

	if (*dir != NULL)
		closedir(*dir);
	*dir = NULL;
	errno = saved;
}
