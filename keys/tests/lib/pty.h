/* SPDX-License-Identifier: Apache-2.0 */
/* A terminal with a program at one end, and at the other a test that types and reads. */
#ifndef ES_TESTLIB_PTY_H
#define ES_TESTLIB_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

enum { PTY_OUT_MAX = 32 << 10, PTY_BOUND_MS = 20000 };

struct pty {
	int master, slave;
	char path[64]; /* of the slave */
	pid_t child;
	char out[PTY_OUT_MAX]; /* everything shown so far, terminated */
	size_t len, seen;      /* seen: the end of what was expected last */
};

/* Runs body(path of the terminal, arg) in a child, whose exit code is body's result. */
void pty_start(struct pty *p, int (*body)(const char *path, void *arg), void *arg);
/* Waits until text is shown, after what was expected before. Ends the test after PTY_BOUND_MS. */
void pty_expect(struct pty *p, const char *text);
void pty_type(struct pty *p, const char *text);
/* Returns the child's exit code, or 128 + n if signal n ended it. Reads its remaining output. */
int pty_end(struct pty *p);
/* Closes the terminal, which a running child then loses. */
void pty_hang_up(struct pty *p);
/* The terminal's current settings. */
struct termios pty_settings(const struct pty *p);
/* Whether three digits in a row were shown, which would be part of a key. */
bool pty_showed_digits(const struct pty *p);

#endif
