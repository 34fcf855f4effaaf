/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/clock.h"

#include <time.h>

static void it_is_the_monotonic_clock_in_both_units(void **state)
{
	uint64_t before = es_monotonic_ns(), ms = es_monotonic_ms(), after;
	struct timespec t;

	(void)state;
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	after = es_monotonic_ns();
	assert_in_range(ms, before / 1000000, after / 1000000);
	assert_in_range((uint64_t)t.tv_sec, before / 1000000000u, after / 1000000000u);
	assert_in_range((uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec, before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_monotonic_clock_in_both_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
