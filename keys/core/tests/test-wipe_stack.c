/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/wipe_stack.h"

#include <string.h>

enum { FRAME = 16 << 10, DEPTH = 7 };

/* Leaves a pattern almost as deep as es_wipe_stack wipes. */
static ES_OWN_FRAME const volatile unsigned char *leave(unsigned depth)
{
	unsigned char frame[FRAME];
	const volatile unsigned char *lowest = frame;

	memset(frame, 0xb7, sizeof frame);
	__asm__ __volatile__("" : : "r"(frame) : "memory");
	if (depth > 1)
		lowest = leave(depth - 1);
	__asm__ __volatile__("" : "+r"(lowest) : : "memory");
	return lowest;
}

static ES_OWN_FRAME __attribute__((no_sanitize_address)) unsigned count(const volatile unsigned char *lowest)
{
	unsigned n = 0;

	for (unsigned i = 0; i < FRAME; i++)
		n += lowest[i] == 0xb7;
	return n;
}

/* The control shows that the test would notice the pattern. */
static void the_stack_below_the_caller_is_wiped(void **state)
{
	const volatile unsigned char *lowest = leave(DEPTH);

	(void)state;
	assert_true(count(lowest) > FRAME - 64);
	es_wipe_stack();
	assert_int_equal(count(lowest), 0);
}

static void the_callers_own_frame_stays(void **state)
{
	unsigned char frame[FRAME];

	(void)state;
	memset(frame, 0xb9, sizeof frame);
	__asm__ __volatile__("" : : "r"(frame) : "memory");
	es_wipe_stack();
	for (unsigned i = 0; i < FRAME; i++)
		assert_int_equal(frame[i], 0xb9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stack_below_the_caller_is_wiped),
		cmocka_unit_test(the_callers_own_frame_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
