/* SPDX-License-Identifier: Apache-2.0 */
/* A fence that failed must end the boot. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_by_failing_the_fence_succeeds(void **state)
{
	(void)state;
	assert_true(attack_by_failing_the_fence());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_by_failing_the_fence_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
