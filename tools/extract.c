/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal extract`: unpacks the archive as plain files, with this host's key or, on any host, the recovery key. */
#include "tools/common.h"
#include "tools/recovery_key.h"
#include "tools/unsafe_path.h"
#include "tools/verbs.h"

#include "keys/store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 3 };

struct target {
	const char *path;
	struct es_place_at at;
	int fd;
	bool made; /* by us: removed again if it stays empty */
};

static void target_close(struct target *t)
{
	es_fd_closep(&t->fd);
	if (t->made)
		(void)unlinkat(t->at.dirfd, t->at.base, AT_REMOVEDIR); /* fails, as it should, if something is in it */
	es_place_at_close(&t->at);
}

static bool is_empty(int fd)
{
	DIR *dir = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	const struct dirent *e;
	bool empty = dir != NULL;

	while (empty && (e = readdir(dir)) != NULL)
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	if (dir != NULL)
		closedir(dir);
	return empty;
}

/* Nobody else can move or redirect what is unpacked: the folder belongs to the caller, and so does the path to it. */
static enum es_exit target_open(const struct es_args *args, struct target *t)
{
	struct es_path_fault fault;
	enum es_reason r = es_path_walk(t->path, ES_PATH_SECRET, &t->at, &fault);
	struct stat st;

	if (r == ES_ARGUMENT)
		return es_usage_error(args, "%s isn't a folder", fault.where);
	if (r != ES_OK)
		return es_fail_path(args, r, fault.where, &fault);
	t->made = mkdirat(t->at.dirfd, t->at.base, 0700) == 0;
	if (!t->made && errno != EEXIST)
		return es_fail(args, es_reason_from_errno(errno), t->path);
	t->fd = openat(t->at.dirfd, t->at.base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t->fd < 0 && errno == ENOTDIR)
		return es_usage_error(args, "%s isn't a folder", t->path);
	if (t->fd < 0 || fstat(t->fd, &st) < 0)
		return es_fail(args, es_reason_from_errno(errno), t->path);
	r = es_path_judge(t->fd, t->path, true, &fault);
	if (r != ES_OK)
		return es_fail_path(args, r, t->path, &fault);
	if (!is_empty(t->fd))
		return es_usage_error(args, "%s isn't empty: name an empty folder, or one to create", t->path);
	if ((st.st_mode & 077) != 0)
		es_warn("others have access to %s (mode %04o); the files in it keep their own modes", t->path,
			(unsigned)st.st_mode & 07777);
	return ES_EXIT_DONE;
}

/* One attempt to open the archive, and its result. */
struct attempt {
	struct es_host *host;
	struct es_extract_request request;
	struct es_unpack_report report;
	struct es_code_fault fault;
	struct es_path_fault path_fault;
};

static enum es_reason extract_with(struct attempt *a, struct es_secret *text, size_t len)
{
	enum es_reason r;

	a->request.recovery_text = text != NULL ? (const char *)es_secret_bytes(text) : NULL;
	a->request.recovery_len = len;
	a->fault = (struct es_code_fault){ ES_GROUP_OK, 0, 0 };
	r = es_host_extract(a->host, &a->request, &a->report, &a->fault);
	a->request.recovery_text = NULL;
	return r;
}

/* *ret_asked stays false if there is no terminal to ask at. */
static enum es_reason extract_asking(struct attempt *a, bool *ret_asked)
{
	const struct es_protector *p = es_recovery_protector(a->host);
	ES_TERMINAL terminal = ES_TERMINAL_CLOSED;
	enum es_reason r = es_terminal_open(&terminal);

	if (r != ES_OK)
		return r;
	*ret_asked = true;
	for (int i = 0; i < TRIES; i++) {
		char words[ES_FAULT_TEXT];
		ES_SECRET text = NULL;
		size_t len = 0;

		r = es_recovery_ask(&terminal, p != NULL ? p->id : "", &text, &len);
		if (r != ES_OK)
			return r;
		r = extract_with(a, text, len);
		if (r != ES_RECOVERY_FORM && r != ES_RECOVERY_WRONG && r != ES_RECOVERY_TWO)
			return r;
		es_fault_words(&a->fault, words);
		fprintf(stderr, "etcseal: %s%s%s\n", es_reason_words(r)->what, r == ES_RECOVERY_FORM ? ": " : "",
			r == ES_RECOVERY_FORM ? words : "");
	}
	return r;
}

static enum es_reason extract_from_file(struct attempt *a, const char *path, bool *ret_unread)
{
	ES_SECRET text = NULL;
	size_t len = 0;
	enum es_reason r = es_recovery_from_file(path, &text, &len, &a->path_fault);

	*ret_unread = r != ES_OK;
	return r == ES_OK ? extract_with(a, text, len) : r;
}

static enum es_exit failed(const struct es_args *args, const struct attempt *a, enum es_reason r, const char *detail)
{
	char text[512], words[ES_FAULT_TEXT];

	if (detail[0] == '\0')
		detail = es_host_detail(a->host);
	if (r == ES_RECOVERY_FORM) {
		es_fault_words(&a->fault, words);
		detail = words;
	} else if (r == ES_NOT_UNLOCKED && detail[0] == '\0') {
		detail = "give the recovery key with --recovery-key-file, or type it at a terminal";
	} else if (a->report.entries > 0) {
		snprintf(text, sizeof text, "%s%s%" PRIu64 " entries were already unpacked", detail,
			 detail[0] != '\0' ? "; " : "", a->report.entries);
		detail = text;
	}
	return es_fail(args, r, detail);
}

static void fill_report(struct es_writer *w, const void *what)
{
	const struct attempt *a = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_number(&j, "generation", es_host_bank(a->host)->info->generation);
	es_emit_number(&j, "entries", a->report.entries);
	es_emit_number(&j, "bytes", a->report.bytes);
	es_emit_end(&j);
}

static enum es_exit extract(const struct es_args *args, struct attempt *a, const char *to)
{
	const char *file = es_arg(args, "recovery-key-file");
	bool asked = false, unread = false;
	char size[ES_SIZE_TEXT];
	enum es_reason r;

	if (file != NULL) {
		r = extract_from_file(a, file, &unread);
	} else if (es_arg_given(args, "ask-recovery-key")) {
		r = extract_asking(a, &asked);
		if (!asked && r == ES_MISSING)
			return failed(args, a, r, "there is no terminal to ask at");
	} else {
		r = extract_with(a, NULL, 0);
		if (r == ES_NOT_UNLOCKED) {
			r = extract_asking(a, &asked);
			if (!asked)
				r = ES_NOT_UNLOCKED;
		}
	}
	if (asked && r == ES_ARGUMENT)
		return failed(args, a, ES_NOT_UNLOCKED, "no recovery key was typed");
	if (unread)
		return es_fail_path(args, r, file, &a->path_fault);
	if (r != ES_OK)
		return failed(args, a, r, "");
	es_size_words(a->report.bytes, size);
	es_done(args, "extracted generation %" PRIu64 " to %s: %" PRIu64 " entr%s, %s",
		es_host_bank(a->host)->info->generation, to, a->report.entries, a->report.entries == 1 ? "y" : "ies",
		size);
	return args->json ? es_print(fill_report, a) : ES_EXIT_DONE;
}

enum es_exit es_verb_extract(const struct es_args *args)
{
	ES_SCOPED(target_close) struct target target = { es_arg(args, "to"), ES_PLACE_AT_NONE, -1, false };
	struct attempt a = { .report = { 0 } };
	ES_HOST host = NULL;
	enum es_exit status;

	if (target.path == NULL)
		return es_usage_error(args, "`extract` needs --to=DIR");
	status = es_open_host(args, &host);
	if (status == ES_EXIT_DONE)
		status = target_open(args, &target);
	if (status != ES_EXIT_DONE)
		return status;
	a.host = host;
	a.request.dirfd = target.fd;
	return extract(args, &a, target.path);
}
