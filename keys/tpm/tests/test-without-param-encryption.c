/* SPDX-License-Identifier: Apache-2.0 */
/* Without parameter encryption, the bus shows the secret in both directions. */
#include "keys/tests/lib/tpm_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void control_read_the_bus_at_seal_succeeds(void **state)
{
	assert_true(attack_read_the_bus_at_seal(*state));
}

static void control_read_the_bus_at_unseal_succeeds(void **state)
{
	assert_true(attack_read_the_bus_at_unseal(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(control_read_the_bus_at_seal_succeeds, tpm_fixture_make,
						tpm_fixture_remove),
		cmocka_unit_test_setup_teardown(control_read_the_bus_at_unseal_succeeds, tpm_fixture_make,
						tpm_fixture_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
