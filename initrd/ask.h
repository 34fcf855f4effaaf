/* SPDX-License-Identifier: Apache-2.0 */
/* Asks for the recovery key at the console, group by group. Digits are shown as stars. */
#ifndef ES_INITRD_ASK_H
#define ES_INITRD_ASK_H

#include "initrd/console.h"
#include "initrd/prompt.h"

enum es_answer {
	ES_ANSWER_KEY,
	ES_ANSWER_GAVE_UP,
	ES_ANSWER_TIMEOUT,
	ES_ANSWER_SIGNAL,
	ES_ANSWER_GONE, /* there is no terminal, or it hung up */
};

/* recovery_id: "{GUID}", "" if unknown. */
void es_ask_explain(const struct es_console *console, const char *recovery_id);

/* digits: ES_PROMPT_ROOM bytes of the caller's locked memory; the first ES_PROMPT_DIGITS hold the key, after
 * ES_ANSWER_KEY only. idle_ms: gives up after that time without a keystroke; -1: never. */
ES_MUST_CHECK enum es_answer es_ask_key(struct es_console *console, int idle_ms, char *digits);

/* Asks for that word of ASCII letters. The input is echoed, as it isn't secret. ES_ANSWER_KEY: the word, in any case,
 * and Enter; ES_ANSWER_GAVE_UP: anything else. */
ES_MUST_CHECK enum es_answer es_ask_word(struct es_console *console, int idle_ms, const char *word);

#endif
