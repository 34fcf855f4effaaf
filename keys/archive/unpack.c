/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the archive to the tree in RAM. The archive is authentic by now, but is treated as if it weren't: libarchive
 * only parses, every name is judged by its text, and then resolved by the kernel below the tree, through no symlink.
 */
#include "keys/archive/member.h"
#include "keys/archive/stream.h"
#include "keys/archive/xattr.h"
#include "keys/core/wipe_stack.h"
#include "keys/core/defences.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"

#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A folder's owner, mode and times come last: everything put into it would change them, and its children would inherit
 * a default ACL. */
struct folders {
	struct archive_entry **entry;
	size_t count, room;
};

static void folders_free(struct folders *f)
{
	for (size_t i = 0; i < f->count; i++)
		archive_entry_free(f->entry[i]);
	free(f->entry);
}

static enum es_reason folders_add(struct folders *f, struct archive_entry *e)
{
	void *more = es_grow(f->entry, f->count, &f->room, sizeof f->entry[0]);

	if (more == NULL)
		return ES_MEMORY;
	f->entry = more;
	f->entry[f->count] = archive_entry_clone(e);
	if (f->entry[f->count] == NULL)
		return ES_MEMORY;
	f->count++;
	return ES_OK;
}

static enum es_reason check_empty(int treefd)
{
	int fd = openat(treefd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	enum es_reason r = ES_OK;
	struct dirent *e;

	if (dir == NULL) {
		r = es_reason_from_errno(errno);
		es_fd_closep(&fd);
		return r;
	}
	while ((e = readdir(dir)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = ES_ARGUMENT;
	closedir(dir);
	return r;
}

/* Counts the member and its bytes against the caps. */
static enum es_reason count_member(const struct es_member *m, struct es_unpack_report *report)
{
	bool over = report->entries >= ES_ENTRIES_MAX || m->size > ES_UNPACKED_MAX - report->bytes;

	if (over && ES_WITH_UNPACK_CAPS)
		return ES_TOO_LARGE;
	report->entries++;
	report->bytes += m->size;
	return ES_OK;
}

static enum es_reason unpack_member(struct es_tar *tar, int treefd, const struct es_member *m, struct folders *folders,
				    struct es_unpack_report *report)
{
	enum es_reason r = count_member(m, report);

	if (r != ES_OK || m->path[0] == '\0') /* "tree/" itself exists already */
		return r;
	switch (m->kind) {
	case ES_MEMBER_FOLDER:
		r = es_member_make_folder(treefd, m);
		return r == ES_OK ? folders_add(folders, m->entry) : r;
	case ES_MEMBER_FILE:
		return es_member_make_file(treefd, m, tar, &report->lost);
	case ES_MEMBER_SYMLINK:
	case ES_MEMBER_WHITEOUT:
		return es_member_make_other(treefd, m, &report->lost);
	}
	return ES_UNSAFE;
}

static enum es_reason unpack_all(struct es_tar *tar, int treefd, const struct es_manifest *manifest,
				 struct es_unpack_report *report)
{
	ES_SCOPED(folders_free) struct folders folders = { 0 };
	struct archive_entry *e;
	struct es_member m;
	bool first = true;
	enum es_reason r;

	for (; (r = es_tar_next(tar, &e)) == ES_OK; first = false) {
		if (first && es_tar_is_adopted(e)) /* es_archive_adopted reads it */
			continue;
		r = es_member_check(e, manifest, &m);
		if (r == ES_OK)
			r = unpack_member(tar, treefd, &m, &folders, report);
		if (r != ES_OK) {
			const char *name = archive_entry_pathname(e);

			es_printable(name != NULL ? name : "", report->refused, sizeof report->refused);
			return r;
		}
	}
	if (r != ES_MISSING)
		return r;
	/* A folder comes before its contents, so this goes from the deepest upwards. */
	r = ES_OK;
	for (size_t i = folders.count; i > 0 && r == ES_OK; i--) {
		r = es_member_check(folders.entry[i - 1], manifest, &m);
		if (r == ES_OK)
			r = es_member_finish_folder(treefd, &m, &report->lost);
	}
	return r;
}

static ES_OWN_FRAME enum es_reason unpack(struct es_span packed, int treefd, struct es_manifest *ret_manifest,
					  struct es_unpack_report *ret_report)
{
	ES_LOCALE locale = { NULL, NULL };
	ES_TAR tar = NULL;
	struct es_manifest manifest;
	struct es_unpack_report report = { 0 };
	enum es_reason r = check_empty(treefd);

	if (r == ES_OK)
		r = es_locale_c(&locale);
	if (r == ES_OK)
		r = es_tar_open(packed, &tar);
	if (r == ES_OK)
		r = es_tar_manifest(tar, &manifest);
	if (r == ES_OK)
		r = unpack_all(tar, treefd, &manifest, &report);
	*ret_report = report;
	if (r == ES_OK)
		*ret_manifest = manifest;
	return r;
}

enum es_reason es_archive_unpack(struct es_span packed, int treefd, struct es_manifest *ret_manifest,
				 struct es_unpack_report *ret_report)
{
	enum es_reason r = unpack(packed, treefd, ret_manifest, ret_report);

	es_wipe_stack();
	return r;
}
