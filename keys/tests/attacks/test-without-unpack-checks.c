/* SPDX-License-Identifier: Apache-2.0 */
/* Without its checks, the reader does whatever an archive says. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_tar_that_climbs_out_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_tar_that_climbs_out());
}

static void control_attack_with_tar_through_a_symlink_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_tar_through_a_symlink());
}

static void control_attack_with_device_in_tar_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_device_in_tar());
}

static void control_attack_with_setuid_in_tar_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_setuid_in_tar());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_tar_that_climbs_out_succeeds),
		cmocka_unit_test(control_attack_with_tar_through_a_symlink_succeeds),
		cmocka_unit_test(control_attack_with_device_in_tar_succeeds),
		cmocka_unit_test(control_attack_with_setuid_in_tar_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
