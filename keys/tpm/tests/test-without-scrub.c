/* SPDX-License-Identifier: Apache-2.0 */
/* Without scrubbing, tpm2-tss leaves the secret in memory. */
#include "keys/tests/lib/tpm_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void control_find_the_secret_after_a_seal_succeeds(void **state)
{
	assert_true(attack_find_the_secret_after_a_seal(*state));
}

static void control_find_the_secret_after_an_unseal_succeeds(void **state)
{
	assert_true(attack_find_the_secret_after_an_unseal(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(control_find_the_secret_after_a_seal_succeeds, tpm_fixture_make,
						tpm_fixture_remove),
		cmocka_unit_test_setup_teardown(control_find_the_secret_after_an_unseal_succeeds, tpm_fixture_make,
						tpm_fixture_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
