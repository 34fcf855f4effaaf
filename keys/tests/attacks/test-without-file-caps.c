/* SPDX-License-Identifier: Apache-2.0 */
/* Without caps, anyone who can write to the disk decides how much is read. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_oversize_bank_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_oversize_bank());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_oversize_bank_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
