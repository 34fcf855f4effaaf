/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/below.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS_TEXT = 1024, PATH_SHOWN = 1024 };

void es_below_list_free(struct es_below_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->line[i].path);
	free(list->line);
	*list = (struct es_below_list){ 0 };
}

enum es_reason es_below_keep(void *context, const struct es_below_file *file)
{
	struct es_below_list *list = context;
	void *more;
	struct es_below_line line = {
		.state = file->state,
		.packaged = file->packaged,
		.sensitive = file->sensitive,
		.mode = file->st.st_mode,
		.size = S_ISREG(file->st.st_mode) ? (uint64_t)file->st.st_size : 0,
	};

	more = es_grow(list->line, list->count, &list->room, sizeof list->line[0]);
	if (more == NULL)
		return ES_MEMORY;
	list->line = more;
	line.path = strdup(file->path);
	if (line.path == NULL)
		return ES_MEMORY;
	list->line[list->count++] = line;
	return ES_OK;
}

/* Why a file isn't what a package ships. */
static const char *why(const struct es_below_line *l)
{
	switch (l->packaged) {
	case ES_PACKAGED_CHANGED:
		return "changed";
	case ES_PACKAGED_PATH:
		return "unknown";
	default:
		return "unowned";
	}
}

void es_below_say(const struct es_args *args, const struct es_below_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct es_below_line *l = &list->line[i];
		const char *kind = l->sensitive != ES_SENSITIVE_NO ? es_sensitive_words(l->sensitive)->name : NULL;
		char path[PATH_SHOWN];

		snprintf(path, sizeof path, "%s", l->path);
		es_replace_controls(path);
		es_line(args, "%-8s %-8s %s%s%s%s%s", es_below_names[l->state], why(l), path,
			S_ISDIR(l->mode) ? "/" : "", kind != NULL ? "  (" : "", kind != NULL ? kind : "",
			kind != NULL ? ")" : "");
	}
}

void es_below_emit(struct es_emit *j, const char *name, const struct es_below_list *list)
{
	es_emit_array(j, name);
	for (size_t i = 0; i < list->count; i++) {
		const struct es_below_line *l = &list->line[i];

		es_emit_object(j, NULL);
		es_emit_text(j, "path", l->path);
		es_emit_text(j, "state", es_below_names[l->state]);
		es_emit_text(j, "package", why(l));
		es_emit_text(j, "type",
			     S_ISDIR(l->mode)   ? "folder"
			     : S_ISLNK(l->mode) ? "symlink"
			     : S_ISREG(l->mode) ? "file"
						: "other");
		es_emit_number(j, "size", l->size);
		es_emit_text(j, "secret",
			     l->sensitive != ES_SENSITIVE_NO ? es_sensitive_words(l->sensitive)->name : NULL);
		es_emit_end(j);
	}
	es_emit_end(j);
}

/* The first few files of a kind: ": /etc/a, /etc/b, ..." */
static void name_some(const struct es_below_list *list, enum es_sensitive kind, char ret[static KINDS_TEXT])
{
	unsigned named = 0;
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < list->count && used < KINDS_TEXT; i++) {
		const struct es_below_line *l = &list->line[i];

		if (l->sensitive != kind || (l->state != ES_BELOW_CLEAR && l->state != ES_BELOW_PENDING))
			continue;
		used += (size_t)snprintf(ret + used, KINDS_TEXT - used, "%s%.200s", named == 0 ? "" : ", ",
					 named < ES_BELOW_NAMED ? l->path : "...");
		if (named++ == ES_BELOW_NAMED)
			break;
	}
	es_replace_controls(ret);
}

static void say_secrets(const struct es_args *args, const struct es_adopt_report *report,
			const struct es_below_list *list)
{
	char names[KINDS_TEXT];
	bool any = false;

	for (int kind = ES_SENSITIVE_NO + 1; kind < ES_SENSITIVE_COUNT; kind++) {
		if (report->sensitive[kind] == 0)
			continue;
		if (!any)
			es_line(args, "\nSecrets that were in the clear. Anyone who had the disk before may have read "
				      "them: renew "
				      "them:");
		any = true;
		name_some(list, (enum es_sensitive)kind, names);
		es_line(args, "  %" PRIu64 " x %s: %s", report->sensitive[kind],
			es_sensitive_words((enum es_sensitive)kind)->name, names);
		es_line(args, "      %s", es_sensitive_words((enum es_sensitive)kind)->renew);
	}
}

void es_unseen_say(const struct es_adopt_report *r)
{
	if (r->unseen > 0)
		es_warn(
		    "%s is covered on a file system of its own: what was there before isn't looked at, and can't be "
		    "adopted",
		    r->unseen_path);
}

static const char no_undo[] =
    "\nWhat removing can't undo: flash memory and copy-on-write file systems (btrfs, snapshots) keep old blocks until\n"
    "they are discarded; the file system's journal, swap, backups and earlier initramfs images may hold copies. Where\n"
    "the device supports it, the start that removes the files discards all free blocks (FITRIM). etcseal(8), AN "
    "INITRAMFS\n"
    "THAT HAD SECRETS, has the commands.";

void es_adopt_say(const struct es_args *args, const struct es_adopt_report *r, const struct es_below_list *list)
{
	char size[ES_SIZE_TEXT];
	uint64_t all = r->files + r->links;

	es_size_words(r->bytes, size);
	es_line(args, "%" PRIu64 " file%s (%s) adopted; %" PRIu64 " adopted earlier and not removed yet", all,
		all == 1 ? "" : "s", size, r->pending);
	if (!r->packages)
		es_warn("dpkg's records aren't there: every file counts as changed");
	es_unseen_say(r);
	if (r->changed > 0)
		es_warn("%" PRIu64 " adopted earlier have changed below since: they stay. `etcseal below` lists them; "
			"`etcseal adopt --discard-changed` removes them, and keeps the configuration's version",
			r->changed);
	if (r->left > 0)
		es_warn("%" PRIu64 " can't be adopted (devices, sockets, fifos, files over 64 MiB): `etcseal below`",
			r->left);
	if (r->uncovered > 0)
		es_warn("%" PRIu64
			" are below a path that is covered only from the next start on: run `etcseal adopt` then",
			r->uncovered);
	if (all + r->pending > 0)
		es_line(args,
			"They are still in the clear on the root file system. The next start that opens automatically "
			"removes them, before anything else starts.");
	say_secrets(args, r, list);
	if (all + r->pending > 0)
		es_line(args, "%s", no_undo);
}

void es_adopt_emit(struct es_emit *j, const struct es_adopt_report *r)
{
	es_emit_number(j, "files", r->files);
	es_emit_number(j, "symlinks", r->links);
	es_emit_number(j, "folders", r->folders);
	es_emit_number(j, "bytes", r->bytes);
	es_emit_number(j, "pending", r->pending);
	es_emit_number(j, "changed", r->changed);
	es_emit_number(j, "left", r->left);
	es_emit_number(j, "uncovered", r->uncovered);
	es_emit_number(j, "unseen", r->unseen);
	es_emit_bool(j, "packages", r->packages);
	es_emit_array(j, "secrets");
	for (int kind = ES_SENSITIVE_NO + 1; kind < ES_SENSITIVE_COUNT; kind++) {
		if (r->sensitive[kind] == 0)
			continue;
		es_emit_object(j, NULL);
		es_emit_text(j, "kind", es_sensitive_words((enum es_sensitive)kind)->name);
		es_emit_number(j, "count", r->sensitive[kind]);
		es_emit_text(j, "renew", es_sensitive_words((enum es_sensitive)kind)->renew);
		es_emit_end(j);
	}
	es_emit_end(j);
}
