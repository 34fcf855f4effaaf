/* SPDX-License-Identifier: Apache-2.0 */
/* What a program does to protect itself before the first secret passes through it. Host only. */
#ifndef ES_CORE_HARDEN_H
#define ES_CORE_HARDEN_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

/* No core dump, no ptrace by others, new files readable by their owner only, standard input and outputs open, and a
 * write error in place of SIGPIPE. */
void es_harden_process(void);

/* From here on no memory of this process reaches swap, including what libraries allocate later; pages are locked when
 * they are first used. Secrets are in locked pages anyway, and fail without (keys/core/secret.h); this call is for
 * plaintext. ES_MEMORY: memory can't be locked, and nothing is. Does nothing for a caller who isn't root: such a
 * process handles none of the host's secrets, and its limit on locked memory is soon reached. */
ES_MUST_CHECK enum es_reason es_harden_memory(void);

/* What the administrator sees then. */
#define ES_MEMORY_UNLOCKED_TEXT                                                                                        \
	"memory can't be locked, so decrypted data may reach swap; raise the limit on locked memory (ulimit -l), "     \
	"or use only encrypted swap"

#endif
