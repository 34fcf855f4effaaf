/* SPDX-License-Identifier: Apache-2.0 */
/* Without PCR 2, a driver that the firmware loads from the disk isn't noticed. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_a_firmware_driver_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_a_firmware_driver());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_a_firmware_driver_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
