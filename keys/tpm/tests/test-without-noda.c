/* SPDX-License-Identifier: Apache-2.0 */
/* Without noDA, anyone who tries wrong passwords locks the host out. */
#include "keys/tests/lib/tpm_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void control_lock_out_succeeds(void **state)
{
	assert_true(attack_lock_out(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(control_lock_out_succeeds, tpm_fixture_make, tpm_fixture_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
