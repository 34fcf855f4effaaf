/* SPDX-License-Identifier: Apache-2.0 */
/* Without the session that vouches for an answer, forged answers are believed, and the fence can be faked. */
#include "keys/tests/lib/tpm_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void control_forge_pcr_values_succeeds(void **state)
{
	assert_true(attack_forge_pcr_values(*state));
}

static void control_strip_the_session_from_pcr_values_succeeds(void **state)
{
	assert_true(attack_strip_the_session_from_pcr_values(*state));
}

static void control_forge_the_counter_succeeds(void **state)
{
	assert_true(attack_forge_the_counter(*state));
}

static void control_swallow_the_fence_succeeds(void **state)
{
	assert_true(attack_swallow_the_fence(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(control_forge_pcr_values_succeeds, tpm_fixture_make,
						tpm_fixture_remove),
		cmocka_unit_test_setup_teardown(control_strip_the_session_from_pcr_values_succeeds, tpm_fixture_make,
						tpm_fixture_remove),
		cmocka_unit_test_setup_teardown(control_forge_the_counter_succeeds, tpm_fixture_make,
						tpm_fixture_remove),
		cmocka_unit_test_setup_teardown(control_swallow_the_fence_succeeds, tpm_fixture_make,
						tpm_fixture_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
