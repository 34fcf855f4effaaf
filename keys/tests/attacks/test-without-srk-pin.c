/* SPDX-License-Identifier: Apache-2.0 */
/* Without the pin, any TPM passes for the owner's. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_another_tpm_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_another_tpm());
}

static void control_attack_by_swapping_the_tpm_at_a_new_seal_succeeds(void **state)
{
	(void)state;
	assert_true(attack_by_swapping_the_tpm_at_a_new_seal());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_another_tpm_succeeds),
		cmocka_unit_test(control_attack_by_swapping_the_tpm_at_a_new_seal_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
