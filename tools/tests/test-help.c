/* SPDX-License-Identifier: Apache-2.0 */
/* Help and the manual page against the table. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "tools/dispatch.h"
#include "tools/help.h"
#include "tools/verb_table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct command command = { .dispatch = es_dispatch };

static void run(const char *words, struct captured *ret)
{
	command_run(&command, NULL, words, 0, NULL, ret);
}

typedef void visit_fn(const char *name, const struct es_verb *verb, const void *arg);

static void visit(const char *before, const struct es_verb *verbs, visit_fn *fn, const void *arg)
{
	for (const struct es_verb *v = verbs; v->name != NULL; v++) {
		char name[ES_VERB_TEXT];

		snprintf(name, sizeof name, "%s%s%s", before, before[0] != '\0' ? " " : "", v->name);
		if (v->verbs != NULL)
			visit(name, v->verbs, fn, arg);
		else
			fn(name, v, arg);
	}
}

static void is_sound(const char *name, const struct es_verb *v, const void *arg)
{
	(void)arg;
	assert_non_null(v->run);
	assert_true(v->help != NULL && v->help[strlen(v->help) - 1] != '.');
	assert_true((v->operands == NULL) == (v->operands_max == 0));
	assert_true(v->operands_min <= v->operands_max && v->operands_max <= ES_OPERANDS_MAX);
	assert_true(strlen(name) < ES_VERB_TEXT - 16);
	for (const struct es_option *o = v->options; o != NULL && o->name != NULL; o++) {
		assert_non_null(o->help);
		for (const struct es_option *g = es_global_options; g->name != NULL; g++)
			assert_string_not_equal(o->name, g->name);
	}
}

static void the_table_is_sound(void **state)
{
	(void)state;
	visit("", es_verbs, is_sound, NULL);
}

static void is_shown(const char *name, const struct es_verb *v, const void *arg)
{
	if (strstr(arg, name) == NULL || strstr(arg, v->help) == NULL)
		fail_msg("the help lacks %s", name);
}

static void the_overview_shows_every_verb(void **state)
{
	struct captured c;

	(void)state;
	run("help", &c);
	visit("", es_verbs, is_shown, c.out);
	assert_string_equal(c.err, "");
}

static void has_its_help(const char *name, const struct es_verb *v, const void *arg)
{
	static struct captured c, same;
	char words[ES_VERB_TEXT + 16];

	(void)arg;
	snprintf(words, sizeof words, "help %s", name);
	run(words, &c);
	for (const struct es_option *o = v->options; o != NULL && o->name != NULL; o++)
		if (strstr(c.out, o->name) == NULL || strstr(c.out, o->help) == NULL)
			fail_msg("the help of %s lacks --%s", name, o->name);
	snprintf(words, sizeof words, "%s --help", name);
	run(words, &same);
	assert_string_equal(same.out, c.out);
	/* for a terminal of 100 columns */
	for (const char *line = c.out; *line != '\0'; line = strchr(line, '\n') + 1)
		if (strcspn(line, "\n") > 100)
			fail_msg("the help of %s has a long line: %.100s", name, line);
}

static void every_verb_has_its_help(void **state)
{
	(void)state;
	visit("", es_verbs, has_its_help, NULL);
}

/* As roff wants it: "\-\-boot\-dir". */
static bool has_option(const char *page, const char *name)
{
	char text[160] = "\\-\\-";
	size_t n = strlen(text);

	for (; *name != '\0' && n < sizeof text - 3; name++) {
		if (*name == '-')
			text[n++] = '\\';
		text[n++] = *name;
	}
	text[n] = '\0';
	return strstr(page, text) != NULL;
}

static void in_manual(const char *name, const struct es_verb *v, const void *arg)
{
	char text[160];

	snprintf(text, sizeof text, ".B etcseal %s", name);
	if (strstr(arg, text) == NULL)
		fail_msg("etcseal.8 lacks %s", text);
	for (const struct es_option *o = v->options; o != NULL && o->name != NULL; o++)
		if (!has_option(arg, o->name))
			fail_msg("etcseal.8 lacks --%s of %s", o->name, name);
}

static void the_manual_has_every_verb_and_option(void **state)
{
	char *page = calloc(1, 1 << 16);
	FILE *f = fopen("tools/etcseal.8", "r");

	(void)state;
	assert_non_null(f);
	assert_true(fread(page, 1, (1 << 16) - 1, f) > 0);
	fclose(f);
	visit("", es_verbs, in_manual, page);
	visit("", (const struct es_verb[]){ { .name = "version", .options = es_global_options }, { .name = NULL } },
	      in_manual, page);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(the_overview_shows_every_verb),
		cmocka_unit_test(every_verb_has_its_help),
		cmocka_unit_test(the_manual_has_every_verb_and_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
