/* SPDX-License-Identifier: Apache-2.0 */
/* What the completions of three shells have in common. For tools/completion*.c only. */
#ifndef ES_TOOLS_COMPLETION_H
#define ES_TOOLS_COMPLETION_H

#include "tools/verb.h"

/* A verb, or a group of them; the top is the group "". */
struct es_completed {
	const char *name;            /* full: "recovery list" */
	const struct es_verb *verb;  /* NULL: the top */
	const struct es_verb *verbs; /* of a group; for `help`: those that it has; NULL: none can follow */
};
typedef void es_completed_fn(const struct es_completed *c);
/* A group comes before its verbs. */
void es_completion_walk(const struct es_verb *all, es_completed_fn *fn);

/* Whether an option takes certain words only ("tpm|kdf"); and prints them. */
bool es_completion_has_words(const struct es_option *o);
void es_completion_words(const char *words);
/* Prints a text in single quotes. */
void es_completion_quote(const char *text);
/* Prints every option that takes a value, each after a text. */
void es_completion_value_options(const struct es_verb *all, const char *before);

void es_completion_bash(const struct es_args *args);
void es_completion_zsh(const struct es_verb *all);
void es_completion_fish(const struct es_verb *all);

#endif
