/* SPDX-License-Identifier: Apache-2.0 */
/* Without pins, any configuration that opens passes for the host's, and a host without one passes for new. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_planted_key_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_planted_key());
}

static void control_attack_with_planted_host_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_planted_host());
}

static void control_attack_with_all_removed_beside_key_pin_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_all_removed_beside_key_pin());
}

static void control_attack_with_all_removed_beside_host_pin_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_all_removed_beside_host_pin());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_planted_key_succeeds),
		cmocka_unit_test(control_attack_with_planted_host_succeeds),
		cmocka_unit_test(control_attack_with_all_removed_beside_key_pin_succeeds),
		cmocka_unit_test(control_attack_with_all_removed_beside_host_pin_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
