/* SPDX-License-Identifier: Apache-2.0 */
/* If a bank names the counter that holds its age, the attacker chooses the age. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_a_copy_that_names_another_counter_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_a_copy_that_names_another_counter());
}

static void control_attack_with_a_kdf_bank_that_names_another_counter_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_a_kdf_bank_that_names_another_counter());
}

static void control_attack_with_kdf_banks_that_name_no_counter_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_kdf_banks_that_name_no_counter());
}

static void control_attack_by_editing_one_old_copy_succeeds(void **state)
{
	unsigned edits;

	(void)state;
	assert_true(attack_by_editing_one_old_copy(&edits) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_a_copy_that_names_another_counter_succeeds),
		cmocka_unit_test(control_attack_with_a_kdf_bank_that_names_another_counter_succeeds),
		cmocka_unit_test(control_attack_with_kdf_banks_that_name_no_counter_succeeds),
		cmocka_unit_test(control_attack_by_editing_one_old_copy_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
