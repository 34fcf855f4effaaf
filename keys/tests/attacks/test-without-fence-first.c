/* SPDX-License-Identifier: Apache-2.0 */
/* What runs before the fence runs with the key within reach. */
#include "keys/tests/lib/order_wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_by_a_log_before_the_fence_succeeds(void **state)
{
	(void)state;
	assert_true(attack_by_a_log_before_the_fence());
}

static void control_attack_by_a_kdf_before_the_fence_succeeds(void **state)
{
	(void)state;
	assert_true(attack_by_a_kdf_before_the_fence());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_by_a_log_before_the_fence_succeeds),
		cmocka_unit_test(control_attack_by_a_kdf_before_the_fence_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
