/* SPDX-License-Identifier: Apache-2.0 */
/* Without a pin that the disk can't change, a device on the bus takes the TPM's place. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_on_bus_and_disk_succeeds(void **state)
{
	(void)state;
	assert_true(attack_on_bus_and_disk());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_on_bus_and_disk_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
