/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/adopt/look.h"

#include "keys/adopt/keep.h"
#include "keys/core/defences.h"
#include "keys/crypto/hash.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"
#include "keys/store/names.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MAX = 1000000 };

const char *const es_below_names[ES_BELOW_COUNT] = { "shipped", "kept", "clear", "pending", "changed", "left" };

struct walk {
	const struct es_below_request *request;
	es_below_fn *fn;
	void *context;
	dev_t device;
	unsigned depth;
	char path[ES_MEMBER_MAX + 1];
	size_t len;
};

/* path is relative. */
static enum es_reason open_beneath(int root, const char *path, int flags, int *ret_fd)
{
	int fd = es_open_how(root, path, (uint64_t)(unsigned)flags,
			     RESOLVE_BENEATH | RESOLVE_NO_XDEV | (ES_WITH_REMOVE_BENEATH ? RESOLVE_NO_SYMLINKS : 0));

	if (fd < 0)
		return errno == ELOOP || errno == EXDEV || errno == ENOTDIR ? ES_UNSAFE : es_reason_from_errno(errno);
	*ret_fd = fd;
	return ES_OK;
}

enum es_reason es_below_open(int root, const char *path, int flags, int *ret_fd)
{
	return open_beneath(root, path + 1, flags, ret_fd);
}

enum es_reason es_below_open_above(int root, const char *path, int *ret_fd, const char **ret_base)
{
	char above[ES_MEMBER_MAX + 1];

	*ret_base = es_path_above(path, above);
	return open_beneath(root, above, O_RDONLY | O_DIRECTORY, ret_fd);
}

static enum es_reason hash_link(int dirfd, const char *name, struct es_digest *ret)
{
	char target[ES_MEMBER_MAX + 1];
	ssize_t n = readlinkat(dirfd, name, target, sizeof target);
	const struct es_span part = { (const uint8_t *)target, n > 0 ? (size_t)n : 0 };

	if (n < 0)
		return es_reason_from_errno(errno);
	return es_sha256(&part, 1, ret) ? ES_OK : ES_MEMORY;
}

static bool is_kept(const struct walk *w, struct es_span content)
{
	ES_BUF part = { NULL, 0 };
	bool keeps;

	/* The file on its own is the covered path: it can't be missing there, so an empty one stays. */
	if (content.len == 0 && strcmp(w->path, w->request->path) == 0)
		return true;
	return es_keep_part(w->path, content, &keeps, &part) == ES_OK && keeps && part.len == content.len;
}

static enum es_below state_of(const struct walk *w, const struct es_below_file *f, enum es_adopted_kind kind, bool kept)
{
	enum es_adopted_match match = w->request->adopted != NULL
					  ? es_adopted_match(w->request->adopted, kind, &f->digest, w->path)
					  : ES_ADOPTED_NOT;

	if (match == ES_ADOPTED_SAME)
		return ES_BELOW_PENDING;
	if (f->packaged == ES_PACKAGED_SAME || (f->packaged == ES_PACKAGED_PATH && kind != ES_ADOPTED_FILE))
		return ES_BELOW_SHIPPED;
	if (kept)
		return ES_BELOW_KEPT;
	return match == ES_ADOPTED_OTHER ? ES_BELOW_CHANGED : ES_BELOW_CLEAR;
}

static enum es_reason look_file(struct walk *w, int dirfd, const char *name, struct es_below_file *f)
{
	ES_BUF content = { NULL, 0 };
	struct es_span part;
	enum es_reason r = es_file_read(dirfd, name, ES_FILE_MAX, &content);

	if (r == ES_TOO_LARGE) {
		f->state = ES_BELOW_LEFT;
		return ES_OK;
	}
	if (r != ES_OK)
		return r;
	part = es_buf_span(&content);
	if (!es_sha256(&part, 1, &f->digest))
		return ES_MEMORY;
	f->packaged = es_packages_judge(w->request->packages, w->path, true, part);
	f->sensitive = f->packaged == ES_PACKAGED_SAME ? ES_SENSITIVE_NO : es_sensitive(w->path, f->st.st_mode, part);
	f->state = state_of(w, f, ES_ADOPTED_FILE, is_kept(w, part));
	return ES_OK;
}

static enum es_reason look_folder(struct walk *w, int fd);

static enum es_reason look_name(struct walk *w, int dirfd, const char *name)
{
	const struct es_span nothing = { NULL, 0 };
	struct es_below_file f = { .path = w->path, .state = ES_BELOW_LEFT };
	ES_FD fd = -1;
	enum es_reason r = ES_OK;

	if (fstatat(dirfd, name, &f.st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? ES_OK : es_reason_from_errno(errno);
	if (S_ISREG(f.st.st_mode)) {
		r = look_file(w, dirfd, name, &f);
	} else if (S_ISLNK(f.st.st_mode)) {
		r = hash_link(dirfd, name, &f.digest);
		f.packaged = es_packages_judge(w->request->packages, w->path, false, nothing);
		f.state = state_of(w, &f, ES_ADOPTED_LINK, false);
	} else if (S_ISDIR(f.st.st_mode) && f.st.st_dev == w->device) {
		f.packaged = es_packages_judge(w->request->packages, w->path, false, nothing);
		f.state = state_of(w, &f, ES_ADOPTED_FOLDER, false);
		fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	if (r == ES_MISSING)
		return ES_OK;
	if (r == ES_OK)
		r = w->fn(w->context, &f);
	return r == ES_OK && fd >= 0 ? look_folder(w, fd) : r;
}

static enum es_reason look_folder(struct walk *w, int fd)
{
	ES_NAMES names = { 0 };
	enum es_reason r = es_names_read(fd, NAMES_MAX, &names);

	for (size_t i = 0; i < names.count && r == ES_OK; i++) {
		size_t len = strlen(names.name[i]), before = w->len;

		if (w->len + 1 + len > ES_MEMBER_MAX || w->depth >= ES_DEPTH_MAX)
			return ES_TOO_LARGE;
		w->path[w->len] = '/';
		memcpy(w->path + w->len + 1, names.name[i], len + 1);
		w->len += 1 + len;
		w->depth++;
		r = look_name(w, fd, names.name[i]);
		w->depth--;
		w->len = before;
		w->path[before] = '\0';
	}
	return r;
}

enum es_reason es_below_look(const struct es_below_request *request, es_below_fn *fn, void *context)
{
	struct walk *w = calloc(1, sizeof *w);
	const char *base;
	struct stat st;
	ES_FD fd = -1, dir = -1;
	enum es_reason r;

	if (w == NULL)
		return ES_MEMORY;
	*w = (struct walk){ .request = request, .fn = fn, .context = context, .len = strlen(request->path) };
	memcpy(w->path, request->path, w->len + 1);
	r = es_below_open(request->root, request->path, O_PATH, &fd);
	if (r == ES_OK && fstat(fd, &st) < 0)
		r = es_reason_from_errno(errno);
	if (r == ES_OK && S_ISDIR(st.st_mode)) {
		w->device = st.st_dev;
		r = es_below_open(request->root, request->path, O_RDONLY | O_DIRECTORY, &dir);
		if (r == ES_OK)
			r = look_folder(w, dir);
	} else if (r == ES_OK) {
		r = es_below_open_above(request->root, request->path, &dir, &base);
		if (r == ES_OK)
			r = look_name(w, dir, base);
	}
	free(w);
	return r;
}
