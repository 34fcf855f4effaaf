/* SPDX-License-Identifier: Apache-2.0 */
/* Against the command's own table. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/parse.h"
#include "tools/verb_table.h"

#include <string.h>

/* words: parted by single spaces. */
static bool parse(const char *words, struct es_args *args, char *fault)
{
	static char text[1024];
	char *argv[128] = { (char *)"etcseal" };
	int argc = 1;

	assert_true(strlen(words) < sizeof text);
	strcpy(text, words);
	for (char *w = strtok(text, " "); w != NULL; w = strtok(NULL, " "))
		argv[argc++] = strcmp(w, "''") == 0 ? (char *)"" : w;
	return es_parse(es_verbs, argc, argv, args, fault);
}

static void assert_refused(const char *words, const char *expected)
{
	char fault[ES_PARSE_TEXT];
	struct es_args args;

	if (parse(words, &args, fault))
		fail_msg("<%s> is taken", words);
	if (strstr(fault, expected) == NULL)
		fail_msg("<%s> says <%s>, not <%s>", words, fault, expected);
}

static void verbs_and_their_options_are_found(void **state)
{
	char fault[ES_PARSE_TEXT];
	struct es_args args;

	(void)state;
	assert_true(parse("set --mode=tpm --require-secure-boot T", &args, fault));
	assert_string_equal(args.name, "set");
	assert_true(es_arg_is(&args, "mode", "tpm"));
	assert_string_equal(es_arg(&args, "require-secure-boot"), "T");
	assert_false(es_arg_given(&args, "yes"));
	assert_null(es_arg(&args, "yes"));
	assert_false(args.json);

	assert_true(parse("recovery list", &args, fault));
	assert_string_equal(args.name, "recovery list");
	assert_string_equal(args.verb->name, "list");
}

static void global_options_may_stand_anywhere(void **state)
{
	char fault[ES_PARSE_TEXT];
	struct es_args args;

	(void)state;
	assert_true(parse("--boot-dir /b recovery --json list --run-dir=/r", &args, fault));
	assert_string_equal(es_arg(&args, "boot-dir"), "/b");
	assert_string_equal(es_arg(&args, "run-dir"), "/r");
	assert_true(args.json);
}

static void repeated_ones_are_kept_in_order(void **state)
{
	char fault[ES_PARSE_TEXT];
	struct es_args args;

	(void)state;
	assert_true(parse("init --path /etc --path=/srv/x --kdf", &args, fault));
	assert_string_equal(es_arg_at(&args, "path", 0), "/etc");
	assert_string_equal(es_arg_at(&args, "path", 1), "/srv/x");
	assert_null(es_arg_at(&args, "path", 2));
	assert_true(es_arg_given(&args, "kdf"));
}

static void words_are_taken_in_either_case(void **state)
{
	char fault[ES_PARSE_TEXT];
	struct es_args args;

	(void)state;
	assert_true(parse("set --mode=TPM --require-secure-boot=False", &args, fault));
	assert_true(es_arg_is(&args, "mode", "tpm"));
	assert_false(es_arg_is(&args, "mode", "tp"));
	assert_true(es_arg_is(&args, "require-secure-boot", "false"));
}

static void a_single_dash_and_what_follows_two_are_words(void **state)
{
	char fault[ES_PARSE_TEXT];
	struct es_args args;

	(void)state;
	assert_true(parse("extract --to d --recovery-key-file -", &args, fault));
	assert_string_equal(es_arg(&args, "recovery-key-file"), "-");
	assert_true(parse("help -- set", &args, fault));
	assert_int_equal(args.operand_count, 1);
	assert_true(parse("-h", &args, fault));
	assert_true(es_arg_given(&args, "help"));
	assert_true(parse("recovery --help", &args, fault));
}

static void each_misuse_is_named(void **state)
{
	(void)state;
	assert_refused("", "no command given");
	assert_refused("sttus", "unknown verb `sttus`; did you mean status?");
	assert_refused("recovery lsit", "unknown verb `recovery lsit`; did you mean list?");
	assert_refused("recovery", "`recovery` needs one of: list");
	assert_refused("zzz", "unknown verb `zzz`");
	assert_refused("get --jsno", "did you mean --json?");
	assert_refused("set --mdoe=tpm", "`set` has no option --mdoe; did you mean --mode?");
	assert_refused("--mode=tpm set", "etcseal has no option --mode");
	assert_refused("set --mode", "--mode needs a value: tpm|kdf");
	assert_refused("set --mode --yes", "--mode needs a value");
	assert_refused("set --mode=", "--mode has an empty value");
	assert_refused("set --mode ''", "--mode has an empty value");
	assert_refused("set --mode=none", "--mode takes tpm|kdf, not none");
	assert_refused("set --mode=tpm|kdf", "--mode takes tpm|kdf, not tpm|kdf");
	assert_refused("set --mode=tpm --mode=kdf", "--mode is given twice");
	assert_refused("set --require-secure-boot=maybe", "not maybe");
	assert_refused("get --json=yes", "--json takes no value");
	assert_refused("get -x", "unknown option -x (options start with --)");
	assert_refused("get more", "unexpected argument more: `get` takes none");
	assert_refused("completion", "`completion` needs bash|zsh|fish");
	assert_refused("set --mod=tpm", "did you mean --mode?");
	assert_refused("--", "no command given");
}

static void json_is_known_also_where_the_rest_is_wrong(void **state)
{
	char fault[ES_PARSE_TEXT];
	struct es_args args;

	(void)state;
	assert_false(parse("nonsense --json", &args, fault));
	assert_true(args.json);
	assert_false(parse("nonsense -- --json", &args, fault));
	assert_false(args.json);
}

static void long_and_many_words_are_no_trouble(void **state)
{
	char fault[ES_PARSE_TEXT], word[1000], many[1000] = "init";
	struct es_args args;

	(void)state;
	memset(word, 'a', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	assert_refused(word, "unknown verb");
	word[0] = word[1] = '-';
	assert_refused(word, "has no option");
	for (int i = 0; i < ES_GIVEN_MAX + 1; i++)
		strcat(many, " --path=/x");
	assert_false(parse("help a b c d e", &args, fault));
	assert_refused(many, "at most 64 are allowed");
}

static void a_verb_is_found_by_its_words(void **state)
{
	const char *const list[] = { "recovery", "list" }, *const deep[] = { "get", "it" },
			  *const none[] = { "recovery", "x" };
	char fault[ES_PARSE_TEXT];

	(void)state;
	assert_string_equal(es_verb_find(es_verbs, 2, list, fault)->name, "list");
	assert_string_equal(es_verb_find(es_verbs, 1, list, fault)->name, "recovery");
	assert_null(es_verb_find(es_verbs, 2, deep, fault));
	assert_string_equal(fault, "`get` has no verbs of its own");
	assert_null(es_verb_find(es_verbs, 2, none, fault));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verbs_and_their_options_are_found),
		cmocka_unit_test(global_options_may_stand_anywhere),
		cmocka_unit_test(repeated_ones_are_kept_in_order),
		cmocka_unit_test(words_are_taken_in_either_case),
		cmocka_unit_test(a_single_dash_and_what_follows_two_are_words),
		cmocka_unit_test(each_misuse_is_named),
		cmocka_unit_test(json_is_known_also_where_the_rest_is_wrong),
		cmocka_unit_test(long_and_many_words_are_no_trouble),
		cmocka_unit_test(a_verb_is_found_by_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
