/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/suggest.h"

#include <string.h>

static void each_slip_counts_one(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} rows[] = {
		{ "", "", 0 },       { "get", "get", 0 },        { "gett", "get", 1 },      { "gt", "get", 1 },
		{ "gat", "get", 1 }, { "gte", "get", 1 },        { "status", "sttaus", 1 }, { "", "abc", 3 },
		{ "abc", "", 3 },    { "kitten", "sitting", 3 }, { "backup", "list", 6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(es_edit_distance(rows[i].a, rows[i].b), rows[i].distance);
		assert_int_equal(es_edit_distance(rows[i].b, rows[i].a), rows[i].distance);
	}
}

static void the_nearest_is_kept_and_the_far_is_not(void **state)
{
	struct es_suggestion n = { .typed = "staus" }, far = { .typed = "frobnicate" }, beginning = { .typed = "back" };

	(void)state;
	es_suggest(&n, "set");
	es_suggest(&n, "status");
	es_suggest(&n, "backup");
	assert_string_equal(n.best, "status");
	es_suggest(&far, "set");
	es_suggest(&far, "status");
	assert_null(far.best);
	es_suggest(&beginning, "backup");
	assert_string_equal(beginning.best, "backup");
}

static void long_words_are_far(void **state)
{
	char word[200];

	(void)state;
	memset(word, 'a', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	assert_true(es_edit_distance(word, "get") >= 40);
	assert_true(es_edit_distance("get", word) >= 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_slip_counts_one),
		cmocka_unit_test(the_nearest_is_kept_and_the_far_is_not),
		cmocka_unit_test(long_words_are_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
