/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/hex.h"

#include <stdio.h>
#include <string.h>

static void every_byte_round_trips_and_matches_printf(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		uint8_t b = (uint8_t)i, back = (uint8_t)~i;
		char text[3], expected[3];

		snprintf(expected, sizeof expected, "%02x", i);
		es_hex_encode(&b, 1, text);
		assert_string_equal(text, expected);
		assert_true(es_hex_decode(text, &back, 1));
		assert_int_equal(back, b);
	}
}

static void either_case_is_read_and_lower_is_written(void **state)
{
	uint8_t data[3];
	char text[7];

	(void)state;
	assert_true(es_hex_decode("aBcDeF", data, 3));
	es_hex_encode(data, 3, text);
	assert_string_equal(text, "abcdef");
}

static void wrong_lengths_and_characters_are_refused(void **state)
{
	static const char *const rows[] = { "",     "a",    "abc",  "abcde", "abcd ", " abcd",           "0xab",
					    "abcg", "ab/0", "ab:0", "ab@0",  "ab`0",  "\xff\xff\xff\xff" };
	uint8_t data[2] = { 1, 2 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_false(es_hex_decode(rows[i], data, 2));
	assert_int_equal(data[0], 1);
	assert_int_equal(data[1], 2);
}

static void no_bytes_give_an_empty_text(void **state)
{
	uint8_t data[1] = { 9 };
	char text[1] = { 'x' };

	(void)state;
	es_hex_encode(data, 0, text);
	assert_string_equal(text, "");
	assert_true(es_hex_decode("", data, 0));
	assert_false(es_hex_decode("a", data, 0));
	assert_int_equal(data[0], 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_round_trips_and_matches_printf),
		cmocka_unit_test(either_case_is_read_and_lower_is_written),
		cmocka_unit_test(wrong_lengths_and_characters_are_refused),
		cmocka_unit_test(no_bytes_give_an_empty_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
