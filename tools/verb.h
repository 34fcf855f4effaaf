/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of verbs and their options. Parsing, help and completion all use it. A verb is a function in a file of its
 * own; it returns the program's exit code (keys/core/reason.h, enum es_exit).
 */
#ifndef ES_TOOLS_VERB_H
#define ES_TOOLS_VERB_H

#include "keys/core/reason.h"

#include <stdbool.h>

struct es_args;
typedef enum es_exit es_verb_fn(const struct es_args *args);

struct es_option {
	const char *name;  /* without its dashes; NULL ends a table */
	const char *value; /* NULL: a flag. "DIR", "FILE", "TEXT", or the allowed words, "tpm|kdf" (any case) */
	const char *help;  /* one line */
	bool repeats;
};

struct es_verb {
	const char *name;                /* NULL ends a table */
	const char *help;                /* one line */
	const char *act;                 /* "etcseal: cannot ACT: ..."; NULL: its name */
	es_verb_fn *run;                 /* NULL: has verbs of its own */
	const struct es_option *options; /* its own, beside the global ones; may be NULL */
	const struct es_verb *verbs;
	const char *operands; /* "FILE"; NULL: takes none */
	unsigned operands_min, operands_max;
	bool no_secrets;  /* handles neither plaintext nor keys: its memory isn't locked, as boot images are large */
	const char *more; /* for `etcseal help VERB`, lines of at most 80; may be NULL */
};

extern const struct es_option es_global_options[];

/* The arguments, checked against the table: options exist, have their values, and words are allowed ones. */
enum { ES_GIVEN_MAX = 64, ES_OPERANDS_MAX = 16, ES_VERB_TEXT = 64 };

struct es_given {
	const struct es_option *option;
	const char *value; /* NULL for a flag */
};

struct es_args {
	const struct es_verb *verbs; /* the whole table */
	const struct es_verb *verb;  /* NULL: none was named */
	char name[ES_VERB_TEXT];     /* "recovery list" */
	bool json;
	unsigned given_count;
	struct es_given given[ES_GIVEN_MAX];
	unsigned operand_count;
	const char *operands[ES_OPERANDS_MAX];
};

bool es_arg_given(const struct es_args *args, const char *option);
/* The value of an option; NULL if it wasn't given. */
const char *es_arg(const struct es_args *args, const char *option);
/* The n-th value of a repeatable option, from 0; NULL after the last. */
const char *es_arg_at(const struct es_args *args, const char *option, unsigned n);
/* Whether the value is the word, ignoring case. */
bool es_arg_is(const struct es_args *args, const char *option, const char *word);
/* For an option that takes T|F|true|false. */
bool es_arg_is_true(const struct es_args *args, const char *option);

#endif
