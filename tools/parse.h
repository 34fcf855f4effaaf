/* SPDX-License-Identifier: Apache-2.0 */
/* From argv to struct es_args; anything that isn't in the table is an error. */
#ifndef ES_TOOLS_PARSE_H
#define ES_TOOLS_PARSE_H

#include "tools/verb.h"

enum { ES_PARSE_TEXT = 256 };

/* false: *ret_fault says what is wrong. ret_args is filled up to there; json is correct in any case. */
bool es_parse(const struct es_verb *verbs, int argc, char *const *argv, struct es_args *ret_args,
	      char ret_fault[static ES_PARSE_TEXT]);

/* The verb that words ("recovery", "list") lead to; NULL: there is none, and *ret_fault says so. */
const struct es_verb *es_verb_find(const struct es_verb *verbs, unsigned count, const char *const *words,
				   char ret_fault[static ES_PARSE_TEXT]);

#endif
