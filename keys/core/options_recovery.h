/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the recovery key among the boot options and takes it out, so that it goes no further. Pure: runs in the stub on
 * the boot menu's options, and in the helper on /proc/cmdline.
 */
#ifndef ES_CORE_OPTIONS_RECOVERY_H
#define ES_CORE_OPTIONS_RECOVERY_H

#include "keys/core/options.h"
#include "keys/core/recovery_code.h"

/*
 * Takes out of options[0..*len), in place, closes the gap, and wipes the bytes after the new end:
 *
 *   - each word that holds a part of a recovery key, whatever its name (keys/core/recovery_find.h), with the recovery
 * ID or the name before it and a surplus group after it;
 *   - each word that holds a part of what looks like a mistyped one;
 *   - each etcseal.recovery and encryptionRecoveryKey, with or without a value, in any case, also with - or _ for the
 *     dot, and the words after it that may belong to its value.
 *
 * Everything else stays as it is, byte for byte. ret_value is what the owner gave, NUL-terminated: the key as 16 groups
 * with dashes, even if another copy of it was mistyped; two keys that differ; or the mistyped text, in which
 * es_recovery_code_read names the fault. Returns whether anything was taken.
 */
bool es_options_take_recovery(char *options, size_t *len, char ret_value[static ES_RECOVERY_INPUT_MAX]);

/* Whether es_options_take_recovery would take anything. */
bool es_options_contain_recovery(struct es_span options);

#endif
