/* SPDX-License-Identifier: Apache-2.0 */
/* What the owner can do at the console after a refusal: give the recovery key, and consent. Always after the fence. */
#ifndef ES_INITRD_RECOVER_H
#define ES_INITRD_RECOVER_H

#include "initrd/ask.h"
#include "initrd/say.h"
#include "keys/opening/opening.h"

struct es_recover {
	const struct es_say *say;
	struct es_console *console;
	struct es_opening *opening;
	bool ask; /* false: asks nothing */
	int idle_ms, tries, tries_left;
	uint64_t asked_ms; /* time spent waiting for input */
};

/* Whether a recovery key could help after that refusal. */
bool es_recover_could_help(enum es_reason refusal);

/* Asks for the recovery key. ES_OK: there is a key, with the owner's consent where needed; else why there is none. */
ES_MUST_CHECK enum es_reason es_recover_key(struct es_recover *r, enum es_reason refusal);

/* Asks the question of es_opening_asks after that refusal, if there is one. ES_OK and ES_NOT_CONFIGURED as
 * es_opening_consent; else the refusal. */
ES_MUST_CHECK enum es_reason es_recover_consent(struct es_recover *r, enum es_reason refusal);

#endif
