/* SPDX-License-Identifier: Apache-2.0 */
/* Without the refusal, a seal can be to PCRs that anyone can produce. */
#include "keys/tests/lib/tpm_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void control_seal_to_unset_pcrs_succeeds(void **state)
{
	assert_true(attack_seal_to_unset_pcrs(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(control_seal_to_unset_pcrs_succeeds, tpm_fixture_make,
						tpm_fixture_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
