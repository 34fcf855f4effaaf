/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/adopt/tests/attacks.h"

static void control_attack_with_a_hard_link_elsewhere_succeeds(void **state)
{
	(void)state;
	assert_true(attack_hard_link_elsewhere());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_a_hard_link_elsewhere_succeeds),
	};

	return cmocka_run_group_tests_name("without-remove-links", tests, NULL, NULL);
}
