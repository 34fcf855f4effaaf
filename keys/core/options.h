/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot options as the kernel splits them: words parted by white space, double quotes keep it. Pure: runs in the stub over what
 * the boot menu gave, and in the helper over /proc/cmdline. The recovery key among them: keys/core/options_recovery.h.
 */
#ifndef ES_CORE_OPTIONS_H
#define ES_CORE_OPTIONS_H

#include "keys/core/reason.h"
#include "keys/core/span.h"

enum { ES_OPTIONS_MAX = 4096 };

/* The value of name= (the last one wins) without its quotes; false if there is none. In place, not terminated. */
bool es_options_find(struct es_span options, const char *name, struct es_span *ret_value);
/* Whether name stands there alone, without a value. */
bool es_options_has(struct es_span options, const char *name);
/* Takes every name= and lone name out of options[0..*len), in place. */
void es_options_remove(char *options, size_t *len, const char *name);

/* As the kernel's isspace(), 0xa0 with it; a NUL parts words too. */
bool es_options_is_space(char c);

/* The word at or after *pos, in place; *pos moves past it. False: that was the last. */
bool es_options_next(struct es_span options, size_t *pos, struct es_span *ret_word);

#endif
