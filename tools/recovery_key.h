/* SPDX-License-Identifier: Apache-2.0 */
/* The recovery key: showing it, reading it from a file, asking for it. It is only ever in locked, wiped memory. */
#ifndef ES_TOOLS_RECOVERY_KEY_H
#define ES_TOOLS_RECOVERY_KEY_H

#include "keys/host/host.h"
#include "keys/store/path.h"
#include "tools/output.h"

#include <signal.h>
#include <termios.h>

struct es_recovery_shown {
	const struct es_protector *protector;
	const struct es_secret *key; /* ES_RECOVERY_LEN */
};

/* "{GUID}  478269-…" and a line end. For es_print only. */
void es_recovery_fill_line(struct es_writer *w, const struct es_recovery_shown *shown);
void es_recovery_fill_object(struct es_emit *j, const char *name, const struct es_recovery_shown *shown);

/* Enough for a whole page with the key somewhere in it. */
enum { ES_KEY_FILE_MAX = 16 << 10, ES_KEY_LINE_MAX = 1024 };

/* The text of a key file, "-" for standard input; at most ES_KEY_FILE_MAX bytes of it. Warns if others may read the
 * file. ES_UNSAFE_PATH, and *ret_fault, which is written always; ES_MISSING, ES_PERMISSION, ES_IO, ES_RECOVERY_FILE,
 * ES_MEMORY. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_recovery_from_file(const char *path, struct es_secret **ret, size_t *ret_len,
						   struct es_path_fault *ret_fault);

/* The controlling terminal with echo off, also between two attempts. Signals that would end the process come through a
 * descriptor, so that none ends it before the terminal is restored. */
struct es_terminal {
	int fd, signals;
	bool quiet;
	struct termios before;
	sigset_t mask;
};
#define ES_TERMINAL ES_SCOPED(es_terminal_close) struct es_terminal
#define ES_TERMINAL_CLOSED                                                                                             \
	{                                                                                                              \
		.fd = -1, .signals = -1                                                                                \
	}

/* ES_MISSING: there is no terminal. */
ES_MUST_CHECK enum es_reason es_terminal_open(struct es_terminal *t);
void es_terminal_close(struct es_terminal *t); /* restores it, also after a failed open */

/* Asks for one line, or several pasted at once. ES_ARGUMENT: the user gave up (nothing typed, end of file, a
 * signal). */
ES_MUST_CHECK enum es_reason es_recovery_ask(const struct es_terminal *t, const char *id, struct es_secret **ret,
					     size_t *ret_len);

#endif
