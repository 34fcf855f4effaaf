/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbsign is started directly, without a shell, and its arguments are file names only. The image goes to it and comes
 * back in memory files, so that no half-finished file is left anywhere. The result is checked to be the same image.
 */
#include "tools/image_sign.h"

#include "keys/core/authenticode.h"
#include "keys/store/file.h"
#include "tools/unsafe_path.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { SAID_MAX = 200, NAME_TEXT = 32 };

struct files {
	int in, out, said; /* in memory, inherited by sbsign */
};

static void close_files(struct files *f)
{
	const int all[] = { f->in, f->out, f->said };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i] >= 0)
			close(all[i]);
}

static enum es_reason write_all(int fd, struct es_span data)
{
	while (data.len > 0) {
		ssize_t n = write(fd, data.data, data.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? es_reason_from_errno(errno) : ES_IO;
		data.data += n;
		data.len -= (size_t)n;
	}
	return ES_OK;
}

static enum es_reason open_files(struct es_span image, struct files *f)
{
	f->in = memfd_create("image", 0);
	f->out = memfd_create("signed", 0);
	f->said = memfd_create("said", MFD_CLOEXEC);
	if (f->in < 0 || f->out < 0 || f->said < 0)
		return es_reason_from_errno(errno);
	return write_all(f->in, image);
}

static void fd_name(int fd, char ret[static NAME_TEXT])
{
	snprintf(ret, NAME_TEXT, "/proc/self/fd/%d", fd);
}

/* Returns its exit status; -1: it couldn't be started, see errno. */
static int run_sbsign(const char *key, const char *cert, const struct files *f)
{
	char in[NAME_TEXT], out[NAME_TEXT];
	const char *const argv[] = { "sbsign", "--key", key, "--cert", cert, "--output", out, "--", in, NULL };
	posix_spawn_file_actions_t actions;
	int status = -1, failed;
	pid_t child;

	fd_name(f->in, in);
	fd_name(f->out, out);
	failed = posix_spawn_file_actions_init(&actions);
	if (failed != 0) {
		errno = failed;
		return -1;
	}
	failed = posix_spawn_file_actions_adddup2(&actions, f->said, STDOUT_FILENO);
	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(&actions, f->said, STDERR_FILENO);
	if (failed == 0)
		failed = posix_spawnp(&child, "sbsign", &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (failed != 0) {
		errno = failed;
		return -1;
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static enum es_reason read_file(int fd, struct es_buf *ret)
{
	ES_BUF b = { NULL, 0 };
	off_t end = lseek(fd, 0, SEEK_END);
	enum es_reason r;

	if (end < 0)
		return es_reason_from_errno(errno);
	r = es_buf_new((size_t)end, &b);
	if (r != ES_OK)
		return r;
	for (size_t at = 0; at < b.len;) {
		ssize_t n = pread(fd, b.data + at, b.len - at, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? es_reason_from_errno(errno) : ES_IO;
		at += (size_t)n;
	}
	*ret = es_buf_take(&b);
	return ES_OK;
}

/* Its output, in one line. */
static enum es_exit fail_said(const struct es_args *args, const struct files *f)
{
	char said[SAID_MAX + 1], what[SAID_MAX + 32];
	ssize_t n = pread(f->said, said, SAID_MAX, 0);

	said[n > 0 ? n : 0] = '\0';
	for (char *c = said; *c != '\0'; c++)
		if (*c == '\n')
			*c = c[1] == '\0' ? '\0' : ';';
	snprintf(what, sizeof what, "sbsign: %s", said);
	return es_fail(args, ES_PROGRAM_FAILED, what);
}

/* The same sections, the same measurement, and one more signature. */
static bool is_same_image(struct es_span before, struct es_span after)
{
	struct es_digest pcr_before, pcr_after;
	struct es_uki uki_before, uki_after;
	struct es_pe pe_before, pe_after;

	return es_pe_open(before, ES_PE_FILE, &pe_before) == ES_OK &&
	       es_pe_open(after, ES_PE_FILE, &pe_after) == ES_OK &&
	       es_uki_find(&pe_before, ES_PE_FILE, &uki_before) == ES_OK &&
	       es_uki_find(&pe_after, ES_PE_FILE, &uki_after) == ES_OK &&
	       es_image_predict_pcr11(&uki_before, &pcr_before) == ES_OK &&
	       es_image_predict_pcr11(&uki_after, &pcr_after) == ES_OK && es_digest_equal(&pcr_before, &pcr_after) &&
	       es_image_signatures(&pe_after) == es_image_signatures(&pe_before) + 1;
}

unsigned es_image_signatures(const struct es_pe *pe)
{
	struct es_span signature;
	unsigned n = 0;

	while (es_pe_signature(pe, n, &signature) == ES_OK)
		n++;
	return n;
}

/* sbsign opens the file by the same name; es_key_file_open ensures that nobody else can redirect it. */
static enum es_exit check_readable(const struct es_args *args, const char *path)
{
	ES_FD fd = -1;

	return es_key_file_open(args, path, &fd);
}

enum es_exit es_image_sign(const struct es_args *args, const char *key, const char *cert, struct es_buf *image)
{
	ES_SCOPED(close_files) struct files f = { -1, -1, -1 };
	ES_BUF done = { NULL, 0 };
	enum es_exit failed;
	enum es_reason r;
	int status;

	failed = check_readable(args, key);
	if (failed == ES_EXIT_DONE)
		failed = check_readable(args, cert);
	if (failed != ES_EXIT_DONE)
		return failed;
	r = open_files(es_buf_span(image), &f);
	if (r != ES_OK)
		return es_fail(args, r, "memory for the image");
	status = run_sbsign(key, cert, &f);
	if (status == 127 || (status < 0 && errno == ENOENT))
		return es_fail(args, ES_PROGRAM_MISSING, "sbsign, from Debian's package sbsigntool");
	if (status < 0)
		return es_fail(args, es_reason_from_errno(errno), "can't start sbsign");
	if (status != 0)
		return fail_said(args, &f);
	r = read_file(f.out, &done);
	if (r != ES_OK)
		return es_fail(args, r, "the signed image");
	if (!is_same_image(es_buf_span(image), es_buf_span(&done)))
		return es_fail(args, ES_PROGRAM_FAILED,
			       "sbsign returned something other than the image with a signature");
	es_buf_free(image);
	*image = es_buf_take(&done);
	return ES_EXIT_DONE;
}
