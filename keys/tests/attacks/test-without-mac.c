/* SPDX-License-Identifier: Apache-2.0 */
/* Without its MAC, encryption.info can be edited. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_by_editing_info_succeeds(void **state)
{
	unsigned edits = 0;

	(void)state;
	assert_true(attack_by_editing_info(&edits) >= 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_by_editing_info_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
