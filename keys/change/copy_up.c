/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/change/copy_up.h"

#include "keys/store/covered.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RUN_PATH = ES_PATH_TEXT + 16 };

enum es_reason es_copy_up_open(const char *host_root, const char *run_dir, struct es_copy_up *ret)
{
	char path[RUN_PATH];
	ES_FD root = open(host_root != NULL ? host_root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ES_FD tree = -1;

	snprintf(path, sizeof path, "%s/ram/tree", run_dir);
	tree = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root < 0 || tree < 0)
		return es_reason_from_errno(errno);
	*ret = (struct es_copy_up){ root, tree };
	root = tree = -1;
	return ES_OK;
}

void es_copy_up_close(struct es_copy_up *c)
{
	es_fd_closep(&c->root);
	es_fd_closep(&c->tree);
}

/* Opens the path's folder, without following symlinks; -1 and errno. */
static int open_above(int root, const char *path)
{
	char above[ES_MEMBER_MAX + 1];

	(void)es_path_above(path, above);
	return es_open_how(root, above, O_RDONLY | O_DIRECTORY, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

static bool is_there(int root, const char *path, struct stat *ret, int *ret_error)
{
	ES_FD above = open_above(root, path);

	if (above >= 0 && fstatat(above, strrchr(path, '/') + 1, ret, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	*ret_error = errno;
	return false;
}

/* chattr's flags forbid every change except one of the flags. Setting them to their current value also makes overlayfs
 * copy the file up. */
static bool touch_flags(int above, const char *name)
{
	ES_FD fd = openat(above, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int flags;

	return fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
}

static enum es_reason touch(int above, const char *name, const struct stat *st)
{
	const struct timespec same[2] = { { .tv_nsec = UTIME_OMIT }, st->st_mtim };

	if (utimensat(above, name, same, AT_SYMLINK_NOFOLLOW) == 0)
		return ES_OK;
	if (errno == EPERM && S_ISREG(st->st_mode) && touch_flags(above, name))
		return ES_OK;
	return es_reason_from_errno(errno);
}

/* The file is gone, or something above it isn't a folder any more: the host has removed it. */
static bool is_gone(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

enum es_reason es_copy_up(const struct es_copy_up *c, const char *path)
{
	ES_FD above = -1;
	struct stat st, in_tree;
	int error = 0;
	enum es_reason r;

	if (is_there(c->tree, path, &in_tree, &error))
		return ES_OK;
	if (!is_gone(error))
		return es_reason_from_errno(error);
	if (!is_there(c->root, path, &st, &error))
		return is_gone(error) ? ES_OK : es_reason_from_errno(error);
	above = open_above(c->root, path);
	if (above < 0)
		return es_reason_from_errno(errno);
	r = touch(above, strrchr(path, '/') + 1, &st);
	if (r != ES_OK)
		return r;
	return is_there(c->tree, path, &in_tree, &error) ? ES_OK : ES_NOT_MET;
}
