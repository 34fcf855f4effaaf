/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/adopt/tests/attacks.h"

static void control_attack_with_a_symlink_below_succeeds(void **state)
{
	(void)state;
	assert_true(attack_symlink_below());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_a_symlink_below_succeeds),
	};

	return cmocka_run_group_tests_name("without-remove-beneath", tests, NULL, NULL);
}
