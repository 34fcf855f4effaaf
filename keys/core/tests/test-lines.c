/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/buf.h"
#include "keys/core/lines.h"

#include <string.h>

static void assert_is(struct es_span s, const char *text)
{
	assert_int_equal(s.len, strlen(text));
	assert_memory_equal(s.data, text, s.len);
}

static void lines_end_at_their_ends(void **state)
{
	struct es_span text = es_text_span("a\n\nlast"), line;

	(void)state;
	assert_true(es_line_next(&text, &line));
	assert_is(line, "a");
	assert_true(es_line_next(&text, &line));
	assert_is(line, "");
	assert_true(es_line_next(&text, &line));
	assert_is(line, "last");
	assert_false(es_line_next(&text, &line));
	text = es_text_span("a\n");
	assert_true(es_line_next(&text, &line));
	assert_false(es_line_next(&text, &line));
}

static void words_are_between_blanks(void **state)
{
	struct es_span line = es_text_span(" \tone  two\t"), word;

	(void)state;
	assert_true(es_word_next(&line, &word));
	assert_is(word, "one");
	assert_true(es_word_next(&line, &word));
	assert_is(word, "two");
	assert_false(es_word_next(&line, &word));
	assert_false(es_word_next(&line, &word));
}

static void a_word_that_does_not_fit_is_not_cut_off(void **state)
{
	char text[4] = "xyz";

	(void)state;
	assert_true(es_word_copy(es_text_span("abc"), text, sizeof text));
	assert_string_equal(text, "abc");
	assert_false(es_word_copy(es_text_span("abcd"), text, sizeof text));
	assert_string_equal(text, "");
	assert_true(es_word_copy((struct es_span){ NULL, 0 }, text, sizeof text));
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_at_their_ends),
		cmocka_unit_test(words_are_between_blanks),
		cmocka_unit_test(a_word_that_does_not_fit_is_not_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
