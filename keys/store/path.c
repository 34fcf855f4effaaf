/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/path.h"

#include "keys/core/defences.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { LINKS_MAX = 40 }; /* the kernel's limit */

/* The state of the walk: dirfd is the folder it has reached, `at` that folder's path, rest what remains. */
struct walk {
	enum es_path_rule rule;
	int dirfd;
	char at[PATH_MAX], rest[PATH_MAX];
	unsigned followed;
	struct es_path_fault *fault;
	struct es_path_fault open; /* ES_PATH_PUBLIC: the first folder that others can change */
};

static void walk_end(struct walk *w)
{
	es_fd_closep(&w->dirfd);
}

void es_place_at_close(struct es_place_at *p)
{
	es_fd_closep(&p->dirfd);
}

static bool is_ours(uid_t owner)
{
	return owner == 0 || owner == geteuid();
}

/* Distributions give each user a group of their own, and root's group is root's. */
static bool others_write(const struct stat *st)
{
	bool group = (st->st_mode & S_IWGRP) != 0 && st->st_gid != 0 && (geteuid() == 0 || st->st_gid != getegid());

	return group || (st->st_mode & S_IWOTH) != 0;
}

static enum es_reason found(struct es_path_fault *f, enum es_path_fault_kind kind, const struct stat *st)
{
	if (!ES_WITH_PATH_CHECKS)
		return ES_OK;
	f->kind = kind;
	f->owner = st->st_uid;
	f->mode = st->st_mode & 07777;
	return ES_UNSAFE_PATH;
}

static enum es_reason judge(const struct stat *st, bool own, struct es_path_fault *f)
{
	/* In a sticky folder, only the owner of a file or of the folder can change the file. */
	bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0 && !own;

	if (own ? st->st_uid != geteuid() : !is_ours(st->st_uid))
		return found(f, ES_PATH_FOREIGN, st);
	if (others_write(st) && !sticky && (S_ISDIR(st->st_mode) || S_ISREG(st->st_mode)))
		return found(f, ES_PATH_WRITABLE, st);
	return ES_OK;
}

static bool append(char text[static PATH_MAX], const char *part)
{
	size_t n = strlen(text);
	bool slash = n > 0 && text[n - 1] != '/';

	return (size_t)snprintf(text + n, PATH_MAX - n, "%s%s", slash ? "/" : "", part) < PATH_MAX - n;
}

/* Makes fd the current folder of the walk. */
static enum es_reason enter(struct walk *w, int fd)
{
	enum es_reason r;
	struct stat st;

	es_fd_closep(&w->dirfd);
	w->dirfd = fd;
	if (fd < 0)
		return errno == ENOTDIR ? ES_ARGUMENT : es_reason_from_errno(errno);
	if (fstat(fd, &st) < 0)
		return es_reason_from_errno(errno);
	r = judge(&st, false, w->fault);
	if (r != ES_UNSAFE_PATH || w->rule != ES_PATH_PUBLIC)
		return r;
	if (w->open.kind == ES_PATH_OK)
		w->open = *w->fault;
	w->fault->kind = ES_PATH_OK;
	return ES_OK;
}

static enum es_reason begin(struct walk *w)
{
	bool absolute = w->rest[0] == '/';

	snprintf(w->at, sizeof w->at, "%s", absolute ? "/" : "");
	snprintf(w->fault->where, sizeof w->fault->where, "%s", absolute ? "/" : ".");
	return enter(w, open(absolute ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* Records the whole path without this symlink, to suggest it. */
static void note_real(struct walk *w)
{
	struct es_path_fault *f = w->fault;
	char *real = realpath(f->where, NULL);

	f->real[0] = '\0';
	if (real != NULL && append(f->real, real) && w->rest[0] != '\0' && !append(f->real, w->rest))
		f->real[0] = '\0';
	free(real);
}

static bool is_procfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* Follows the symlink that fd is a handle of: its target is put before the rest. */
static enum es_reason follow(struct walk *w, int fd, const struct stat *st)
{
	char target[PATH_MAX];
	ssize_t n;

	if (w->rule == ES_PATH_SECRET || w->open.kind != ES_PATH_OK || !is_ours(st->st_uid)) {
		enum es_reason r = found(w->fault, ES_PATH_LINK, st);

		if (r != ES_OK) {
			note_real(w);
			return r;
		}
	}
	n = readlinkat(fd, "", target, sizeof target - 1);
	if (n < 0)
		return es_reason_from_errno(errno);
	target[n] = '\0';
	/* The target that procfs gives for another process's root or folder doesn't lead there. */
	if (++w->followed > LINKS_MAX || n == 0 || (target[0] == '/' && is_procfs(w->dirfd)))
		return ES_ARGUMENT;
	if (w->rest[0] != '\0' && !append(target, w->rest))
		return ES_TOO_LARGE;
	memcpy(w->rest, target, sizeof w->rest);
	return target[0] == '/' ? begin(w) : ES_OK;
}

/* Cuts the next part off; false: there is none. */
static bool next_part(struct walk *w, char ret[static NAME_MAX + 1], enum es_reason *r)
{
	size_t from = strspn(w->rest, "/"), n = strcspn(w->rest + from, "/");

	*r = n > NAME_MAX ? ES_TOO_LARGE : ES_OK;
	if (n == 0 || n > NAME_MAX)
		return false;
	memcpy(ret, w->rest + from, n);
	ret[n] = '\0';
	from += n;
	from += strspn(w->rest + from, "/");
	memmove(w->rest, w->rest + from, strlen(w->rest + from) + 1);
	return true;
}

/* Takes one step. ret gets what the path names once nothing remains. */
static enum es_reason step(struct walk *w, const char *part, struct es_place_at *ret, bool *ret_done)
{
	bool last = w->rest[0] == '\0', dots = strcmp(part, ".") == 0 || strcmp(part, "..") == 0;
	ES_FD fd = openat(w->dirfd, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int folder;

	snprintf(w->fault->where, sizeof w->fault->where, "%s", w->at);
	if (!append(w->fault->where, part))
		return ES_TOO_LARGE;
	if (fd < 0 && (errno != ENOENT || !last))
		return errno == ENOTDIR ? ES_ARGUMENT : es_reason_from_errno(errno);
	if (fd >= 0 && fstat(fd, &st) < 0)
		return es_reason_from_errno(errno);
	/* The target of a link to an open file isn't a path. */
	ret->descriptor = last && fd >= 0 && S_ISLNK(st.st_mode) && w->rule != ES_PATH_SECRET && is_procfs(w->dirfd);
	if (fd >= 0 && S_ISLNK(st.st_mode) && !ret->descriptor)
		return follow(w, fd, &st);
	if (last && !dots) {
		strcpy(ret->base, part);
		*ret_done = true;
		return ES_OK;
	}
	if (!S_ISDIR(st.st_mode))
		return ES_ARGUMENT;
	memcpy(w->at, w->fault->where, sizeof w->at);
	folder = fd;
	fd = -1;
	return enter(w, folder);
}

enum es_reason es_path_walk(const char *path, enum es_path_rule rule, struct es_place_at *ret,
			    struct es_path_fault *ret_fault)
{
	ES_SCOPED(walk_end)
	struct walk w = { .rule = ES_WITH_PATH_CHECKS ? rule : ES_PATH_OWN, .dirfd = -1, .fault = ret_fault };
	ES_PLACE_AT place = { .dirfd = -1, .base = "." };
	char part[NAME_MAX + 1];
	bool done = false;
	enum es_reason r;

	*ret_fault = (struct es_path_fault){ .kind = ES_PATH_OK };
	if (path[0] == '\0' || strlen(path) >= sizeof w.rest)
		return ES_ARGUMENT;
	strcpy(w.rest, path);
	r = begin(&w);
	while (r == ES_OK && !done && next_part(&w, part, &r))
		r = step(&w, part, &place, &done);
	if (r != ES_OK)
		return r;
	if (w.open.kind != ES_PATH_OK)
		*ret_fault = w.open;
	place.dirfd = w.dirfd;
	w.dirfd = -1;
	*ret = place;
	place.dirfd = -1;
	return ES_OK;
}

enum es_reason es_path_judge(int fd, const char *path, bool own, struct es_path_fault *ret_fault)
{
	struct stat st;

	*ret_fault = (struct es_path_fault){ .kind = ES_PATH_OK };
	snprintf(ret_fault->where, sizeof ret_fault->where, "%s", path);
	return fstat(fd, &st) < 0 ? es_reason_from_errno(errno) : judge(&st, own, ret_fault);
}

enum es_reason es_path_open(const char *path, int flags, int *ret_fd, struct es_path_fault *ret_fault)
{
	ES_PLACE_AT at = ES_PLACE_AT_NONE;
	ES_FD fd = -1;
	enum es_reason r = es_path_walk(path, ES_PATH_OWN, &at, ret_fault);

	if (r != ES_OK)
		return r;
	fd = openat(at.dirfd, at.base, flags | O_CLOEXEC | (at.descriptor ? 0 : O_NOFOLLOW));
	if (fd < 0)
		return errno == ENOTDIR ? ES_ARGUMENT : es_reason_from_errno(errno);
	/* A process that already has it open can read it, whoever owns it. */
	r = at.descriptor ? ES_OK : es_path_judge(fd, path, false, ret_fault);
	if (r != ES_OK)
		return r;
	*ret_fd = fd;
	fd = -1;
	return ES_OK;
}
