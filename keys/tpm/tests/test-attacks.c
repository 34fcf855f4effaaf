/* SPDX-License-Identifier: Apache-2.0 */
/* No attack of keys/tests/lib/tpm_attacks.h succeeds. test-without-*.c show that each would succeed without the one
 * defence. */
#include "keys/tests/lib/tpm_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void seal_shows_the_bus_no_secret(void **state)
{
	assert_false(attack_read_the_bus_at_seal(*state));
}

static void unseal_shows_the_bus_no_secret(void **state)
{
	assert_false(attack_read_the_bus_at_unseal(*state));
}

static void forged_pcr_values_are_found_out(void **state)
{
	assert_false(attack_forge_pcr_values(*state));
}

static void pcr_values_without_their_session_are_found_out(void **state)
{
	assert_false(attack_strip_the_session_from_pcr_values(*state));
}

static void a_forged_counter_is_found_out(void **state)
{
	assert_false(attack_forge_the_counter(*state));
}

static void a_swallowed_fence_is_no_fence(void **state)
{
	assert_false(attack_swallow_the_fence(*state));
}

static void another_tpm_is_not_believed(void **state)
{
	assert_false(attack_swap_the_tpm(*state));
}

static void unset_pcrs_are_not_sealed_to(void **state)
{
	assert_false(attack_seal_to_unset_pcrs(*state));
}

static void lockout_does_not_stop_the_unseal(void **state)
{
	assert_false(attack_lock_out(*state));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(seal_shows_the_bus_no_secret),     TEST(unseal_shows_the_bus_no_secret),
		TEST(forged_pcr_values_are_found_out),  TEST(pcr_values_without_their_session_are_found_out),
		TEST(a_forged_counter_is_found_out),    TEST(a_swallowed_fence_is_no_fence),
		TEST(another_tpm_is_not_believed),      TEST(unset_pcrs_are_not_sealed_to),
		TEST(lockout_does_not_stop_the_unseal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
