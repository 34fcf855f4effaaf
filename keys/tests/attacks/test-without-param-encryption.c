/* SPDX-License-Identifier: Apache-2.0 */
/* Without parameter encryption, the bus shows the secrets of a boot, an init and a rotation. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_on_bus_at_unlock_succeeds(void **state)
{
	(void)state;
	assert_true(attack_on_bus_at_unlock());
}

static void control_attack_on_bus_at_init_succeeds(void **state)
{
	(void)state;
	assert_true(attack_on_bus_at_init());
}

static void control_attack_on_bus_at_new_seal_succeeds(void **state)
{
	(void)state;
	assert_true(attack_on_bus_at_new_seal());
}

static void control_attack_on_bus_at_rotation_succeeds(void **state)
{
	(void)state;
	assert_true(attack_on_bus_at_rotation());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_on_bus_at_unlock_succeeds),
		cmocka_unit_test(control_attack_on_bus_at_init_succeeds),
		cmocka_unit_test(control_attack_on_bus_at_new_seal_succeeds),
		cmocka_unit_test(control_attack_on_bus_at_rotation_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
