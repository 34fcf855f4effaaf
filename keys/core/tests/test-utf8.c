/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/utf8.h"

#include <string.h>

static void each_character_is_read_and_malformed_ones_are_replaced(void **state)
{
	static const struct {
		const char *text;
		uint32_t c;
		size_t len;
	} rows[] = {
		{ "a", 'a', 1 },
		{ "\xc2\xa0", 0xa0, 2 },
		{ "\xe2\x80\x91", 0x2011, 3 },
		{ "\xf0\x9f\x98\x80", 0x1f600, 4 },
		{ "\xff", ES_UTF8_REPLACEMENT, 1 },
		{ "\xc0\x80", ES_UTF8_REPLACEMENT, 1 },
		{ "\xe2\x80", ES_UTF8_REPLACEMENT, 2 }, /* truncated */
		{ "\xe2"
		  "8",
		  ES_UTF8_REPLACEMENT, 1 },                 /* the digit after it is read separately */
		{ "\xed\xa0\x80", ES_UTF8_REPLACEMENT, 3 }, /* a surrogate */
		{ "\xe0\x80\x80", ES_UTF8_REPLACEMENT, 3 }, /* an overlong form */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t at = 0;

		assert_int_equal(
		    es_utf8_next((struct es_span){ (const uint8_t *)rows[i].text, strlen(rows[i].text) }, &at),
		    rows[i].c);
		assert_int_equal(at, rows[i].len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_character_is_read_and_malformed_ones_are_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
