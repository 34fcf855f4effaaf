/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-16 and UTF-8, against iconv where both know the answer. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/utf16.h"

#include <iconv.h>
#include <string.h>

static uint8_t room[4096];

static struct es_span to_utf8(const void *units, size_t len)
{
	struct es_writer w = { .data = room, .cap = sizeof room };

	es_utf8_from_utf16((struct es_span){ units, len }, &w);
	assert_false(w.bad);
	return (struct es_span){ room, w.pos };
}

static struct es_span to_utf16(const void *text, size_t len)
{
	struct es_writer w = { .data = room, .cap = sizeof room };

	es_utf16_from_utf8((struct es_span){ text, len }, &w);
	assert_false(w.bad);
	return (struct es_span){ room, w.pos };
}

static void assert_bytes(struct es_span s, const void *expected, size_t len)
{
	assert_int_equal(s.len, len);
	assert_memory_equal(s.data, expected, len);
}

static void every_character_goes_both_ways_as_iconv_has_it(void **state)
{
	iconv_t to8 = iconv_open("UTF-8", "UTF-32LE"), to16 = iconv_open("UTF-16LE", "UTF-32LE");

	(void)state;
	assert_true(to8 != (iconv_t)-1 && to16 != (iconv_t)-1);
	for (uint32_t c = 1; c <= 0x10ffff; c += c < 0x11000 ? 1 : 61) {
		char utf8[8], utf16[8] = { 0 };
		char *in = (char *)&c, *out = utf8;
		size_t in_left = 4, out_left = sizeof utf8, n8, n16;

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		assert_int_equal(iconv(to8, &in, &in_left, &out, &out_left), 0);
		n8 = sizeof utf8 - out_left;
		in = (char *)&c;
		in_left = 4;
		out = utf16;
		out_left = sizeof utf16;
		assert_int_equal(iconv(to16, &in, &in_left, &out, &out_left), 0);
		n16 = sizeof utf16 - out_left;
		assert_bytes(to_utf8(utf16, n16), utf8, n8);
		assert_bytes(to_utf16(utf8, n8), utf16, n16 + 2); /* with its NUL */
	}
	iconv_close(to8);
	iconv_close(to16);
}

static void half_a_pair_is_replaced(void **state)
{
	(void)state;
	assert_bytes(to_utf8("\x3d\xd8"
			     "a\0",
			     4),
		     "\xef\xbf\xbd"
		     "a",
		     4);                                         /* high, then a letter */
	assert_bytes(to_utf8("\x00\xde", 2), "\xef\xbf\xbd", 3); /* low alone */
	assert_bytes(to_utf8("\x3d\xd8", 2), "\xef\xbf\xbd", 3); /* high at the end */
	assert_bytes(to_utf8("\x3d\xd8\x3d\xd8\x00\xde", 6), "\xef\xbf\xbd\xf0\x9f\x98\x80", 7);
}

static void odd_last_byte_is_left_out(void **state)
{
	(void)state;
	assert_bytes(to_utf8("a\0b", 3), "a", 1);
	assert_bytes(to_utf8("a", 1), "", 0);
}

static void what_is_no_utf8_is_replaced(void **state)
{
	static const struct {
		const char *text;
		size_t replaced; /* characters out, all U+FFFD */
	} bad[] = {
		{ "\x80", 1 },             /* goes on from nothing */
		{ "\xc3", 1 },             /* cut */
		{ "\xe2\x82", 1 },         /* cut */
		{ "\xc0\xaf", 2 },         /* '/' in two bytes */
		{ "\xe0\x80\xaf", 1 },     /* '/' in three */
		{ "\xed\xa0\x80", 1 },     /* half of a pair */
		{ "\xf4\x90\x80\x80", 1 }, /* beyond U+10FFFF */
		{ "\xff", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct es_span s = to_utf16(bad[i].text, strlen(bad[i].text));

		assert_int_equal(s.len, 2 * bad[i].replaced + 2);
		for (size_t c = 0; c < bad[i].replaced; c++)
			assert_memory_equal(s.data + 2 * c, "\xfd\xff", 2);
	}
}

static void both_stop_at_a_nul(void **state)
{
	(void)state;
	assert_bytes(to_utf8("a\0\0\0b\0", 6), "a", 1);
	assert_bytes(to_utf16("a\0b", 3), "a\0\0\0", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_goes_both_ways_as_iconv_has_it),
		cmocka_unit_test(half_a_pair_is_replaced),
		cmocka_unit_test(odd_last_byte_is_left_out),
		cmocka_unit_test(what_is_no_utf8_is_replaced),
		cmocka_unit_test(both_stop_at_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
