/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/recovery_key.h"

#include "keys/core/recovery_code.h"
#include "keys/core/wipe.h"
#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static void wipe_text(char (*text)[ES_RECOVERY_TEXT_LEN + 1])
{
	es_wipe(*text, sizeof *text);
}

void es_recovery_fill_line(struct es_writer *w, const struct es_recovery_shown *shown)
{
	ES_SCOPED(wipe_text) char text[ES_RECOVERY_TEXT_LEN + 1];

	es_recovery_code_write(es_secret_bytes(shown->key), text);
	es_write_text(w, shown->protector->id);
	es_write_text(w, "  ");
	es_write_text(w, text);
	es_write_text(w, "\n");
}

void es_recovery_fill_object(struct es_emit *j, const char *name, const struct es_recovery_shown *shown)
{
	ES_SCOPED(wipe_text) char text[ES_RECOVERY_TEXT_LEN + 1];

	es_recovery_code_write(es_secret_bytes(shown->key), text);
	es_emit_object(j, name);
	es_emit_text(j, "id", shown->protector->id);
	es_emit_text(j, "key", text);
	es_emit_text(j, "created", shown->protector->recovery.created);
	es_emit_end(j);
}

enum es_reason es_recovery_from_file(const char *path, struct es_secret **ret, size_t *ret_len,
				     struct es_path_fault *ret_fault)
{
	bool is_file = strcmp(path, "-") != 0;
	ES_FD file = -1;
	int fd = STDIN_FILENO;
	ES_SECRET text = NULL;
	struct stat st;
	enum es_reason r = is_file ? es_path_open(path, O_RDONLY | O_NOCTTY, &file, ret_fault) : ES_OK;

	if (r != ES_OK)
		return r;
	if (is_file)
		fd = file;
	if (fstat(fd, &st) < 0)
		return es_reason_from_errno(errno);
	if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRGRP | S_IROTH)) != 0)
		es_warn("%s can be read by others (mode %04o); chmod 600 it, or better, don't keep it on this host",
			path, (unsigned)st.st_mode & 07777);
	/* One byte more than is allowed, to detect a file that is too large. */
	r = es_secret_new(ES_KEY_FILE_MAX + 1, &text);
	if (r == ES_OK)
		r = es_fd_fill(fd, es_secret_data(text), es_secret_len(text), ret_len);
	if (r == ES_OK && *ret_len > ES_KEY_FILE_MAX)
		r = ES_RECOVERY_FILE;
	if (r == ES_OK)
		*ret = es_take(text);
	return r;
}

void es_terminal_close(struct es_terminal *t)
{
	if (t->quiet)
		tcsetattr(t->fd, TCSAFLUSH, &t->before);
	if (t->signals >= 0) {
		close(t->signals);
		sigprocmask(SIG_SETMASK, &t->mask, NULL); /* a pending signal is delivered now */
	}
	if (t->fd >= 0)
		close(t->fd);
}

enum es_reason es_terminal_open(struct es_terminal *t)
{
	struct termios quiet;
	sigset_t ending;

	t->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (t->fd < 0 || tcgetattr(t->fd, &t->before) < 0)
		return ES_MISSING;
	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigaddset(&ending, SIGQUIT);
	sigaddset(&ending, SIGTSTP);
	sigprocmask(SIG_BLOCK, &ending, &t->mask);
	t->signals = signalfd(-1, &ending, SFD_CLOEXEC);
	if (t->signals < 0) {
		sigprocmask(SIG_SETMASK, &t->mask, NULL);
		return ES_IO;
	}
	quiet = t->before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	if (tcsetattr(t->fd, TCSAFLUSH, &quiet) < 0)
		return ES_IO;
	t->quiet = true;
	return ES_OK;
}

static bool is_key(const struct es_secret *text, size_t len)
{
	struct es_code_fault fault;
	ES_SECRET key = NULL;

	return es_secret_new(ES_RECOVERY_LEN, &key) == ES_OK &&
	       es_recovery_code_read((const char *)es_secret_bytes(text), len, es_secret_data(key), &fault) == ES_OK;
}

enum es_reason es_recovery_ask(const struct es_terminal *t, const char *id, struct es_secret **ret, size_t *ret_len)
{
	enum { PASTE_MS = 100 }; /* the terminal delivers line by line; somebody who types takes longer for the next */
	struct pollfd both[2] = { { .fd = t->fd, .events = POLLIN }, { .fd = t->signals, .events = POLLIN } };
	ES_SECRET text = NULL;
	enum es_reason r = es_secret_new(ES_KEY_LINE_MAX, &text);
	size_t len = 0;
	ssize_t n = 0;

	if (r != ES_OK)
		return r;
	tcflush(t->fd, TCIFLUSH); /* the rest of a line that was too long */
	dprintf(t->fd, "Recovery key %s (16 groups of 6 digits, not shown): ", id);
	do {
		n = 0;
		if (poll(both, 2, len == 0 ? -1 : PASTE_MS) > 0 && both[1].revents == 0)
			n = read(t->fd, es_secret_data(text) + len, es_secret_len(text) - len);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 1 && len < es_secret_len(text) && !is_key(text, len));
	dprintf(t->fd, "\n");
	if (both[1].revents != 0 || len == 0 || (len == 1 && es_secret_bytes(text)[0] == '\n'))
		return ES_ARGUMENT;
	*ret_len = len;
	*ret = es_take(text);
	return ES_OK;
}
