/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/parse.h"

#include "tools/suggest.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct parser {
	int argc;
	char *const *argv;
	int at;
	struct es_args *args;
	char *fault; /* ES_PARSE_TEXT */
};

__attribute__((format(printf, 2, 3))) static bool fault(char *text, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(text, ES_PARSE_TEXT, format, list);
	va_end(list);
	return false;
}

static bool suggest(char *text, const struct es_suggestion *nearest, const char *dashes)
{
	size_t n = strlen(text);

	if (nearest->best != NULL)
		snprintf(text + n, ES_PARSE_TEXT - n, "; did you mean %s%s?", dashes, nearest->best);
	return false;
}

static const struct es_verb *find_verb(const struct es_verb *verbs, const char *name, struct es_suggestion *nearest)
{
	for (const struct es_verb *v = verbs; v->name != NULL; v++) {
		if (strcmp(v->name, name) == 0)
			return v;
		es_suggest(nearest, v->name);
	}
	return NULL;
}

/* from: the verb whose own verbs are searched; NULL: the whole table is. */
static const struct es_verb *step(const struct es_verb *verbs, const struct es_verb *from, const char *word, char *text)
{
	struct es_suggestion nearest = { .typed = word };
	const struct es_verb *v = find_verb(from != NULL ? from->verbs : verbs, word, &nearest);

	if (v == NULL) {
		fault(text, "unknown verb `%.40s%s%.60s`", from != NULL ? from->name : "", from != NULL ? " " : "",
		      word);
		suggest(text, &nearest, "");
	}
	return v;
}

const struct es_verb *es_verb_find(const struct es_verb *verbs, unsigned count, const char *const *words,
				   char ret_fault[static ES_PARSE_TEXT])
{
	const struct es_verb *v = NULL;

	for (unsigned i = 0; i < count; i++) {
		if (v != NULL && v->verbs == NULL) {
			fault(ret_fault, "`%s` has no verbs of its own", v->name);
			return NULL;
		}
		v = step(verbs, v, words[i], ret_fault);
		if (v == NULL)
			return NULL;
	}
	return v;
}

static const struct es_option *find_option(const struct es_option *options, const char *name, size_t len,
					   struct es_suggestion *nearest)
{
	for (const struct es_option *o = options; o != NULL && o->name != NULL; o++) {
		if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
			return o;
		es_suggest(nearest, o->name);
	}
	return NULL;
}

/* Whether value is one of words ("tpm|kdf"), ignoring case. */
static bool is_word_of(const char *words, const char *value)
{
	size_t len = strlen(value);

	for (const char *w = words; w != NULL; w = strchr(w, '|')) {
		w += *w == '|';
		if (strcspn(w, "|") == len && strncasecmp(w, value, len) == 0)
			return true;
	}
	return false;
}

static bool keep(struct parser *p, const struct es_option *o, const char *value)
{
	struct es_args *a = p->args;

	if (value != NULL && value[0] == '\0')
		return fault(p->fault, "--%s has an empty value; it takes %s", o->name, o->value);
	if (value != NULL && strchr(o->value, '|') != NULL && !is_word_of(o->value, value))
		return fault(p->fault, "--%s takes %s, not %.60s", o->name, o->value, value);
	if (!o->repeats && es_arg_given(a, o->name))
		return fault(p->fault, "--%s is given twice", o->name);
	if (a->given_count == ES_GIVEN_MAX)
		return fault(p->fault, "too many options: at most %d are allowed", ES_GIVEN_MAX);
	a->given[a->given_count++] = (struct es_given){ o, value };
	return true;
}

static bool parse_option(struct parser *p, const char *word)
{
	const char *name = word + 2, *value = strchr(name, '=');
	size_t len = value != NULL ? (size_t)(value - name) : strlen(name);
	char typed[64];
	struct es_suggestion nearest = { .typed = typed };
	const struct es_option *o;

	snprintf(typed, sizeof typed, "%.*s", (int)(len < sizeof typed ? len : sizeof typed - 1), name);
	o = find_option(p->args->verb != NULL ? p->args->verb->options : NULL, name, len, &nearest);
	if (o == NULL)
		o = find_option(es_global_options, name, len, &nearest);
	if (o == NULL) {
		fault(p->fault, "%s%s%s has no option --%s", p->args->verb != NULL ? "`" : "",
		      p->args->verb != NULL ? p->args->name : "etcseal", p->args->verb != NULL ? "`" : "", typed);
		return suggest(p->fault, &nearest, "--");
	}
	if (o->value == NULL)
		return value != NULL ? fault(p->fault, "--%s takes no value", o->name) : keep(p, o, NULL);
	if (value != NULL)
		return keep(p, o, value + 1);
	if (p->at >= p->argc || strncmp(p->argv[p->at], "--", 2) == 0)
		return fault(p->fault, "--%s needs a value: %s", o->name, o->value);
	return keep(p, o, p->argv[p->at++]);
}

static bool parse_word(struct parser *p, const char *word)
{
	struct es_args *a = p->args;
	size_t n = strlen(a->name);

	if (a->verb == NULL || a->verb->verbs != NULL) {
		const struct es_verb *v = step(a->verbs, a->verb, word, p->fault);

		if (v == NULL)
			return false;
		a->verb = v;
		snprintf(a->name + n, sizeof a->name - n, "%s%s", n > 0 ? " " : "", v->name);
		return true;
	}
	if (a->operand_count == a->verb->operands_max || a->operand_count == ES_OPERANDS_MAX)
		return fault(p->fault, "unexpected argument %.60s: `%s` takes %s", word, a->name,
			     a->verb->operands != NULL ? a->verb->operands : "none");
	a->operands[a->operand_count++] = word;
	return true;
}

static bool is_complete(struct parser *p)
{
	const struct es_args *a = p->args;

	if (es_arg_given(a, "help") || es_arg_given(a, "version"))
		return true;
	if (a->verb == NULL)
		return fault(p->fault, "no command given");
	if (a->verb->run == NULL) {
		size_t n;

		fault(p->fault, "`%s` needs one of:", a->name);
		for (const struct es_verb *v = a->verb->verbs; v->name != NULL; v++) {
			n = strlen(p->fault);
			snprintf(p->fault + n, ES_PARSE_TEXT - n, " %s", v->name);
		}
		return false;
	}
	if (a->operand_count < a->verb->operands_min)
		return fault(p->fault, "`%s` needs %s", a->name, a->verb->operands);
	return true;
}

bool es_parse(const struct es_verb *verbs, int argc, char *const *argv, struct es_args *ret_args,
	      char ret_fault[static ES_PARSE_TEXT])
{
	struct parser p = { argc, argv, 1, ret_args, ret_fault };
	bool only_words = false, ok = true;

	*ret_args = (struct es_args){ .verbs = verbs };
	ret_fault[0] = '\0';
	/* First, so that an error in the arguments before --json is reported in JSON too. */
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		ret_args->json |= strcmp(argv[i], "--json") == 0;
	while (ok && p.at < argc) {
		const char *word = argv[p.at++];

		if (only_words || word[0] != '-' || word[1] == '\0')
			ok = parse_word(&p, word);
		else if (strcmp(word, "--") == 0)
			only_words = true;
		else if (strcmp(word, "-h") == 0)
			ok = parse_option(&p, "--help");
		else if (word[1] == '-')
			ok = parse_option(&p, word);
		else
			ok = fault(ret_fault, "unknown option %.60s (options start with --)", word);
	}
	return ok && is_complete(&p);
}

const char *es_arg_at(const struct es_args *args, const char *option, unsigned n)
{
	for (unsigned i = 0; i < args->given_count; i++)
		if (strcmp(args->given[i].option->name, option) == 0 && n-- == 0)
			return args->given[i].value != NULL ? args->given[i].value : "";
	return NULL;
}

const char *es_arg(const struct es_args *args, const char *option)
{
	return es_arg_at(args, option, 0);
}

bool es_arg_given(const struct es_args *args, const char *option)
{
	return es_arg(args, option) != NULL;
}

bool es_arg_is(const struct es_args *args, const char *option, const char *word)
{
	const char *value = es_arg(args, option);

	return value != NULL && strcasecmp(value, word) == 0;
}

bool es_arg_is_true(const struct es_args *args, const char *option)
{
	return es_arg_is(args, option, "true") || es_arg_is(args, option, "t");
}
