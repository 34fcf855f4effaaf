/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the helper has to say: one line to standard error, to the console if that is another device, and to /dev/kmsg,
 * so that the journal of the booted system has it. Never a secret: kmsg is for everybody's eyes.
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
	int console_level; /* the kernel shows lines of a lower level on the console by itself */
};

/* console: the terminal that is asked at, -1 for none. It stays the caller's. */
void es_say_open(struct es_say *say, int console);
void es_say_close(struct es_say *say);

/* Without a line end. What isn't printable ASCII is shown as '?': names come from the disk. */
void es_say(const struct es_say *say, enum es_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For the log only: what every boot of a sound host would say anew. */
void es_say_log(const struct es_say *say, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
