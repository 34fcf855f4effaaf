/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Could this kernel resume a hibernated system in place of the running one? An attacker who can write to the swap
 * partition could plant such a system, and it would read what the previous one left in RAM. The boot helper and
 * `etcseal status` check this.
 */
#ifndef ES_HIBERNATION_H
#define ES_HIBERNATION_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdbool.h>

enum { ES_HIBERNATION_TEXT = 160 };

#define ES_POWER_DIR "/sys/power"

/* power is the kernel's folder. ES_OK: it can't, or was built without hibernation. ES_RESUME_POSSIBLE: it can, or that
 * is unknown; ret_detail is what the kernel's files say. */
ES_MUST_CHECK enum es_reason es_hibernation_check(const char *power, char ret_detail[static ES_HIBERNATION_TEXT]);

/* Whether the kernel was built with hibernation, enabled or not. */
bool es_hibernation_is_built_in(const char *power);

#endif
