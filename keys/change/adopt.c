/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/change/adopt.h"

#include "keys/change/change.h"
#include "keys/core/defences.h"
#include "keys/core/labels.h"
#include "keys/change/copy_up.h"
#include "keys/host/adopted.h"
#include "keys/host/state.h"
#include "keys/store/file.h"
#include "keys/store/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Up to this size the archive can't exceed its cap, whatever the files contain. */
enum { SURELY_FITS = 16 << 20 };

struct collect {
	struct es_host *host;
	const struct es_adopt_request *request;
	struct es_adopt_report *report;
	struct es_adopted adopted, fresh; /* the files adopted earlier; and the new ones */
};

static void count(struct collect *c, const struct es_below_file *f)
{
	struct es_adopt_report *r = c->report;

	if (S_ISDIR(f->st.st_mode))
		r->folders++;
	else if (S_ISLNK(f->st.st_mode))
		r->links++;
	else
		r->files++;
	if (S_ISREG(f->st.st_mode))
		r->bytes += (uint64_t)f->st.st_size;
}

static bool is_new(const struct collect *c, const struct es_below_file *f)
{
	return f->state == ES_BELOW_CLEAR || (f->state == ES_BELOW_CHANGED && c->request->discard_changed);
}

/* Nothing is copied before it is known to fit: new files are only collected. */
static enum es_reason look(void *context, const struct es_below_file *f)
{
	struct collect *c = context;
	enum es_reason r = ES_OK;

	if (f->state == ES_BELOW_SHIPPED || f->state == ES_BELOW_KEPT)
		return ES_OK;
	if (is_new(c, f))
		count(c, f);
	else if (f->state == ES_BELOW_PENDING)
		c->report->pending += !S_ISDIR(f->st.st_mode);
	else if (f->state == ES_BELOW_CHANGED)
		c->report->changed++;
	else
		c->report->left++;
	if (is_new(c, f) || f->state == ES_BELOW_PENDING)
		c->report->sensitive[f->sensitive]++;
	if (is_new(c, f) && !c->request->dry_run)
		r = es_adopted_add(&c->fresh, es_adopted_kind_of(f->st.st_mode), &f->digest, f->path);
	return r == ES_OK && c->request->each != NULL ? c->request->each(c->request->context, f) : r;
}

static enum es_reason open_below(const struct collect *c, int *ret_fd)
{
	if (c->request->below == NULL)
		return es_host_below(c->host, ret_fd);
	*ret_fd = open(c->request->below, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_fd >= 0 ? ES_OK : es_host_refuse(c->host, es_reason_from_errno(errno), "%s", c->request->below);
}

/* What the host has and the root file system hasn't is on another one, which the initramfs has mounted. */
static void note_unseen(struct collect *c, const char *path)
{
	char full[2 * ES_PATH_TEXT];
	struct stat st;

	snprintf(full, sizeof full, "%s%s", c->request->host_root != NULL ? c->request->host_root : "", path);
	if (stat(full, &st) == 0 && c->report->unseen++ == 0)
		strcpy(c->report->unseen_path, path);
}

/* RUN_DIR/first-covered; empty if there is none. */
static enum es_reason read_first_covered(struct collect *c, struct es_buf *ret)
{
	char path[ES_PATH_TEXT + 32];
	enum es_reason r;

	snprintf(path, sizeof path, "%s/" ES_FIRST_COVERED_NAME, c->host->run_dir);
	r = es_file_read(AT_FDCWD, path, ES_PATHS_MAX * (ES_PATH_TEXT + 1), ret);
	return r == ES_MISSING ? ES_OK : r;
}

static bool has_line(struct es_span text, const char *line)
{
	size_t len = strlen(line);

	while (text.len > 0) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		size_t n = end != NULL ? (size_t)(end - text.data) : text.len;

		if (n == len && memcmp(text.data, line, len) == 0)
			return true;
		n += end != NULL;
		text.data += n;
		text.len -= n;
	}
	return false;
}

static enum es_reason walk_all(struct collect *c, int below, const struct es_packages *packages)
{
	const struct es_boot_record *boot = &c->host->boot;
	ES_BUF first = { NULL, 0 };
	enum es_reason r = c->request->first_covered ? read_first_covered(c, &first) : ES_OK;

	for (unsigned i = 0; r == ES_OK && i < boot->path_count; i++) {
		const struct es_below_request request = {
			.root = below,
			.path = boot->paths[i],
			.adopted = &c->adopted,
			.packages = packages,
		};

		if (ES_WITH_FIRST_COVERED && c->request->first_covered &&
		    !has_line(es_buf_span(&first), boot->paths[i]))
			continue;
		r = es_below_look(&request, look, c);
		if (r == ES_MISSING) {
			note_unseen(c, boot->paths[i]);
			r = ES_OK;
		} else if (r != ES_OK)
			r = es_host_refuse(c->host, r, "%s below the configuration", boot->paths[i]);
	}
	return r;
}

/* Packs as if everything below were in the archive, also what packages ship: this gives an upper bound. */
static enum es_reason try_pack(struct collect *c, int below)
{
	struct es_manifest manifest = { .path_count = c->host->boot.path_count };
	struct es_pack_report report;
	ES_PLAIN_BUF packed = { NULL, 0 };
	enum es_reason r;

	memcpy(manifest.paths, c->host->boot.paths, sizeof manifest.paths);
	es_time_now(manifest.time);
	r = es_uuid_make(manifest.host);
	if (r != ES_OK)
		return r;
	r = es_archive_pack(below, &manifest, &packed, &report);
	return r == ES_OK ? r
			  : es_host_refuse_tree(c->host, r, "the root file system below the configuration", &report);
}

static enum es_reason check_room(struct collect *c, int below)
{
	char ram[ES_PATH_TEXT + 16];
	struct statvfs st;

	snprintf(ram, sizeof ram, "%s/ram", c->host->run_dir);
	if (statvfs(ram, &st) == 0 && (uint64_t)st.f_bavail * st.f_frsize < 2 * c->report->bytes)
		return es_host_refuse(c->host, ES_MEMORY,
				      "there isn't enough room in RAM for %llu bytes below the configuration",
				      (unsigned long long)c->report->bytes);
	return c->report->bytes > SURELY_FITS ? try_pack(c, below) : ES_OK;
}

static enum es_reason read_list(struct collect *c)
{
	ES_BUF text = { NULL, 0 };
	enum es_reason r = es_host_adopted(c->host, &text);

	if (r == ES_OK)
		r = es_adopted_parse(es_buf_span(&text), &c->adopted);
	return r == ES_OK ? r : es_host_refuse(c->host, r, "the list of adopted files in RAM");
}

static enum es_reason copy(struct collect *c, const struct es_copy_up *to, const struct es_adopted_entry *e)
{
	enum es_reason r = es_copy_up(to, e->path);

	if (r == ES_NOT_MET) {
		c->report->uncovered++;
		return ES_OK;
	}
	if (r == ES_OK)
		r = es_adopted_add(&c->adopted, e->kind, &e->digest, e->path);
	if (r == ES_OK)
		return r;
	es_printable(e->path, c->report->refused, sizeof c->report->refused);
	return es_host_refuse(c->host, r, "%s below the configuration", c->report->refused);
}

static enum es_reason copy_all(struct collect *c)
{
	ES_SCOPED(es_copy_up_close) struct es_copy_up to = ES_COPY_UP_NONE;
	ES_BUF text = { NULL, 0 };
	enum es_reason r = es_copy_up_open(c->request->host_root, c->host->run_dir, &to);

	for (size_t i = 0; r == ES_OK && i < c->fresh.count; i++)
		r = copy(c, &to, &c->fresh.entry[i]);
	if (r == ES_OK)
		r = es_adopted_write(&c->adopted, &text);
	return r == ES_OK && text.len > 0 ? es_host_set_adopted(c->host, es_buf_span(&text)) : r;
}

static void collect_free(struct collect *c)
{
	es_adopted_free(&c->adopted);
	es_adopted_free(&c->fresh);
}

static enum es_reason collect(struct es_host *host, const struct es_adopt_request *request,
			      struct es_adopt_report *ret_report)
{
	ES_SCOPED(collect_free)
	struct collect c = { .host = host, .request = request, .report = ret_report };
	ES_PACKAGES packages = NULL;
	ES_FD below = -1;
	enum es_reason r;

	*ret_report = (struct es_adopt_report){ 0 };
	if (!host->have_boot)
		return ES_NOT_BOOTED;
	r = read_list(&c);
	if (r == ES_OK)
		r = open_below(&c, &below);
	if (r == ES_OK)
		r = es_packages_read(below, &packages);
	if (r == ES_MISSING)
		r = ES_OK;
	ret_report->packages = packages != NULL;
	if (r == ES_OK)
		r = walk_all(&c, below, packages);
	if (r != ES_OK || request->dry_run)
		return r;
	r = check_room(&c, below);
	return r == ES_OK ? copy_all(&c) : r;
}

enum es_reason es_adopt_collect(struct es_change *change, const struct es_adopt_request *request,
				struct es_adopt_report *ret_report)
{
	return collect(change->host, request, ret_report);
}

enum es_reason es_host_look_below(struct es_host *host, const struct es_adopt_request *request,
				  struct es_adopt_report *ret_report)
{
	struct es_adopt_request look = *request;

	look.dry_run = true;
	return collect(host, &look, ret_report);
}

enum es_reason es_host_adopt(struct es_host *host, const struct es_adopt_request *request,
			     struct es_adopt_report *ret_report, struct es_saved *ret_saved)
{
	ES_CHANGE c = { .host = NULL };
	struct es_saved saved = { 0 };
	enum es_reason r;

	*ret_report = (struct es_adopt_report){ 0 };
	if (request->dry_run)
		return es_host_look_below(host, request, ret_report);
	r = es_change_begin(host, &c);
	if (r == ES_OK)
		r = es_adopt_collect(&c, request, ret_report);
	if (r == ES_OK)
		r = es_save_in(&c, &(struct es_save_request){ .count = ES_COUNT_NOW }, &saved);
	if (r == ES_OK)
		*ret_saved = saved;
	return r;
}
