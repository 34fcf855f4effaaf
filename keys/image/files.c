/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/files.h"

#include "keys/archive/initrd_walk.h"
#include "keys/core/buf.h"
#include "keys/image/files_host.h"
#include "keys/image/files_ways.h"
#include "keys/store/file.h"
#include "keys/survey/packages.h"
#include "keys/survey/sensitive.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LISTED_MAX = 1 << 16,
	/* What has fewer bytes and another name, in a place of programs, is the same by chance. */
	TELLING_SIZE = 32,
	ORIGIN = ES_MEMBER_MAX + 64,
};

const char *const es_image_file_kinds[ES_IMAGE_FILE_KINDS] = { "secret", "changed", "unowned", "shipped" };

struct es_image_collector {
	const struct es_image_files_request *request;
	struct es_packages *packages;
	struct es_host_files host;
	struct es_image_files files;
	size_t room;
};

enum es_reason es_image_files_begin(const struct es_image_files_request *request, struct es_image_collector **ret)
{
	ES_IMAGE_FILES c = calloc(1, sizeof *c);
	enum es_reason r = ES_MISSING;

	if (c == NULL)
		return ES_MEMORY;
	c->request = request;
	if (request->rootfd >= 0)
		r = es_packages_read(request->rootfd, &c->packages);
	if (r == ES_MEMORY)
		return r;
	c->files.packages = r == ES_OK;
	r = es_host_files_read(&c->host, request->rootfd, request->path_count, request->paths);
	if (r == ES_OK)
		*ret = es_take(c);
	return r;
}

static void free_file(struct es_image_file *f)
{
	free(f->path);
	free(f->package);
	free(f->source);
	free(f->copied_by);
}

void es_image_files_freep(struct es_image_collector **c)
{
	if (*c == NULL)
		return;
	for (size_t i = 0; i < (*c)->files.count; i++)
		free_file(&(*c)->files.file[i]);
	free((*c)->files.file);
	es_host_files_free(&(*c)->host);
	es_packages_freep(&(*c)->packages);
	free(*c);
	*c = NULL;
}

static bool is_configuration(const char *path)
{
	static const char *const tops[] = { "/etc", "/conf", "/cryptroot" };

	for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++)
		if (es_path_within(path, tops[i]))
			return true;
	return false;
}

/* A file while it is judged. */
struct look {
	const struct es_initrd_file *file;
	const struct es_host_file *source;
	char origin[ORIGIN]; /* where it comes from on the host, as far as it is known */
	enum es_sensitive sensitive;
	enum es_packaged packaged;
	bool configuration;
};

static void find_origin(const char *source, const char *path, char ret[static ORIGIN])
{
	if (source != NULL)
		snprintf(ret, ORIGIN, "%s", source);
	else
		es_image_way_origin(path, ret, ORIGIN);
}

/* As shipped if any of its names says so; otherwise changed if any does. */
static enum es_packaged judge(const struct es_image_collector *c, const struct look *l)
{
	const char *const names[] = { l->source != NULL ? l->source->path : NULL, l->origin, l->file->path };
	enum es_packaged best = ES_PACKAGED_NOT;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		enum es_packaged p;

		if (names[i] == NULL)
			continue;
		p = es_packages_judge(c->packages, names[i], true, l->file->content);
		if (p == ES_PACKAGED_SAME)
			return p;
		if (p == ES_PACKAGED_CHANGED)
			best = p;
	}
	return best;
}

/* The mode in an initramfs says nothing: packages set its umask. That of the original does. */
static enum es_sensitive look_for_secrets(const struct look *l)
{
	const struct es_initrd_file *f = l->file;
	enum es_sensitive kind = es_sensitive(f->path, S_IFREG | 0644, f->content);

	if (kind == ES_SENSITIVE_NO && l->source != NULL)
		kind = es_sensitive(l->source->path, l->source->mode, f->content);
	return kind;
}

static bool by_chance(const struct look *l)
{
	const char *a = strrchr(l->file->path, '/'), *b = l->source != NULL ? strrchr(l->source->path, '/') : NULL;

	return b != NULL && !l->configuration && l->file->size < TELLING_SIZE && a != NULL && strcmp(a, b) != 0;
}

static bool is_allowed(const struct es_image_files_request *request, const char *path)
{
	for (unsigned i = 0; i < request->allowed_count; i++)
		if (fnmatch(request->allowed[i], path, 0) == 0)
			return true;
	return false;
}

static char *copy_of(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

static void find_kind(const struct es_image_collector *c, const struct look *l, struct es_image_file *f)
{
	const char *owner = l->packaged != ES_PACKAGED_NOT ? es_packages_owner(c->packages, l->origin) : NULL;
	bool usual;

	f->way = es_image_way_find(f->path, &usual);
	if (l->packaged == ES_PACKAGED_SAME)
		f->kind = ES_IMAGE_FILE_SHIPPED;
	else if (l->sensitive != ES_SENSITIVE_NO)
		f->kind = ES_IMAGE_FILE_SECRET;
	else if (l->packaged == ES_PACKAGED_CHANGED)
		f->kind = ES_IMAGE_FILE_CHANGED;
	else
		f->kind = ES_IMAGE_FILE_UNOWNED;
	if (f->kind == ES_IMAGE_FILE_SECRET) {
		f->secret = es_sensitive_words(l->sensitive)->name;
		f->secret_id = es_sensitive_words(l->sensitive)->id;
	}
	f->finding = f->kind == ES_IMAGE_FILE_SECRET || f->kind == ES_IMAGE_FILE_CHANGED ||
		     (f->kind == ES_IMAGE_FILE_UNOWNED && l->source != NULL);
	f->allowed = f->finding && is_allowed(c->request, f->path);
	f->package = copy_of(owner);
	f->source = copy_of(l->source != NULL ? l->source->path : NULL);
}

static enum es_reason list(struct es_image_collector *c, const struct look *l)
{
	struct es_image_file f = { .size = l->file->size, .mode = l->file->mode };
	void *more;

	if (c->files.count == LISTED_MAX)
		return ES_FILE_TOO_LARGE;
	more = es_grow(c->files.file, c->files.count, &c->room, sizeof c->files.file[0]);
	if (more == NULL)
		return ES_MEMORY;
	c->files.file = more;
	f.path = strdup(l->file->path);
	if (f.path == NULL)
		return ES_MEMORY;
	find_kind(c, l, &f);
	c->files.file[c->files.count++] = f;
	return ES_OK;
}

/* dracut's module squash moves nearly all of an initramfs into a squashfs or erofs. */
static bool is_file_system(struct es_span content)
{
	static const struct {
		size_t at;
		char magic[5];
	} kinds[] = { { 0, "hsqs" }, { 1024, "\xe2\xe1\xf5\xe0" } };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (content.len >= kinds[i].at + 4 && memcmp(content.data + kinds[i].at, kinds[i].magic, 4) == 0)
			return true;
	return false;
}

static enum es_reason look_at(void *context, const struct es_initrd_file *file)
{
	struct es_image_collector *c = context;
	struct look l = { .file = file, .configuration = is_configuration(file->path) };

	if (!S_ISREG(file->mode) || file->size == 0)
		return ES_OK;
	c->files.dracut |= es_path_within(file->path, "/usr/lib/dracut") || es_path_within(file->path, "/lib/dracut");
	c->files.helper |= fnmatch("*bin/etcseal-boot", file->path, 0) == 0;
	if (file->left_out || is_file_system(file->content)) {
		c->files.left_out++;
		return ES_OK;
	}
	l.source = es_host_files_find(&c->host, file->path, file->content);
	if (by_chance(&l))
		l.source = NULL;
	l.sensitive = look_for_secrets(&l);
	if (!l.configuration && l.source == NULL && l.sensitive == ES_SENSITIVE_NO)
		return ES_OK;
	find_origin(l.source != NULL ? l.source->path : NULL, file->path, l.origin);
	l.packaged = judge(c, &l);
	/* What the tools write themselves isn't a changed file of a package's. */
	if (l.packaged == ES_PACKAGED_CHANGED && l.source == NULL && es_image_way_generated(file->path))
		l.packaged = ES_PACKAGED_NOT;
	if (!l.configuration && l.packaged == ES_PACKAGED_SAME)
		return ES_OK;
	return list(c, &l);
}

enum es_reason es_image_files_initrd(struct es_image_collector *c, struct es_span initrd, const char **ret_why)
{
	return es_initrd_walk(initrd, &es_initrd_limits, look_at, c, ret_why);
}

static enum es_reason look_at_file(struct es_image_collector *c, int dirfd, const char *name, const char *path,
				   const struct stat *st)
{
	struct es_initrd_file file = { .path = path, .mode = st->st_mode, .size = (uint64_t)st->st_size };
	ES_BUF content = { NULL, 0 };
	enum es_reason r;

	if (!S_ISREG(st->st_mode))
		return ES_OK;
	r = es_file_read(dirfd, name, (size_t)es_initrd_limits.file, &content);
	if (r == ES_TOO_LARGE)
		file.left_out = true;
	else if (r != ES_OK)
		return r;
	file.content = es_buf_span(&content);
	return look_at(c, &file);
}

/* path names dirfd, which is closed; it has room for ES_MEMBER_MAX bytes. */
static enum es_reason look_below(struct es_image_collector *c, int dirfd, char *path, unsigned depth)
{
	ES_DIR dir = fdopendir(dirfd);
	size_t len = strlen(path);
	const struct dirent *e;
	enum es_reason r = ES_OK;

	if (dir == NULL) {
		close(dirfd);
		return ES_MEMORY;
	}
	while (r == ES_OK && (e = readdir(dir)) != NULL) {
		struct stat st;
		int below;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (depth == ES_DEPTH_MAX || len + 1 + strlen(e->d_name) > ES_MEMBER_MAX)
			return ES_FILE_TOO_LARGE;
		if (fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return ES_IO;
		snprintf(path + len, ES_MEMBER_MAX + 1 - len, "/%s", e->d_name);
		if (!S_ISDIR(st.st_mode)) {
			r = look_at_file(c, dirfd, e->d_name, path, &st);
		} else {
			below = openat(dirfd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			r = below >= 0 ? look_below(c, below, path, depth + 1) : ES_IO;
		}
		path[len] = '\0';
	}
	return r;
}

enum es_reason es_image_files_folder(struct es_image_collector *c, int dirfd)
{
	char path[ES_MEMBER_MAX + 1] = "";
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 ? look_below(c, fd, path, 0) : ES_IO;
}

enum es_reason es_image_files_options(struct es_image_collector *c, struct es_span options)
{
	struct es_initrd_file file = {
		.path = ".cmdline", .mode = S_IFREG | 0644, .size = options.len, .content = options
	};
	struct look l = { .file = &file, .origin = ".cmdline", .configuration = true };

	l.sensitive = es_sensitive(file.path, file.mode, options);
	return l.sensitive != ES_SENSITIVE_NO ? list(c, &l) : ES_OK;
}

static int by_kind(const void *a, const void *b)
{
	const struct es_image_file *x = a, *y = b;

	return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : strcmp(x->path, y->path);
}

/* Once it is known which tool made the initramfs. */
static void find_copier(const struct es_image_collector *c, struct es_image_file *f)
{
	const char *usual = c->files.dracut ? es_image_way_dracut(f->way) : f->way->by, *package;
	char origin[ORIGIN];
	char *hook;

	if (usual != NULL) {
		f->copied_by = copy_of(usual);
		return;
	}
	find_origin(f->source, f->path, origin);
	hook = es_image_way_hook(c->request->rootfd, c->files.dracut, origin);
	package = hook != NULL ? es_packages_owner(c->packages, hook) : NULL;
	f->copied_by = hook;
	f->guessed = hook != NULL;
	if (package != NULL && asprintf(&f->copied_by, "%s of %s", hook, package) >= 0)
		free(hook);
	else if (package != NULL)
		f->copied_by = hook;
}

const struct es_image_files *es_image_files_finish(struct es_image_collector *c)
{
	if (c->files.count > 0)
		qsort(c->files.file, c->files.count, sizeof c->files.file[0], by_kind);
	c->files.findings = 0;
	for (size_t i = 0; i < c->files.count; i++) {
		struct es_image_file *f = &c->files.file[i];

		c->files.findings += f->finding && !f->allowed;
		if (f->finding && f->copied_by == NULL)
			find_copier(c, f);
	}
	return &c->files;
}
