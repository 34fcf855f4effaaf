/* SPDX-License-Identifier: Apache-2.0 */
/* Without the generation in the signed policy, an older image opens the seal again. */
#include "keys/tests/lib/vendor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void control_older_generation_succeeds(void **state)
{
	assert_true(attack_older_generation(*state));
}

static void control_remake_the_counter_succeeds(void **state)
{
	assert_true(attack_remake_the_counter(*state));
}

static void control_index_of_another_kind_succeeds(void **state)
{
	assert_true(attack_index_of_another_kind(*state));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, vendor_fixture_make, vendor_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(control_older_generation_succeeds),
		TEST(control_remake_the_counter_succeeds),
		TEST(control_index_of_another_kind_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
