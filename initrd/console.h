/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal that is asked at. While it is raw nothing that is typed is echoed: on a serial console somebody may
 * read along. It is put back on every path: by es_console_close, also after a signal, which comes as a result of
 * es_console_read and ends nothing by itself.
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
	int signals; /* signalfd of those that would end us; -1: none */
	bool raw;
	struct termios before;
	sigset_t mask_before;
};

#define ES_CONSOLE ES_SCOPED(es_console_close) struct es_console

/* Blocks the signals that would end the helper between the key and the fence; opens path (NULL: /dev/console), if it
 * is a terminal. */
void es_console_open(struct es_console *console, const char *path);
void es_console_close(struct es_console *console);

/* No echo, no line editing, no signals from keys; drops what was typed before. false: it isn't possible, ask nothing. */
bool es_console_raw(struct es_console *console);
void es_console_restore(struct es_console *console);

enum es_input {
	ES_INPUT_BYTE,
	ES_INPUT_TIMEOUT,
	ES_INPUT_SIGNAL,
	ES_INPUT_GONE, /* end of file, hang-up, error */
};
/* timeout_ms -1: waits for ever. */
enum es_input es_console_read(struct es_console *console, int timeout_ms, unsigned char *ret);
/* Takes what still comes, until nothing has come for quiet_ms: the rest of a paste whose begin was wrong. Each byte goes to
 * take, with what. */
void es_console_drain(struct es_console *console, int quiet_ms, void (*take)(void *what, unsigned char c), void *what);

void es_console_put(const struct es_console *console, const char *text);
void es_console_putf(const struct es_console *console, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
