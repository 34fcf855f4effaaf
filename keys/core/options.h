/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot options as the kernel splits them: words parted by white space, double quotes keep it. Finds and takes out
 * the recovery key, so that it goes no further. Pure: runs in the stub over what the boot menu gave, and in the
 * helper over /proc/cmdline.
 */
#ifndef ES_CORE_OPTIONS_H
#define ES_CORE_OPTIONS_H

#include "keys/core/reason.h"
#include "keys/core/recovery_code.h"
#include "keys/core/span.h"

enum { ES_OPTIONS_MAX = 4096 };

/* Takes every etcseal.recovery= and encryptionRecoveryKey= word out of options[0..*len), in place, closes the gap and
 * wipes what lies behind the new end. With spaces instead of dashes a key is several words: those that are all digits
 * and follow it go with it. The value of the last one is copied to ret_value (NUL-terminated, at most
 * ES_RECOVERY_INPUT_MAX-1 characters; a longer one is cut and so found wrong later). Returns whether there was one. */
bool es_options_take_recovery(char *options, size_t *len, char ret_value[static ES_RECOVERY_INPUT_MAX]);

/* The value of name= (the last one wins) without its quotes; false if there is none. In place, not terminated. */
bool es_options_find(struct es_span options, const char *name, struct es_span *ret_value);
/* Whether name stands there alone, without a value. */
bool es_options_has(struct es_span options, const char *name);
/* Takes every name= and lone name out of options[0..*len), in place. */
void es_options_remove(char *options, size_t *len, const char *name);

/* The word at or after *pos, in place; *pos moves past it. False: that was the last. */
bool es_options_next(struct es_span options, size_t *pos, struct es_span *ret_word);

#endif
