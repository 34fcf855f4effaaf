/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot options as the kernel splits them: words separated by white space; double quotes keep white space in a word.
 * Pure: runs in the stub on the boot menu's options, and in the helper on /proc/cmdline. For a recovery key among them
 * see keys/core/options_recovery.h.
 */
#ifndef ES_CORE_OPTIONS_H
#define ES_CORE_OPTIONS_H

#include "keys/core/reason.h"
#include "keys/core/span.h"

enum { ES_OPTIONS_MAX = 4096 };

/* The value of name= (the last one wins), without its quotes. False if there is none. In place, not terminated. */
bool es_options_find(struct es_span options, const char *name, struct es_span *ret_value);
/* Whether name is among the options alone, without a value. */
bool es_options_has(struct es_span options, const char *name);
/* Removes every name= and lone name from options[0..*len), in place. */
void es_options_remove(char *options, size_t *len, const char *name);

/* As the kernel's isspace(), including 0xa0. A NUL separates words, too. */
bool es_options_is_space(char c);

/* How the stub cleans options before it uses them: control characters become spaces, and spaces at the ends are
 * removed. In place; returns the new length. Options end at their first NUL: the caller cuts them off there. */
size_t es_options_clean(char *options, size_t len);
/* Firmware also hands programs binary data (a device path, a GUID of its own). Text is an even number of bytes, UTF-16,
 * and begins with a printable ASCII character, as every option does. */
bool es_options_are_text(struct es_span given);
/* Whether options that were given at boot replace the image's own and are measured, both cleaned. If not, there are
 * none, or they are the image's own, which systemd-boot passes. */
bool es_options_replace(struct es_span given, struct es_span own);

/* The word at or after *pos, in place; *pos moves past it. False: there are no more. */
bool es_options_next(struct es_span options, size_t *pos, struct es_span *ret_word);

#endif
