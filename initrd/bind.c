/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/bind.h"

#include "initrd/fd.h"
#include "initrd/mount.h"
#include "keys/store/covered.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

static const char in_tree[] = "its copy in the tree in RAM";

static int open_image(int root, const char *path, uint64_t flags)
{
	return es_open_how(root, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

bool es_bind_applies(int root, const char *path)
{
	ES_FD fd = open_image(root, path, O_PATH);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Makes and opens the folders above the copy; *ret_base is the copy's name in the last one. */
static enum es_reason open_above(const struct es_overlay_request *request, int *ret_fd, const char **ret_base,
				 struct es_mount_notes *notes)
{
	ES_FD above = fcntl(request->tree, F_DUPFD_CLOEXEC, 0);
	const char *path = request->path + 1, *slash;
	char part[ES_PATH_TEXT];

	for (; above >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		int fd;

		snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		if (mkdirat(above, part, 0755) < 0 && errno != EEXIST)
			return es_mount_fail(notes, in_tree);
		fd = openat(above, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return es_mount_fail(notes, in_tree);
		es_fd_closep(&above);
		above = fd;
	}
	if (above < 0)
		return es_mount_fail(notes, in_tree);
	*ret_base = path;
	*ret_fd = es_fd_take(&above);
	return ES_OK;
}

static bool copy_attributes(int from, int to)
{
	char names[16 << 10], value[64 << 10];
	ssize_t len = flistxattr(from, names, sizeof names);

	if (len < 0)
		return errno == ENOTSUP;
	for (const char *name = names; name < names + len; name += strlen(name) + 1) {
		ssize_t n = fgetxattr(from, name, value, sizeof value);

		/* An attribute that the RAM file system can't hold is left out, as when an archive is unpacked. */
		if (n < 0 || (fsetxattr(to, name, value, (size_t)n, 0) < 0 && errno != ENOTSUP))
			return false;
	}
	return true;
}

static bool copy_data(int from, int to)
{
	char block[16 << 10];
	ssize_t n;

	while ((n = read(from, block, sizeof block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		for (ssize_t at = 0, w; at < n; at += w) {
			w = write(to, block + at, (size_t)(n - at));
			if (w < 0)
				return false;
		}
	}
	return true;
}

/* Owner first: changing it clears bits of the mode. Times last. */
static enum es_reason copy_file(const struct es_overlay_request *request, int above, const char *base,
				struct es_mount_notes *notes)
{
	ES_FD from = open_image(request->root, request->path, O_RDONLY | O_NONBLOCK);
	ES_FD to = -1;
	struct stat st;

	if (from < 0 || fstat(from, &st) < 0)
		return es_mount_fail(notes, "the image's own file");
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > ES_FILE_MAX) {
		errno = EFBIG;
		es_mount_fail(notes, "the image's own file");
		return ES_TOO_LARGE;
	}
	to = openat(above, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return es_mount_fail(notes, in_tree);
	if (!copy_data(from, to) || fchown(to, st.st_uid, st.st_gid) < 0 || !copy_attributes(from, to) ||
	    fchmod(to, st.st_mode & 0777) < 0 ||
	    futimens(to, (const struct timespec[]){ { .tv_nsec = UTIME_OMIT }, st.st_mtim }) < 0) {
		enum es_reason r = es_mount_fail(notes, in_tree);

		/* A later apply must not take half a file for the owner's copy. */
		(void)unlinkat(above, base, 0);
		return r;
	}
	return ES_OK;
}

enum es_reason es_bind_make(const struct es_overlay_request *request, struct es_overlay *ret,
			    struct es_mount_notes *notes)
{
	ES_FD target = open_image(request->root, request->path, O_PATH);
	ES_FD above = -1, copy = -1;
	const char *base = "";
	struct stat st;
	enum es_reason r;
	int mount;

	*notes = (struct es_mount_notes){ 0 };
	if (target < 0)
		return es_mount_fail(notes, "no such file on the root file system");
	r = open_above(request, &above, &base, notes);
	if (r == ES_OK && fstatat(above, base, &st, AT_SYMLINK_NOFOLLOW) < 0)
		r = errno == ENOENT ? copy_file(request, above, base, notes) : es_mount_fail(notes, in_tree);
	if (r != ES_OK)
		return r;
	copy = openat(above, base, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (copy < 0 || fstat(copy, &st) < 0)
		return es_mount_fail(notes, in_tree);
	if (!S_ISREG(st.st_mode)) {
		snprintf(notes->why, sizeof notes->why, "the image has a file there, but the configuration doesn't");
		return ES_COVERED_KIND;
	}
	mount = open_tree(copy, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (mount < 0)
		return es_mount_fail(notes, "the mount");
	ret->mount = mount;
	ret->target = es_fd_take(&target);
	return ES_OK;
}
