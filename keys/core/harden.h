/* SPDX-License-Identifier: Apache-2.0 */
/* What a program does for itself before the first secret passes through it. Host only. */
#ifndef ES_CORE_HARDEN_H
#define ES_CORE_HARDEN_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

/* No core, no ptrace by others, files for their owner alone, standard input and outputs there, and a reader that goes away
 * is a failed write. */
void es_harden_process(void);

/* From here on nothing of this process reaches swap, also what libraries take later; pages are locked when they are used.
 * Secrets have locked pages anyway (keys/core/secret.h), and fail without; this is for plaintext. ES_MEMORY: it can't be,
 * and nothing is locked. Who isn't root has nothing of the host's in hand, and a limit that is soon reached: nothing is done. */
ES_MUST_CHECK enum es_reason es_harden_memory(void);

/* What an administrator is told then. */
#define ES_UNLOCKED_TEXT                                                                                               \
	"memory can't be locked, so what is decrypted may reach swap; raise the limit on locked memory (ulimit -l), "  \
	"or have no swap that isn't encrypted"

#endif
