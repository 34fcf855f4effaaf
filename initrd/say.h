/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper's messages: one line to standard error, to the console if that is another device, and to /dev/kmsg, so
 * that the journal of the booted system has it. Never a secret: anyone may read kmsg.
 */
#ifndef ES_INITRD_SAY_H
#define ES_INITRD_SAY_H

#include <stdbool.h>

enum es_level { ES_SAY_ERROR = 3, ES_SAY_WARNING = 4, ES_SAY_INFO = 6 }; /* syslog(3)'s numbers */

enum { ES_SAY_MAX = 700 }; /* characters of a line; longer ones are cut */

struct es_say {
	int err;           /* standard error */
	int kmsg;          /* -1: none */
	int console;       /* -1: none, or the same device as standard error */
	int console_level; /* the kernel itself shows lines of a lower level on the console */
};

/* console: the terminal for questions, -1: none. The caller keeps it. */
void es_say_open(struct es_say *say, int console);
void es_say_close(struct es_say *say);

/* format: without a line end. Characters that aren't printable ASCII are shown as '?': names come from the disk. */
void es_say(const struct es_say *say, enum es_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* To the log only: for what every boot of a healthy host would repeat. */
void es_say_log(const struct es_say *say, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
