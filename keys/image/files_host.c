/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/files_host.h"

#include "keys/core/secret.h"
#include "keys/crypto/hash.h"
#include "keys/store/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 1 << 20 };

static int open_in_root(int rootfd, const char *path, uint64_t flags)
{
	return es_open_how(rootfd, path, flags | O_RDONLY | O_NONBLOCK | O_NOCTTY,
			   RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

static enum es_reason add_file(struct es_host_files *h, const char *path, const struct stat *st)
{
	struct es_host_file f = { .size = (uint64_t)st->st_size, .mode = st->st_mode };
	void *more;

	if (!S_ISREG(st->st_mode) || st->st_size == 0 || (uint64_t)st->st_size > ES_FILE_MAX || h->count == FILES_MAX)
		return ES_OK;
	more = es_grow(h->file, h->count, &h->room, sizeof h->file[0]);
	if (more == NULL)
		return ES_MEMORY;
	h->file = more;
	f.path = strdup(path);
	if (f.path == NULL)
		return ES_MEMORY;
	h->file[h->count++] = f;
	return ES_OK;
}

/* path has room for ES_MEMBER_MAX bytes, and names dirfd, which is closed. */
static enum es_reason add_folder(struct es_host_files *h, int dirfd, char *path, unsigned depth)
{
	ES_DIR dir = fdopendir(dirfd);
	size_t len = strlen(path);
	const struct dirent *e;
	enum es_reason r = ES_OK;

	if (dir == NULL)
		close(dirfd);
	while (dir != NULL && r == ES_OK && (e = readdir(dir)) != NULL) {
		struct stat st;
		int below;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    len + 1 + strlen(e->d_name) > ES_MEMBER_MAX ||
		    fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		snprintf(path + len, ES_MEMBER_MAX + 1 - len, "/%s", e->d_name);
		if (!S_ISDIR(st.st_mode)) {
			r = add_file(h, path, &st);
		} else if (depth < ES_DEPTH_MAX) {
			below = openat(dirfd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (below >= 0)
				r = add_folder(h, below, path, depth + 1);
		}
		path[len] = '\0';
	}
	return r;
}

static int by_size(const void *a, const void *b)
{
	const struct es_host_file *x = a, *y = b;

	return x->size != y->size ? (x->size < y->size ? -1 : 1) : strcmp(x->path, y->path);
}

enum es_reason es_host_files_read(struct es_host_files *h, int rootfd, unsigned path_count,
				  const char (*paths)[ES_PATH_TEXT])
{
	enum es_reason r = ES_OK;

	*h = (struct es_host_files){ .rootfd = rootfd };
	for (unsigned i = 0; i < path_count && rootfd >= 0 && r == ES_OK; i++) {
		char path[ES_MEMBER_MAX + 1];
		struct stat st;
		int fd = open_in_root(rootfd, paths[i], 0);

		if (fd < 0)
			continue;
		snprintf(path, sizeof path, "%s", paths[i]);
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
			r = add_folder(h, fd, path, 0);
			continue;
		}
		if (fstat(fd, &st) == 0)
			r = add_file(h, path, &st);
		close(fd);
	}
	if (h->count > 0)
		qsort(h->file, h->count, sizeof h->file[0], by_size);
	return r;
}

void es_host_files_free(struct es_host_files *h)
{
	for (size_t i = 0; i < h->count; i++)
		free(h->file[i].path);
	free(h->file);
	*h = (struct es_host_files){ .rootfd = -1 };
}

/* The content is plaintext: it is in memory that is locked and wiped. */
static bool hash_file(const struct es_host_files *h, struct es_host_file *f)
{
	ES_FD fd = open_in_root(h->rootfd, f->path, O_NOFOLLOW);
	ES_SECRET content = NULL;
	struct es_span span;
	struct stat st;
	size_t have = 0;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != f->size ||
	    es_secret_new((size_t)f->size, &content) != ES_OK ||
	    es_fd_fill(fd, es_secret_data(content), es_secret_len(content), &have) != ES_OK || have != f->size)
		return false;
	span = (struct es_span){ es_secret_bytes(content), have };
	return es_sha256(&span, 1, &f->digest);
}

static size_t first_of_size(const struct es_host_files *h, uint64_t size)
{
	size_t low = 0, high = h->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (h->file[mid].size < size)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

const struct es_host_file *es_host_files_find(struct es_host_files *h, const char *path, struct es_span content)
{
	const struct es_host_file *found = NULL;
	struct es_digest digest;
	bool hashed = false, named = false;

	for (size_t i = first_of_size(h, content.len); i < h->count && h->file[i].size == content.len; i++) {
		struct es_host_file *f = &h->file[i];
		bool same_name = strcmp(name_of(f->path), name_of(path)) == 0;

		if (!hashed && !es_sha256(&content, 1, &digest))
			return NULL;
		hashed = true;
		f->hashed = f->hashed || hash_file(h, f);
		if (!f->hashed || memcmp(&f->digest, &digest, sizeof digest) != 0)
			continue;
		if (strcmp(f->path, path) == 0)
			return f;
		if (found == NULL || (same_name && !named))
			found = f;
		named = named || same_name;
	}
	return found;
}
