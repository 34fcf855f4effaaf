/* SPDX-License-Identifier: Apache-2.0 */
/* Without a new config key, an old encryption.info opens what is saved after a rotation. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_info_from_before_a_rotation_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_info_from_before_a_rotation());
}

static void control_attack_with_info_from_before_a_change_of_mode_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_info_from_before_a_change_of_mode());
}

static void control_attack_with_key_from_before_a_change_of_mode_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_key_from_before_a_change_of_mode());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_info_from_before_a_rotation_succeeds),
		cmocka_unit_test(control_attack_with_info_from_before_a_change_of_mode_succeeds),
		cmocka_unit_test(control_attack_with_key_from_before_a_change_of_mode_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
