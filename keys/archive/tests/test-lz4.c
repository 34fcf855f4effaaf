/* SPDX-License-Identifier: Apache-2.0 */
/* What no compressor makes; what one makes is read in test-initrd_walk.c. */
#include "keys/archive/lz4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { CAP = 64 };

static bool unpack(const char *block, size_t len, char ret[static CAP + 1])
{
	size_t have = 0;

	memset(ret, 0, CAP + 1);
	return es_lz4_block((struct es_span){ (const uint8_t *)block, len }, (uint8_t *)ret, CAP, &have);
}

static void literals_and_matches_are_unpacked(void **state)
{
	char text[CAP + 1];

	(void)state;
	assert_true(unpack("\x30"
			   "abc",
			   4, text));
	assert_string_equal(text, "abc");
	assert_true(unpack("\x35"
			   "abc\x03\x00\x10"
			   "d",
			   8, text)); /* overlaps itself */
	assert_string_equal(text, "abcabcabcabcd");
	assert_true(unpack("\x1f"
			   "a\x01\x00\x05\x10"
			   "b",
			   7, text));
	assert_string_equal(text, "aaaaaaaaaaaaaaaaaaaaaaaaab");
	assert_true(unpack("", 0, text));
}

static void malformed_blocks_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "\x30"
		  "ab",
		  3 }, /* fewer literals than told */
		{ "\x10"
		  "a\x02\x00\x00",
		  5 }, /* a match before the beginning */
		{ "\x10"
		  "a\x00\x00\x00",
		  5 }, /* a match of itself */
		{ "\x10"
		  "a\x01",
		  3 }, /* half an offset */
		{ "\x1f"
		  "a\x01\x00",
		  4 }, /* a length that doesn't come */
		{ "\x1f"
		  "a\x01\x00\xff\xff\x00",
		  7 }, /* over the cap */
		{ "\xf0\xff\xff\xff\xff", 5 },
		{ "\xf0", 1 },
	};
	char text[CAP + 1];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (unpack(bad[i].bytes, bad[i].len, text))
			fail_msg("%zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_and_matches_are_unpacked),
		cmocka_unit_test(malformed_blocks_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
