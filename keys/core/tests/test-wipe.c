/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/wipe.h"

#include <string.h>

static void only_the_given_bytes_become_zero(void **state)
{
	unsigned char data[64];

	(void)state;
	for (size_t from = 0; from <= 32; from++)
		for (size_t len = 0; len <= 32; len++) {
			memset(data, 0xa5, sizeof data);
			es_wipe(data + from, len);
			for (size_t i = 0; i < sizeof data; i++)
				assert_int_equal(data[i], i >= from && i < from + len ? 0 : 0xa5);
		}
	es_wipe(NULL, 0);
}

/* Leaves a pattern in a frame that is dead afterwards, wiped or not. */
__attribute__((noinline)) static const volatile unsigned char *leave(int wipe, unsigned char seed)
{
	unsigned char frame[256];
	const volatile unsigned char *where = frame;

	memset(frame, seed, sizeof frame);
	__asm__ __volatile__("" : : "r"(frame) : "memory");
	if (wipe)
		es_wipe(frame, sizeof frame);
	__asm__ __volatile__("" : "+r"(where));
	return where;
}

__attribute__((noinline, no_sanitize_address)) static unsigned count(const volatile unsigned char *at,
								     unsigned char seed)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 256; i++)
		n += at[i] == seed;
	return n;
}

/* The control shows that this test would notice if the compiler dropped the wipe. */
static void a_dead_frame_is_wiped_though_nothing_reads_it(void **state)
{
	unsigned left, wiped;

	(void)state;
	left = count(leave(0, 0xb7), 0xb7);
	wiped = count(leave(1, 0xb9), 0xb9);
	assert_true(left > 128);
	assert_true(wiped < 16);
}

static void a_difference_is_found_at_every_position(void **state)
{
	unsigned char a[40], b[40];

	(void)state;
	memset(a, 0x11, sizeof a);
	memcpy(b, a, sizeof a);
	assert_true(es_equal_constant_time(a, b, sizeof a));
	for (size_t i = 0; i < sizeof a; i++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(b, a, sizeof a);
			b[i] ^= (unsigned char)(1 << bit);
			assert_false(es_equal_constant_time(a, b, sizeof a));
			assert_true(es_equal_constant_time(a, b, i));
		}
	assert_true(es_equal_constant_time(NULL, NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_given_bytes_become_zero),
		cmocka_unit_test(a_dead_frame_is_wiped_though_nothing_reads_it),
		cmocka_unit_test(a_difference_is_found_at_every_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
