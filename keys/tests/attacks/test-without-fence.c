/* SPDX-License-Identifier: Apache-2.0 */
/* Only the fence keeps the key from what runs after the helper. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_own_kdf_archive_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_own_kdf_archive());
}

static void control_attack_with_own_recovery_key_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_own_recovery_key());
}

static void control_attack_with_archive_sealed_to_our_tpm_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_archive_sealed_to_our_tpm());
}

static void control_attack_as_root_after_boot_succeeds(void **state)
{
	(void)state;
	assert_true(attack_as_root_after_boot());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_own_kdf_archive_succeeds),
		cmocka_unit_test(control_attack_with_own_recovery_key_succeeds),
		cmocka_unit_test(control_attack_with_archive_sealed_to_our_tpm_succeeds),
		cmocka_unit_test(control_attack_as_root_after_boot_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
