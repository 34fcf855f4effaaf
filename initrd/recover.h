/* SPDX-License-Identifier: Apache-2.0 */
/* What a refusal leaves to the owner at the console: their recovery key, and their consent. All of it after the fence. */
#ifndef ES_INITRD_RECOVER_H
#define ES_INITRD_RECOVER_H

#include "initrd/ask.h"
#include "initrd/say.h"
#include "keys/opening/opening.h"

struct es_recover {
	const struct es_say *say;
	struct es_console *console;
	struct es_opening *opening;
	bool ask; /* false: nobody is asked anything */
	int idle_ms, tries, tries_left;
	uint64_t asked_ms; /* spent waiting for somebody to type */
};

/* Whether a recovery key could mend it. */
bool es_recover_may(enum es_reason refusal);

/* Asks for the recovery key. ES_OK: there is a key, consented to where that was needed; else why there is none. */
ES_MUST_CHECK enum es_reason es_recover_key(struct es_recover *r, enum es_reason refusal);

/* After that refusal: asks what es_opening_asks has to ask, if anything. ES_OK, ES_NOT_CONFIGURED as es_opening_consent; else the
 * refusal. */
ES_MUST_CHECK enum es_reason es_recover_consent(struct es_recover *r, enum es_reason refusal);

#endif
