/* SPDX-License-Identifier: Apache-2.0 */
/* FNV-1a, not a hash against an adversary: it only decides whether to look closer. */
#include "tools/tree_watch.h"

#include "keys/store/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 128 };

static void mix(uint64_t *h, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++)
		*h = (*h ^ bytes[i]) * 0x100000001b3;
}

/* One hash for each name, summed up: readdir's order doesn't matter. */
static uint64_t stamp_of(const char *name, const struct stat *st, uint64_t folder)
{
	const int64_t about[] = {
		(int64_t)st->st_ino, st->st_mode,         st->st_uid,         st->st_gid,          st->st_size,
		st->st_mtim.tv_sec,  st->st_mtim.tv_nsec, st->st_ctim.tv_sec, st->st_ctim.tv_nsec,
	};
	uint64_t h = 0xcbf29ce484222325 ^ folder;

	mix(&h, name, strlen(name) + 1);
	mix(&h, about, sizeof about);
	return h;
}

static bool stamp_folder(int fd, uint64_t seed, unsigned depth, uint64_t *sum)
{
	int own = depth < DEPTH_MAX ? openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	DIR *dir = own >= 0 ? fdopendir(own) : NULL;
	bool ok = dir != NULL;
	struct dirent *e;

	if (dir == NULL)
		es_fd_closep(&own);
	while (ok && (e = readdir(dir)) != NULL) {
		ES_FD sub = -1;
		struct stat st;
		uint64_t h;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    fstatat(own, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue; /* gone meanwhile: the folder's mtime shows it */
		h = stamp_of(e->d_name, &st, seed);
		*sum += h;
		if (!S_ISDIR(st.st_mode))
			continue;
		sub = openat(own, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			ok = stamp_folder(sub, h, depth + 1, sum);
	}
	if (dir != NULL)
		closedir(dir);
	return ok;
}

uint64_t es_tree_stamp(int dirfd)
{
	uint64_t sum = 1;

	return stamp_folder(dirfd, 0, 0, &sum) ? sum : 0;
}
