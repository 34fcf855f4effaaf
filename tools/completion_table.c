/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/completion.h"

#include <stdio.h>
#include <string.h>

bool es_completion_has_words(const struct es_option *o)
{
	return o->value != NULL && strchr(o->value, '|') != NULL;
}

void es_completion_words(const char *words)
{
	for (; *words != '\0'; words++)
		putchar(*words == '|' ? ' ' : *words);
}

/* All three shells end a quoted string, take an escaped quote, and begin the next. */
void es_completion_quote(const char *text)
{
	putchar('\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	}
	putchar('\'');
}

static void value_options(const struct es_verb *verbs, const struct es_option *options, const char *before)
{
	for (const struct es_option *o = options; o != NULL && o->name != NULL; o++)
		if (o->value != NULL)
			printf("%s%s", before, o->name);
	for (const struct es_verb *v = verbs; v != NULL && v->name != NULL; v++)
		value_options(v->verbs, v->options, before);
}

void es_completion_value_options(const struct es_verb *all, const char *before)
{
	value_options(all, es_global_options, before);
}

static void walk(const char *name, const struct es_verb *verb, const struct es_verb *verbs, es_completed_fn *fn)
{
	fn(&(struct es_completed){ .name = name, .verb = verb, .verbs = verbs });
	for (const struct es_verb *v = verbs; v != NULL && v->name != NULL; v++) {
		char full[ES_VERB_TEXT];

		snprintf(full, sizeof full, "%s%s%s", name, name[0] != '\0' ? " " : "", v->name);
		walk(full, v, v->verbs, fn);
	}
}

static void walk_help(const struct es_verb *all, es_completed_fn *fn)
{
	for (const struct es_verb *v = all; v->name != NULL; v++)
		if (strcmp(v->name, "help") == 0)
			fn(&(struct es_completed){ .name = v->name, .verb = v, .verbs = all });
}

void es_completion_walk(const struct es_verb *all, es_completed_fn *fn)
{
	walk_help(all, fn);
	walk("", NULL, all, fn);
}
