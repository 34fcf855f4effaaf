/* SPDX-License-Identifier: Apache-2.0 */
/* The recovery key alone doesn't say how old a configuration may be. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_old_banks_and_the_recovery_key_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_old_banks_and_the_recovery_key());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_old_banks_and_the_recovery_key_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
