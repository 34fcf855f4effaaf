/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal for questions. In raw mode nothing typed is echoed: somebody may be reading a serial console. It is
 * restored on every path by es_console_close, also after a signal: es_console_read returns signals instead of letting
 * them end the process.
 */
#ifndef ES_INITRD_CONSOLE_H
#define ES_INITRD_CONSOLE_H

#include "keys/core/scope.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct es_console {
	int fd;      /* -1: there is no terminal */
	int signals; /* signalfd of those that would end the process; -1: none */
	bool raw;
	struct termios before;
	sigset_t mask_before;
};

#define ES_CONSOLE ES_SCOPED(es_console_close) struct es_console

/* Blocks the signals that could end the helper between key and fence; opens path (NULL: /dev/console) if it is a
 * terminal. */
void es_console_open(struct es_console *console, const char *path);
void es_console_close(struct es_console *console);

/* No echo, no line editing, no signals from keys; drops earlier input. false: not possible, so nothing may be asked. */
bool es_console_raw(struct es_console *console);
void es_console_restore(struct es_console *console);

enum es_input {
	ES_INPUT_BYTE,
	ES_INPUT_TIMEOUT,
	ES_INPUT_SIGNAL,
	ES_INPUT_GONE, /* end of file, hang-up, error */
};
/* timeout_ms -1: waits forever. */
enum es_input es_console_read(struct es_console *console, int timeout_ms, unsigned char *ret);
/* Reads the rest of a paste that began with an error, until nothing has come for quiet_ms. Calls take(what, c) for each
 * byte. */
void es_console_drain(struct es_console *console, int quiet_ms, void (*take)(void *what, unsigned char c), void *what);

void es_console_put(const struct es_console *console, const char *text);
void es_console_putf(const struct es_console *console, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
