/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compare.h"

#include "keys/core/wipe_stack.h"
#include "keys/store/file.h"
#include "keys/store/names.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* One name in the tree (upper) and in the image (lower). lower -1: the image has no such folder. */
struct pair {
	int upper, lower;
	const char *upper_name, *lower_name;
	const char *path;
};

void es_differences_free(struct es_differences *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->list[i].path);
	free(d->list);
	*d = (struct es_differences){ 0 };
}

static enum es_reason note(struct es_differences *d, const char *path, const struct es_difference *what)
{
	void *more = es_grow(d->list, d->count, &d->room, sizeof d->list[0]);

	if (more == NULL)
		return ES_MEMORY;
	d->list = more;
	d->list[d->count] = *what;
	d->list[d->count].path = strdup(path);
	if (d->list[d->count].path == NULL)
		return ES_MEMORY;
	d->count++;
	return ES_OK;
}

static bool is_opaque(int fd)
{
	char value[4];

	return fgetxattr(fd, "trusted.overlay.opaque", value, sizeof value) == 1 && value[0] == 'y';
}

static void text_free(char **text)
{
	free(*text);
}
#define TEXT ES_SCOPED(text_free) char *

static char *join(const char *path, const char *name)
{
	char *text;

	return asprintf(&text, "%s/%s", path, name) < 0 ? NULL : text;
}

static enum es_reason compare_name(struct es_differences *d, const struct pair *p);

/* An opaque folder hides everything in the image's folder of that name: what it lacks itself is deleted. */
static enum es_reason hidden(struct es_differences *d, int upper, int lower, const char *path)
{
	ES_NAMES names = { 0 };
	enum es_reason r = es_names_read(lower, SIZE_MAX, &names);

	for (size_t i = 0; i < names.count && r == ES_OK; i++) {
		const char *name = names.name[i];
		struct es_difference gone = { .change = ES_CHANGE_DELETED };
		TEXT below = join(path, name);
		struct stat st;

		if (fstatat(upper, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
		    fstatat(lower, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		gone.from_mode = st.st_mode;
		r = below != NULL ? note(d, below, &gone) : ES_MEMORY;
	}
	return r;
}

static int open_folder(int dirfd, const char *name)
{
	return dirfd < 0 ? -1 : openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static enum es_reason compare_folder(struct es_differences *d, const struct pair *p, bool image_has_it)
{
	ES_NAMES names = { 0 };
	ES_FD upper = open_folder(p->upper, p->upper_name);
	ES_FD lower = image_has_it ? open_folder(p->lower, p->lower_name) : -1;
	bool opaque;
	enum es_reason r;

	if (upper < 0)
		return errno == ENOENT ? ES_OK : es_reason_from_errno(errno);
	opaque = is_opaque(upper);
	r = es_names_read(upper, SIZE_MAX, &names);
	for (size_t i = 0; i < names.count && r == ES_OK; i++) {
		const char *name = names.name[i];
		TEXT below = join(p->path, name);

		r = below != NULL ? compare_name(d, &(struct pair){ upper, lower, name, name, below }) : ES_MEMORY;
	}
	if (r == ES_OK && opaque && lower >= 0)
		r = hidden(d, upper, lower, p->path);
	return r;
}

static enum es_reason compare_both(struct es_differences *d, const struct pair *p, const struct stat *is,
				   const struct stat *was)
{
	struct es_difference diff = {
		.change = ES_CHANGE_MODIFIED,
		.type = (is->st_mode & S_IFMT) != (was->st_mode & S_IFMT),
		.mode = !S_ISLNK(is->st_mode) && (is->st_mode & 07777) != (was->st_mode & 07777),
		.owner = is->st_uid != was->st_uid || is->st_gid != was->st_gid,
		.from_mode = was->st_mode,
		.to_mode = is->st_mode,
		.from_uid = was->st_uid,
		.to_uid = is->st_uid,
		.from_gid = was->st_gid,
		.to_gid = is->st_gid,
	};
	bool same = true;
	enum es_reason r = ES_OK;

	if (!diff.type && !S_ISDIR(is->st_mode))
		r = es_same_content(p->upper, p->lower, p->upper_name, p->lower_name, &same);
	diff.content = !same;
	same = true;
	if (r == ES_OK && !diff.type)
		r = es_same_attributes(p->upper, p->lower, p->upper_name, p->lower_name, &same);
	diff.attributes = !same;
	if (r == ES_MISSING) /* removed meanwhile */
		return ES_OK;
	if (r == ES_OK && (diff.type || diff.mode || diff.owner || diff.content || diff.attributes))
		r = note(d, p->path, &diff);
	if (r == ES_OK && S_ISDIR(is->st_mode))
		r = compare_folder(d, p, !diff.type);
	return r;
}

static enum es_reason compare_name(struct es_differences *d, const struct pair *p)
{
	struct stat is, was;
	bool whiteout, had = p->lower >= 0 && fstatat(p->lower, p->lower_name, &was, AT_SYMLINK_NOFOLLOW) == 0;
	enum es_reason r;

	if (fstatat(p->upper, p->upper_name, &is, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? ES_OK : es_reason_from_errno(errno);
	whiteout = S_ISCHR(is.st_mode) && is.st_rdev == makedev(0, 0);
	if (whiteout && !had)
		return ES_OK;
	if (whiteout)
		return note(d, p->path,
			    &(struct es_difference){ .change = ES_CHANGE_DELETED, .from_mode = was.st_mode });
	if (had)
		return compare_both(d, p, &is, &was);
	r = note(d, p->path,
		 &(struct es_difference){
		     .change = ES_CHANGE_ADDED, .to_mode = is.st_mode, .to_uid = is.st_uid, .to_gid = is.st_gid });
	return r == ES_OK && S_ISDIR(is.st_mode) ? compare_folder(d, p, false) : r;
}

/* Follows symlinks within the image, as the boot helper does. */
static int open_lower(int rootfd, const char *path)
{
	return es_open_how(rootfd, path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

static ES_OWN_FRAME enum es_reason compare_covered(struct es_differences *d, int treefd, int rootfd, const char *path)
{
	char above[ES_PATH_TEXT];
	char *slash;
	ES_FD upper = -1, lower = -1;

	snprintf(above, sizeof above, "%s", path);
	slash = strrchr(above, '/');
	*slash = '\0';
	upper = openat(treefd, above[0] != '\0' ? above + 1 : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	lower = open_lower(rootfd, above[0] != '\0' ? above : "/");
	if (upper < 0)
		return errno == ENOENT ? ES_OK : es_reason_from_errno(errno);
	return compare_name(d, &(struct pair){ upper, lower, slash + 1, slash + 1, path });
}

enum es_reason es_compare(int treefd, int rootfd, const struct es_boot_record *boot, struct es_differences *ret)
{
	ES_SCOPED(es_differences_free) struct es_differences d = { 0 };
	enum es_reason r = ES_OK;

	for (unsigned i = 0; i < boot->path_count && r == ES_OK; i++)
		r = compare_covered(&d, treefd, rootfd, boot->paths[i]);
	es_wipe_stack();
	if (r != ES_OK)
		return r;
	*ret = d;
	d = (struct es_differences){ 0 };
	return ES_OK;
}
