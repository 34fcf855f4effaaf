/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_found_without_its_quotes),
		cmocka_unit_test(words_are_returned_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
