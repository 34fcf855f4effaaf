/* SPDX-License-Identifier: Apache-2.0 */
/* Without the counter, an old configuration opens like a new one. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_old_banks_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_old_banks());
}

static void control_attack_with_counter_deleted_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_counter_deleted());
}

static void control_attack_with_counter_made_again_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_counter_made_again());
}

static void control_attack_with_kdf_archive_beside_counter_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_kdf_archive_beside_counter());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_old_banks_succeeds),
		cmocka_unit_test(control_attack_with_counter_deleted_succeeds),
		cmocka_unit_test(control_attack_with_counter_made_again_succeeds),
		cmocka_unit_test(control_attack_with_kdf_archive_beside_counter_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
