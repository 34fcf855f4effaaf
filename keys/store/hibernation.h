/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Could this kernel resume a hibernated system in place of the one that is running? An attacker who can write to the
 * swap partition plants such a system, and it reads what the one before it left in RAM. Asked by the boot helper and by `etcseal status`.
 */
#ifndef ES_HIBERNATION_H
#define ES_HIBERNATION_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdbool.h>

enum { ES_HIBERNATION_TEXT = 160 };

#define ES_POWER_DIR "/sys/power"

/* power: the kernel's folder. ES_OK: it can't, or was built without hibernation. ES_RESUME_POSSIBLE, with what its files say:
 * it can, or nobody knows. */
ES_MUST_CHECK enum es_reason es_hibernation_check(const char *power, char ret_detail[static ES_HIBERNATION_TEXT]);

/* Whether the kernel was built with hibernation, on or off. */
bool es_hibernation_is_built_in(const char *power);

#endif
