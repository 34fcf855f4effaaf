/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal diff`: how this host's configuration differs from the image's own files. */
#include "keys/host/adopted.h"
#include "keys/store/file.h"
#include "tools/common.h"
#include "tools/compare.h"
#include "tools/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const char letters[] = { 'A', 'M', 'D' };
static const char *const words[] = { "added", "modified", "deleted" };

static const char *kind_words(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "folder";
	case S_IFLNK:
		return "symlink";
	case 0:
		return NULL;
	default:
		return "other";
	}
}

enum { DETAIL_TEXT = 256 };

/* " (type: file -> symlink; mode: 0644 -> 0600)"; "" if only the content changed, as M alone says that. */
static void detail_words(const struct es_difference *d, char ret[static DETAIL_TEXT])
{
	char part[4][64] = { "", "", "", "" };
	int n = 0;

	ret[0] = '\0';
	if (d->change != ES_CHANGE_MODIFIED)
		return;
	if (d->type)
		snprintf(part[0], sizeof part[0], "type: %s -> %s", kind_words(d->from_mode), kind_words(d->to_mode));
	if (d->mode)
		snprintf(part[1], sizeof part[1], "mode: %04o -> %04o", d->from_mode & 07777u, d->to_mode & 07777u);
	if (d->owner)
		snprintf(part[2], sizeof part[2], "owner: %u:%u -> %u:%u", d->from_uid, d->from_gid, d->to_uid,
			 d->to_gid);
	if (d->attributes)
		snprintf(part[3], sizeof part[3], "attributes");
	for (int i = 0; i < 4; i++)
		if (part[i][0] != '\0')
			n += snprintf(ret + n, DETAIL_TEXT - (size_t)n, "%s%s", n == 0 ? " (" : "; ", part[i]);
	if (n > 0)
		snprintf(ret + n, DETAIL_TEXT - (size_t)n, ")");
}

static void print(const struct es_args *args, const struct es_difference *d)
{
	char detail[DETAIL_TEXT], path[ES_PATH_TEXT * 16];

	detail_words(d, detail);
	snprintf(path, sizeof path, "%s", d->path);
	es_replace_controls(path);
	es_line(args, "%c %s%s%s", letters[d->change], path,
		S_ISDIR(d->change == ES_CHANGE_DELETED ? d->from_mode : d->to_mode) ? "/" : "", detail);
}

static void emit(struct es_emit *j, const struct es_difference *d)
{
	char mode[16];

	es_emit_object(j, NULL);
	es_emit_text(j, "change", words[d->change]);
	es_emit_text(j, "path", d->path);
	es_emit_text(j, "type", kind_words(d->change == ES_CHANGE_DELETED ? d->from_mode : d->to_mode));
	if (d->change == ES_CHANGE_MODIFIED) {
		es_emit_array(j, "changed");
		if (d->content)
			es_emit_text(j, NULL, "content");
		if (d->type)
			es_emit_text(j, NULL, "type");
		if (d->mode)
			es_emit_text(j, NULL, "mode");
		if (d->owner)
			es_emit_text(j, NULL, "owner");
		if (d->attributes)
			es_emit_text(j, NULL, "attributes");
		es_emit_end(j);
		snprintf(mode, sizeof mode, "%04o", d->from_mode & 07777u);
		es_emit_text(j, "from_mode", mode);
		es_emit_number(j, "from_uid", d->from_uid);
		es_emit_number(j, "from_gid", d->from_gid);
	}
	if (d->change != ES_CHANGE_DELETED) {
		snprintf(mode, sizeof mode, "%04o", d->to_mode & 07777u);
		es_emit_text(j, "mode", mode);
		es_emit_number(j, "uid", d->to_uid);
		es_emit_number(j, "gid", d->to_gid);
	}
	es_emit_end(j);
}

static void fill(struct es_writer *w, const void *what)
{
	const struct es_differences *d = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_array(&j, "differences");
	for (size_t i = 0; i < d->count; i++)
		emit(&j, &d->list[i]);
	es_emit_end(&j);
	es_emit_end(&j);
}

static enum es_exit fail_errno(const struct es_args *args, const char *what)
{
	char detail[ES_PATH_TEXT + 64];
	int error = errno;

	snprintf(detail, sizeof detail, "%s: %s", what, strerror(error));
	return es_fail(args, es_reason_from_errno(error), detail);
}

enum es_exit es_verb_diff(const struct es_args *args)
{
	ES_SCOPED(es_differences_free) struct es_differences d = { 0 };
	const struct es_host_request request = es_host_request_of(args);
	char path[ES_PATH_TEXT + 16];
	ES_FD tree = -1, root = -1;
	ES_HOST host = NULL;
	enum es_exit failed = es_open_host(args, &host);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	if (es_host_boot(host) == NULL)
		return es_fail(args, ES_NOT_BOOTED, "");
	snprintf(path, sizeof path, "%s/ram/tree", request.run_dir != NULL ? request.run_dir : ES_RUN_DIR);
	tree = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (tree < 0)
		return fail_errno(args, path);
	r = es_host_below(host, &root);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	r = es_compare(tree, root, es_host_boot(host), &d);
	if (r != ES_OK)
		return es_fail(args, r, path);
	for (size_t i = 0; i < d.count; i++)
		print(args, &d.list[i]);
	return args->json ? es_print(fill, &d) : ES_EXIT_DONE;
}
