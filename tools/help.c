/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/help.h"

#include "tools/output.h"
#include "tools/parse.h"

#include <string.h>

enum { COLUMN = 28 };

static const char footer[] = "exit: 0 done, 1 failed, 2 usage, 3 not configured, 4 locked, 5 tampered or rolled back,\n"
			     "      6 TPM error, 7 wrong recovery key\n";

static void show_row(FILE *out, const char *left, const char *right)
{
	if (strlen(left) > COLUMN - 2)
		fprintf(out, "  %s\n  %*s%s\n", left, COLUMN, "", right);
	else
		fprintf(out, "  %-*s%s\n", COLUMN, left, right);
}

static void show_options(FILE *out, const struct es_option *options)
{
	for (const struct es_option *o = options; o != NULL && o->name != NULL; o++) {
		char left[160];

		snprintf(left, sizeof left, "--%s%s%s%s", o->name, o->value != NULL ? "=" : "",
			 o->value != NULL ? o->value : "", o->repeats ? " ..." : "");
		show_row(out, left, o->help);
	}
}

static void show_verbs(FILE *out, const char *before, const struct es_verb *verbs)
{
	for (const struct es_verb *v = verbs; v->name != NULL; v++) {
		char left[ES_VERB_TEXT + 40];

		snprintf(left, sizeof left, "%s%s%s", before, before[0] != '\0' ? " " : "", v->name);
		if (v->verbs != NULL) {
			show_verbs(out, left, v->verbs);
			continue;
		}
		if (v->operands != NULL) {
			strncat(left, " ", sizeof left - strlen(left) - 1);
			strncat(left, v->operands, sizeof left - strlen(left) - 1);
		}
		show_row(out, left, v->help);
	}
}

void es_help_overview(const struct es_verb *verbs, FILE *out)
{
	fprintf(out, "usage: etcseal VERB [OPTION...]\n"
		     "Keeps this host's configuration encrypted at rest, sealed to the way the host boots.\n\n");
	show_verbs(out, "", verbs);
	fprintf(out, "\nOptions of every verb:\n");
	show_options(out, es_global_options);
	fprintf(out, "\n%s", footer);
}

enum es_exit es_help_show(const struct es_args *args, const struct es_verb *verb, const char *name, FILE *out)
{
	if (verb == NULL) {
		es_help_overview(args->verbs, out);
		return ES_EXIT_DONE;
	}
	if (verb->verbs != NULL) {
		fprintf(out, "usage: etcseal %s VERB [OPTION...]\n%s.\n\n", name, verb->help);
		show_verbs(out, name, verb->verbs);
	} else {
		fprintf(out, "usage: etcseal %s%s%s%s\n%s.\n", name, verb->options != NULL ? " [OPTION...]" : "",
			verb->operands != NULL ? " " : "", verb->operands != NULL ? verb->operands : "", verb->help);
	}
	if (verb->options != NULL) {
		fprintf(out, "\n");
		show_options(out, verb->options);
	}
	if (verb->more != NULL)
		fprintf(out, "\n%s\n", verb->more);
	fprintf(out, "\nOptions of every verb:\n");
	show_options(out, es_global_options);
	return ES_EXIT_DONE;
}

enum es_exit es_verb_help(const struct es_args *args)
{
	char fault[ES_PARSE_TEXT], name[ES_VERB_TEXT] = "";
	const struct es_verb *verb;

	if (args->operand_count == 0)
		return es_help_show(args, NULL, "", stdout);
	verb = es_verb_find(args->verbs, args->operand_count, args->operands, fault);
	if (verb == NULL)
		return es_usage_error(args, "%s", fault);
	for (unsigned i = 0; i < args->operand_count; i++) {
		size_t n = strlen(name);

		snprintf(name + n, sizeof name - n, "%s%s", i > 0 ? " " : "", args->operands[i]);
	}
	return es_help_show(args, verb, name, stdout);
}

static void fill_version(struct es_writer *w, const void *what)
{
	struct es_emit j = { .out = w };

	(void)what;
	es_emit_object(&j, NULL);
	es_emit_text(&j, "version", ES_VERSION_TEXT);
	es_emit_end(&j);
}

enum es_exit es_verb_version(const struct es_args *args)
{
	es_line(args, "etcseal %s", ES_VERSION_TEXT);
	return args->json ? es_print(fill_version, NULL) : ES_EXIT_DONE;
}
