/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/adopt/remove.h"

#include "keys/adopt/journal.h"
#include "keys/adopt/keep.h"
#include "keys/adopt/look.h"
#include "keys/core/defences.h"
#include "keys/crypto/hash.h"
#include "keys/store/file.h"
#include "keys/store/names.h"
#include "keys/survey/packages.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A file of the list that is there as it was adopted. */
struct candidate {
	const struct es_adopted_entry *entry;
	ino_t inode;
	nlink_t links;
};

struct remove {
	const struct es_remove_request *request;
	const char *path; /* the covered path that is being worked on */
	struct candidate *candidate;
	size_t count, room;
	struct es_removal journal;
	struct es_remove_report report;
	enum es_reason first;
};

static void note(struct remove *m, const char *path, uint64_t *count)
{
	size_t named = 0;

	(*count)++;
	while (named < ES_REMOVE_NAMED && m->report.named[named][0] != '\0')
		named++;
	if (named < ES_REMOVE_NAMED)
		es_printable(path, m->report.named[named], ES_PATH_TEXT);
}

static void note_failure(struct remove *m, const char *path, enum es_reason r)
{
	note(m, path, &m->report.failed);
	if (m->first == ES_OK)
		m->first = m->report.why = r;
}

/* Whether what has the name is what was adopted. ES_MISSING: it is gone; ES_NOT_MET: it is something else. */
static enum es_reason compare(int dirfd, const char *base, const struct es_adopted_entry *e, struct stat *ret_st,
			      struct es_buf *ret_content)
{
	char target[ES_MEMBER_MAX + 1];
	struct es_digest digest;
	struct es_span part;
	ssize_t n;

	if (fstatat(dirfd, base, ret_st, AT_SYMLINK_NOFOLLOW) < 0)
		return es_reason_from_errno(errno);
	if (e->kind == ES_ADOPTED_FOLDER)
		return S_ISDIR(ret_st->st_mode) ? ES_OK : ES_NOT_MET;
	if (e->kind == ES_ADOPTED_LINK) {
		n = S_ISLNK(ret_st->st_mode) ? readlinkat(dirfd, base, target, sizeof target) : -1;
		if (n < 0)
			return ES_NOT_MET;
		part = (struct es_span){ (const uint8_t *)target, (size_t)n };
	} else {
		enum es_reason r;

		if (!S_ISREG(ret_st->st_mode))
			return ES_NOT_MET;
		r = es_file_read(dirfd, base, ES_FILE_MAX, ret_content);
		if (r != ES_OK)
			return r == ES_TOO_LARGE || r == ES_FORMAT ? ES_NOT_MET : r;
		part = es_buf_span(ret_content);
	}
	if (!es_sha256(&part, 1, &digest))
		return ES_MEMORY;
	return es_digest_equal(&digest, &e->digest) || !ES_WITH_REMOVE_SAME ? ES_OK : ES_NOT_MET;
}

/* The part of an fstab, the master of passwd, an empty file where a file on its own is covered; NULL: nothing stays. */
static enum es_reason replacement(const struct remove *m, const struct es_adopted_entry *e, struct es_span content,
				  struct es_buf *ret, bool *ret_any)
{
	const char *master = es_packages_master(e->path);
	enum es_reason r = es_keep_part(e->path, content, ret_any, ret);
	ES_FD fd = -1;

	*ret_any = r == ES_OK && *ret_any && ret->len > 0;
	if (r != ES_OK || *ret_any)
		return r;
	es_buf_free(ret);
	*ret_any = strcmp(e->path, m->path) == 0;
	if (master == NULL || es_below_open(m->request->root, master, O_RDONLY | O_NONBLOCK, &fd) != ES_OK)
		return ES_OK;
	*ret_any = true;
	return es_fd_read(fd, 4096, ES_FILE_MAX, ret);
}

static enum es_reason add_candidate(struct remove *m, const struct es_adopted_entry *e, const struct stat *st)
{
	void *more = es_grow(m->candidate, m->count, &m->room, sizeof m->candidate[0]);

	if (more == NULL)
		return ES_MEMORY;
	m->candidate = more;
	m->candidate[m->count++] = (struct candidate){ .entry = e, .inode = st->st_ino, .links = st->st_nlink };
	return ES_OK;
}

/* Something else under the name may be what was put there in its place. */
static bool is_ours(const struct remove *m, const struct es_adopted_entry *e, struct es_span content)
{
	ES_BUF stays = { NULL, 0 };
	bool any;

	return replacement(m, e, content, &stays, &any) == ES_OK && any && stays.len == content.len &&
	       memcmp(stays.data, content.data, stays.len) == 0;
}

/* Looks at one entry; true: there is something to do. */
static bool look(struct remove *m, const struct es_adopted_entry *e, bool count)
{
	ES_FD dirfd = -1;
	ES_BUF content = { NULL, 0 };
	struct stat st;
	const char *base;
	enum es_reason r = es_below_open_above(m->request->root, e->path, &dirfd, &base);

	if (r == ES_OK)
		r = compare(dirfd, base, e, &st, &content);
	if (r == ES_OK && count)
		r = add_candidate(m, e, &st);
	if (r == ES_OK)
		return true;
	if (!count || r == ES_MISSING)
		return false;
	if (r != ES_NOT_MET && r != ES_UNSAFE)
		note_failure(m, e->path, r);
	else if (!is_ours(m, e, es_buf_span(&content)))
		note(m, e->path, &m->report.changed);
	return false;
}

static int by_inode(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->inode != y->inode ? (x->inode < y->inode ? -1 : 1) : strcmp(x->entry->path, y->entry->path);
}

/* A file with a name that isn't adopted would stay readable under that one: its owner must decide. */
static void drop_linked(struct remove *m)
{
	size_t kept = 0;

	qsort(m->candidate, m->count, sizeof m->candidate[0], by_inode);
	for (size_t i = 0, next; i < m->count; i = next) {
		bool linked;

		for (next = i; next < m->count && m->candidate[next].inode == m->candidate[i].inode; next++)
			;
		linked = ES_WITH_REMOVE_LINKS && m->candidate[i].entry->kind == ES_ADOPTED_FILE &&
			 m->candidate[i].links > next - i;
		for (size_t k = i; k < next; k++) {
			if (linked)
				note(m, m->candidate[k].entry->path, &m->report.linked);
			else
				m->candidate[kept++] = m->candidate[k];
		}
	}
	m->count = kept;
}

static enum es_reason take_file(struct remove *m, const struct es_adopted_entry *e, int dirfd, const char *base,
				struct es_span content)
{
	ES_BUF stays = { NULL, 0 };
	struct es_span part;
	bool any;
	enum es_reason r = replacement(m, e, content, &stays, &any);

	part = es_buf_span(&stays);
	return r == ES_OK ? es_removal_take(&m->journal, dirfd, base, any ? &part : NULL) : r;
}

/* Looks once more: the file may have changed since, if only because it was another name of one that was taken. */
static void take(struct remove *m, const struct es_adopted_entry *e)
{
	ES_FD dirfd = -1;
	ES_BUF content = { NULL, 0 };
	struct stat st;
	const char *base;
	enum es_reason r = es_below_open_above(m->request->root, e->path, &dirfd, &base);

	if (r == ES_OK)
		r = compare(dirfd, base, e, &st, &content);
	if (r == ES_OK && e->kind == ES_ADOPTED_FILE)
		r = take_file(m, e, dirfd, base, es_buf_span(&content));
	else if (r == ES_OK && unlinkat(dirfd, base, 0) < 0)
		r = es_reason_from_errno(errno);
	if (r == ES_OK)
		m->report.removed++;
	else
		note_failure(m, e->path, r);
}

/* The deepest first. A folder that holds something else now stays; looking below shows what it holds. */
static void remove_folders(struct remove *m)
{
	for (size_t i = m->request->adopted->count; i > 0; i--) {
		const struct es_adopted_entry *e = &m->request->adopted->entry[i - 1];
		ES_FD dirfd = -1;
		const char *base;

		if (e->kind != ES_ADOPTED_FOLDER || !es_path_within(e->path, m->path) || strcmp(e->path, m->path) == 0)
			continue;
		if (es_below_open_above(m->request->root, e->path, &dirfd, &base) == ES_OK &&
		    unlinkat(dirfd, base, AT_REMOVEDIR) == 0)
			m->report.folders++;
	}
}

static enum es_reason open_top(struct remove *m)
{
	const char *base;
	ES_FD fd = -1;
	struct stat st;
	enum es_reason r = es_below_open(m->request->root, m->path, O_PATH, &fd);

	if (r == ES_OK && fstat(fd, &st) < 0)
		r = es_reason_from_errno(errno);
	if (r != ES_OK)
		return r;
	if (S_ISDIR(st.st_mode))
		return es_below_open(m->request->root, m->path, O_RDONLY | O_DIRECTORY, &m->journal.top);
	return es_below_open_above(m->request->root, m->path, &m->journal.top, &base);
}

static enum es_reason remove_below(struct remove *m)
{
	enum es_reason r = open_top(m);

	if (r != ES_OK)
		return r == ES_MISSING ? ES_OK : r;
	r = es_removal_find(&m->journal);
	if (r == ES_OK)
		r = es_removal_finish(&m->journal);
	if (r != ES_OK)
		return r;
	m->count = 0;
	for (size_t i = 0; i < m->request->adopted->count; i++) {
		const struct es_adopted_entry *e = &m->request->adopted->entry[i];

		if (e->kind != ES_ADOPTED_FOLDER && es_path_within(e->path, m->path))
			(void)look(m, e, true);
	}
	drop_linked(m);
	for (size_t i = 0; i < m->count; i++)
		take(m, m->candidate[i].entry);
	r = es_removal_finish(&m->journal);
	remove_folders(m);
	return r;
}

/* A folder counts once it is empty: until then something holds it that isn't ours to remove. */
static bool is_due(struct remove *m, const struct es_adopted_entry *e)
{
	ES_FD fd = -1;
	ES_NAMES names = { 0 };

	if (!es_path_within(e->path, m->path))
		return false;
	if (e->kind != ES_ADOPTED_FOLDER)
		return look(m, e, false);
	return es_below_open(m->request->root, e->path, O_RDONLY | O_DIRECTORY, &fd) == ES_OK &&
	       es_names_read(fd, 0, &names) == ES_OK;
}

bool es_remove_needed(const struct es_remove_request *request)
{
	struct remove m = { .request = request, .journal = { .top = -1, .fd = -1 } };

	for (unsigned p = 0; p < request->path_count; p++) {
		bool unfinished = false;

		m.path = request->paths[p];
		if (open_top(&m) == ES_OK)
			unfinished = faccessat(m.journal.top, ES_BELOW_JOURNAL, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
		es_removal_close(&m.journal);
		if (unfinished)
			return true;
		for (size_t i = 0; i < request->adopted->count; i++)
			if (is_due(&m, &request->adopted->entry[i]))
				return true;
	}
	return false;
}

/* Whatever of ours was in blocks that are free now, from earlier versions of a file too. */
static bool discard(int root)
{
	struct fstrim_range all = { .len = UINT64_MAX };

	return ioctl(root, FITRIM, &all) == 0;
}

enum es_reason es_remove(const struct es_remove_request *request, struct es_remove_report *ret_report)
{
	struct remove m = { .request = request, .journal = { .top = -1, .fd = -1 } };

	for (unsigned p = 0; p < request->path_count; p++) {
		enum es_reason r;

		m.path = request->paths[p];
		r = remove_below(&m);
		if (r != ES_OK)
			note_failure(&m, m.path, r);
		es_removal_close(&m.journal);
	}
	free(m.candidate);
	m.report.bytes = m.journal.bytes;
	m.report.discarded = discard(request->root);
	*ret_report = m.report;
	return m.first;
}
