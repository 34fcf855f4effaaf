/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/recovery_digits.h"

#include <stdio.h>
#include <string.h>

static void the_last_digits_are_kept_with_their_positions(void **state)
{
	struct es_digits d = { .total = 0 };
	char text[400] = "9a";
	struct es_text in = { .bytes = { (const uint8_t *)text, 0 } };
	struct es_char c;

	(void)state;
	for (int i = 0; i < 30; i++)
		sprintf(text + strlen(text), "-%06d", i);
	in.bytes.len = strlen(text);
	for (size_t pos = 0; es_text_next(&in, &pos, &c);)
		es_digits_put(&d, &c);
	assert_int_equal(d.total, 181);
	assert_int_equal(d.in_stretch, 180);
	assert_int_equal(d.in_number, 6);
	assert_int_equal(es_digits_group(&d, 6), 29);
	assert_int_equal(es_digits_group(&d, 7), 800002);
	assert_int_equal(es_digits_group(&d, 126), 9);
	assert_int_equal(es_digits_from(&d, 6), strlen(text) - 6);
	assert_int_equal(d.end, strlen(text));
	assert_true(es_digits_begin(&d, 6));
	assert_false(es_digits_begin(&d, 5));
}

static void a_group_fits_its_place_and_the_one_eleven_further(void **state)
{
	(void)state;
	for (unsigned place = 0; place < 16; place++)
		assert_int_equal(es_group_fits(478269, place), place % 11 == 0);
	assert_true(es_group_fits(ES_GROUP_MAX, 10));
	assert_false(es_group_fits(ES_GROUP_MAX + 1, 0));
	assert_int_equal(ES_GROUP_MAX, 720895);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_digits_are_kept_with_their_positions),
		cmocka_unit_test(a_group_fits_its_place_and_the_one_eleven_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
