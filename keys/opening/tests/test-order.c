/* SPDX-License-Identifier: Apache-2.0 */
/* What must not happen before the fence. keys/tests/attacks/test-without-fence-first.c shows that the test would notice
 * it. */
#include "keys/tests/lib/order_wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void attack_by_a_log_before_the_fence_fails(void **state)
{
	(void)state;
	assert_false(attack_by_a_log_before_the_fence());
}

static void attack_by_a_kdf_before_the_fence_fails(void **state)
{
	(void)state;
	assert_false(attack_by_a_kdf_before_the_fence());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attack_by_a_log_before_the_fence_fails),
		cmocka_unit_test(attack_by_a_kdf_before_the_fence_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
