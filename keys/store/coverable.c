/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/coverable.h"

#include "keys/store/file.h"
#include "keys/store/names.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_MAX = 1000000, DEPTH_MAX = 100 };

/* The number in the first field of mountinfo (Linux 5.8). */
static bool mount_of(int fd, unsigned long long *ret)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0 || (st.stx_mask & STATX_MNT_ID) == 0)
		return false;
	*ret = st.stx_mnt_id;
	return true;
}

static bool path_of(int fd, char ret[static ES_MOUNT_TEXT])
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, ret, ES_MOUNT_TEXT);
	if (n <= 0 || n == ES_MOUNT_TEXT)
		return false;
	ret[n] = '\0';
	return true;
}

/* Where the path leads, as the host sees it. */
static void real_path(const struct es_coverable_request *request, char ret[static ES_MOUNT_TEXT])
{
	ES_FD fd = es_open_how(request->root, request->path + 1, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	char root[ES_MOUNT_TEXT], path[ES_MOUNT_TEXT];
	size_t len;

	ret[0] = '\0';
	if (fd < 0 || !path_of(request->root, root) || !path_of(fd, path))
		return;
	len = strcmp(root, "/") == 0 ? 0 : strlen(root);
	if (strncmp(path, root, len) == 0 && path[len] == '/')
		strcpy(ret, path + len);
}

static enum es_coverable judge_mount(const struct es_coverable_request *request, int fd, struct es_coverable_found *ret)
{
	struct es_span mounts = request->mounts;
	unsigned long long root_id, id;
	char root[ES_MOUNT_TEXT];

	if (!mount_of(request->root, &root_id) || !mount_of(fd, &id) || !path_of(request->root, root))
		return ES_COVERABLE_LATE;
	/* Not mounted now, but at the next start. */
	if (id == root_id && es_fstab_mounts_over(request->fstab, request->path, ret->on.point))
		return ES_COVERABLE_LATE;
	if (id == root_id)
		return ES_COVERABLE_YES;
	while (es_mounts_next(&mounts, &ret->on))
		if (ret->on.id == id)
			return es_mounts_has(request->early, root, &ret->on) ? ES_COVERABLE_SEPARATE
									     : ES_COVERABLE_LATE;
	ret->on = (struct es_mounted){ .id = id };
	return ES_COVERABLE_LATE;
}

enum es_coverable es_coverable(const struct es_coverable_request *request, struct es_coverable_found *ret)
{
	ES_FD fd = es_open_how(request->root, request->path + 1, O_PATH, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
	struct stat st;

	*ret = (struct es_coverable_found){ .real = "" };
	if (fd < 0 && errno == ELOOP) {
		real_path(request, ret->real);
		return ret->real[0] != '\0' ? ES_COVERABLE_LINK : ES_COVERABLE_MISSING;
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return ES_COVERABLE_MISSING;
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return ES_COVERABLE_KIND;
	return judge_mount(request, fd, ret);
}

static void add_folder(int fd, dev_t device, unsigned depth, uint64_t cap, uint64_t *size)
{
	ES_NAMES names = { 0 };

	if (depth > DEPTH_MAX || es_names_read(fd, NAMES_MAX, &names) != ES_OK)
		return;
	for (size_t i = 0; i < names.count && *size <= cap; i++) {
		ES_FD below = -1;
		struct stat st;

		if (fstatat(fd, names.name[i], &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_dev != device)
			continue;
		if (S_ISREG(st.st_mode))
			*size += (uint64_t)st.st_size;
		if (S_ISDIR(st.st_mode))
			below = openat(fd, names.name[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			add_folder(below, device, depth + 1, cap, size);
	}
}

uint64_t es_coverable_size(int root, const char *path, uint64_t cap)
{
	const uint64_t beneath = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
	ES_FD fd = es_open_how(root, path + 1, O_RDONLY | O_NONBLOCK | O_NOCTTY, beneath);
	struct stat st;
	uint64_t size = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	if (S_ISREG(st.st_mode))
		return (uint64_t)st.st_size;
	if (S_ISDIR(st.st_mode))
		add_folder(fd, st.st_dev, 0, cap, &size);
	return size;
}
