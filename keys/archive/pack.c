/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the tree in RAM to the archive. Folders are walked by file descriptor, and no symlink is followed. What is gone
 * when its turn comes is left out, as if it had been removed a moment earlier.
 */
#include "keys/archive/entry_from.h"
#include "keys/archive/flags.h"
#include "keys/archive/hash.h"
#include "keys/archive/out.h"
#include "keys/archive/stream.h"
#include "keys/archive/weigh.h"
#include "keys/core/wipe_stack.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"
#include "keys/store/names.h"

#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PACK_TRIES = 3 };

struct walk {
	struct es_tar_out *out; /* NULL: only the hash is wanted */
	struct es_pack_report report;
	bool covered;                 /* the next name is a covered path itself */
	unsigned depth;               /* of path, not counting "tree" */
	char path[ES_MEMBER_MAX + 1]; /* "tree/etc/ssh" */
	size_t len;
};

/* Appends a part to the path; *ret_before is the length to truncate it to afterwards. */
static enum es_reason path_enter(struct walk *w, const char *part, size_t *ret_before)
{
	size_t len = strlen(part);

	if (w->len + 1 + len > ES_MEMBER_MAX || w->depth >= ES_DEPTH_MAX) {
		w->report.too_deep = true;
		es_printable(w->path + strlen("tree"), w->report.refused, sizeof w->report.refused);
		return ES_TOO_LARGE;
	}
	w->depth++;
	*ret_before = w->len;
	w->path[w->len] = '/';
	memcpy(w->path + w->len + 1, part, len + 1);
	w->len += 1 + len;
	return ES_OK;
}

static void path_leave(struct walk *w, size_t before)
{
	w->depth--;
	w->len = before;
	w->path[before] = '\0';
}

static void note(const struct walk *w, uint64_t *count, char names[ES_SKIPPED_NAMED][ES_PATH_TEXT])
{
	if (*count < ES_SKIPPED_NAMED) /* without the leading "tree": as it is called on the host */
		es_printable(w->path + strlen("tree"), names[*count], ES_PATH_TEXT);
	(*count)++;
}

static enum es_reason add(struct walk *w, struct es_found *found)
{
	enum es_reason r;

	if (w->report.entries >= ES_ENTRIES_MAX || found->data.len > ES_UNPACKED_MAX - w->report.bytes)
		return ES_TOO_LARGE;
	archive_entry_copy_pathname(found->entry, w->path);
	r = es_tree_hash_add(&w->report.tree, found->entry, es_buf_span(&found->data));
	if (r == ES_OK && w->out != NULL)
		r = es_tar_out_add(w->out, found->entry, es_buf_span(&found->data));
	if (r != ES_OK)
		return r;
	w->report.entries++;
	w->report.bytes += found->data.len;
	if (found->stripped)
		note(w, &w->report.stripped, w->report.stripped_name);
	if (found->linked)
		note(w, &w->report.linked, w->report.linked_name);
	return ES_OK;
}

static enum es_reason pack_folder(struct walk *w, int fd);

/* Packs one name in the folder fd, and everything below it. */
static enum es_reason pack_name(struct walk *w, int fd, const char *name)
{
	ES_FOUND found = { .fd = -1 };
	uint64_t room = ES_UNPACKED_MAX - w->report.bytes;
	bool whole_file = room >= ES_FILE_MAX;
	enum es_reason r = es_entry_from(fd, name, whole_file ? ES_FILE_MAX : room, &found);

	if (r == ES_MISSING)
		return ES_OK;
	if ((r == ES_OK && found.entry == NULL) || (r == ES_TOO_LARGE && whole_file)) {
		note(w, &w->report.skipped, w->report.skipped_name);
		return ES_OK;
	}
	if (r == ES_OK && w->covered && !found.is_folder)
		found.stripped |= es_flags_drop_protection(found.entry);
	w->covered = false;
	if (r == ES_OK)
		r = add(w, &found);
	if (r != ES_OK)
		es_printable(w->path + strlen("tree"), w->report.refused, sizeof w->report.refused);
	else if (found.is_folder)
		r = pack_folder(w, found.fd);
	return r;
}

static enum es_reason pack_folder(struct walk *w, int fd)
{
	ES_NAMES names = { 0 };
	enum es_reason r = es_names_read(fd, ES_ENTRIES_MAX, &names);

	for (size_t i = 0; i < names.count && r == ES_OK; i++) {
		size_t before;

		r = path_enter(w, names.name[i], &before);
		if (r != ES_OK)
			break;
		r = pack_name(w, fd, names.name[i]);
		path_leave(w, before);
	}
	return r;
}

/* Opens the folder that a covered path is in. ES_MISSING, ES_COVERED_KIND: something along the path isn't a folder. */
static enum es_reason open_above(int treefd, const char *path, int *ret_fd, const char **ret_base)
{
	char part[ES_PATH_TEXT];
	int fd = openat(treefd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (const char *slash; fd >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		ES_FD above = fd;

		snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		fd = openat(above, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? ES_COVERED_KIND : es_reason_from_errno(errno);
	*ret_fd = fd;
	*ret_base = path;
	return ES_OK;
}

static enum es_reason pack_covered(struct walk *w, int treefd, const char *covered)
{
	ES_FD above = -1;
	struct stat st;
	const char *base = "";
	enum es_reason r = open_above(treefd, covered + 1, &above, &base);

	w->depth = es_path_depth(covered + 1);
	w->len = (size_t)snprintf(w->path, sizeof w->path, "tree%s", covered);
	if (r != ES_OK)
		return r == ES_MISSING ? ES_OK : r;
	if (fstatat(above, base, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? ES_OK : es_reason_from_errno(errno);
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return ES_COVERED_KIND;
	w->covered = true;
	return pack_name(w, above, base);
}

/* A member that isn't part of the tree. */
static enum es_reason add_own(struct es_tar_out *out, const char *name, struct es_span data)
{
	ES_ENTRY e = archive_entry_new();

	if (e == NULL)
		return ES_MEMORY;
	archive_entry_copy_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_size(e, (la_int64_t)data.len);
	return es_tar_out_add(out, e, data);
}

static enum es_reason add_manifest(struct es_tar_out *out, const struct es_manifest *manifest)
{
	ES_BUF text = { NULL, 0 };
	enum es_reason r = es_manifest_write(manifest, &text);

	return r == ES_OK ? add_own(out, "manifest.json", es_buf_span(&text)) : r;
}

/* Packs every covered path, in the manifest's order. The report is written also on failure. */
static ES_OWN_FRAME enum es_reason walk_all(int treefd, const struct es_manifest *manifest, struct es_tar_out *out,
					    struct es_pack_report *ret_report)
{
	struct walk w = { .out = out };
	enum es_reason r = es_tree_hash_start(&w.report.tree);

	for (unsigned i = 0; r == ES_OK && i < manifest->path_count; i++) {
		r = pack_covered(&w, treefd, manifest->paths[i]);
		if (r != ES_OK && w.report.refused[0] == '\0')
			es_printable(manifest->paths[i], w.report.refused, sizeof w.report.refused);
	}
	*ret_report = w.report;
	return r;
}

static ES_OWN_FRAME enum es_reason pack_once(int treefd, const struct es_manifest *manifest, struct es_buf *ret,
					     struct es_pack_report *ret_report)
{
	ES_TAR_OUT out = NULL;
	enum es_reason r = es_tar_out_new(&out);

	if (r == ES_OK)
		r = add_manifest(out, manifest);
	if (r == ES_OK && manifest->adopted.len > 0)
		r = add_own(out, ES_MEMBER_ADOPTED, manifest->adopted);
	if (r == ES_OK)
		r = walk_all(treefd, manifest, out, ret_report);
	return r == ES_OK ? es_tar_out_end(out, ret) : r;
}

enum es_reason es_archive_hash(int treefd, const struct es_manifest *manifest, struct es_pack_report *ret_report)
{
	ES_LOCALE locale = { NULL, NULL };
	enum es_reason r = es_locale_c(&locale);

	*ret_report = (struct es_pack_report){ 0 };
	if (r == ES_OK)
		r = walk_all(treefd, manifest, NULL, ret_report);
	es_wipe_stack();
	if (r == ES_TOO_LARGE && !ret_report->too_deep)
		es_tree_weigh(treefd, manifest, ret_report);
	return r;
}

/* The manifest comes first and contains the hash of what follows, so the hash must be known before. With a wrong one, a
 * later change could pass for no change. */
enum es_reason es_archive_pack(int treefd, const struct es_manifest *manifest, struct es_buf *ret,
			       struct es_pack_report *ret_report)
{
	ES_LOCALE locale = { NULL, NULL };
	ES_PLAIN_BUF packed = { NULL, 0 };
	struct es_manifest m = *manifest;
	enum es_reason r = es_locale_c(&locale);

	*ret_report = (struct es_pack_report){ 0 };
	if (r == ES_OK && !m.has_tree)
		r = walk_all(treefd, &m, NULL, ret_report);
	if (!m.has_tree)
		m.tree = ret_report->tree;
	for (int i = 0; r == ES_OK && i < PACK_TRIES; i++) {
		es_plain_buf_free(&packed);
		m.has_tree = i + 1 < PACK_TRIES;
		r = pack_once(treefd, &m, &packed, ret_report);
		if (r == ES_OK && es_digest_equal(&m.tree, &ret_report->tree))
			break;
		m.tree = ret_report->tree;
	}
	es_wipe_stack();
	if (r == ES_TOO_LARGE && !ret_report->too_deep)
		es_tree_weigh(treefd, manifest, ret_report);
	if (r == ES_OK)
		*ret = es_buf_take(&packed);
	return r;
}
