/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/buf.h"
#include "keys/core/options.h"

#include <string.h>

static void check_find(const char *options, const char *name, const char *value)
{
	struct es_span in = { (const uint8_t *)options, strlen(options) }, got;
	bool found = es_options_find(in, name, &got);

	if (found != (value != NULL))
		fail_msg("<%s> %s: %s", options, name, found ? "found" : "not found");
	if (found) {
		assert_int_equal(got.len, strlen(value));
		assert_memory_equal(got.data, value, got.len);
	}
}

static void a_value_is_found_without_its_quotes(void **state)
{
	(void)state;
	check_find("a=1 b=2 a=3", "a", "3");
	check_find("a=\"x y\" b", "a", "x y");
	check_find("\"a=x y\" b", "a", "x y");
	check_find("a= b", "a", "");
	check_find("a b", "a", NULL);
	check_find("aa=1 xa=2", "a", NULL);
	check_find("b=\"a=1 a=2\"", "a", NULL);
	check_find("a=b=c", "a", "b=c");
	check_find("", "a", NULL);
	check_find("\"a\"=x", "a", NULL);
}

static void words_are_returned_one_by_one(void **state)
{
	static const char *const words[] = { "quiet", "a=\"b c\"", "--", "1" };
	struct es_span options = { (const uint8_t *)" quiet  a=\"b c\"\t-- 1 ", 22 }, word;
	size_t pos = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(es_options_next(options, &pos, &word));
		assert_int_equal(word.len, strlen(words[i]));
		assert_memory_equal(word.data, words[i], word.len);
	}
	assert_false(es_options_next(options, &pos, &word));
}

static void cleaning_strips_ends_and_control_characters(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "", "" },         { "  ", "" },       { "\n", "" },
		{ "a", "a" },       { " a b ", "a b" }, { "\ta\rb\x7f", "a b" },
		{ "a  b", "a  b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[16];
		size_t n = strlen(cases[i].before);

		memcpy(text, cases[i].before, n);
		n = es_options_clean(text, n);
		assert_int_equal(n, strlen(cases[i].after));
		assert_memory_equal(text, cases[i].after, n);
	}
}

static void options_given_at_boot_replace_others_only(void **state)
{
	static const struct {
		const char *given, *own;
		bool replace;
	} rows[] = {
		{ "", "", false },          { "", "quiet", false },    { "quiet", "quiet", false },
		{ "quiet", "", true },      { "quiet", "quie", true }, { "quie", "quiet", true },
		{ "quiex", "quiet", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(es_options_replace(es_text_span(rows[i].given), es_text_span(rows[i].own)),
				 rows[i].replace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_found_without_its_quotes),
		cmocka_unit_test(cleaning_strips_ends_and_control_characters),
		cmocka_unit_test(options_given_at_boot_replace_others_only),
		cmocka_unit_test(words_are_returned_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
