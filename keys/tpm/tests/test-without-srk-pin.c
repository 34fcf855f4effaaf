/* SPDX-License-Identifier: Apache-2.0 */
/* Without the pin, any TPM is accepted as the owner's. */
#include "keys/tests/lib/tpm_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void control_swap_the_tpm_succeeds(void **state)
{
	assert_true(attack_swap_the_tpm(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(control_swap_the_tpm_succeeds, tpm_fixture_make, tpm_fixture_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
