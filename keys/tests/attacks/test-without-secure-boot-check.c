/* SPDX-License-Identifier: Apache-2.0 */
/* Firmware that reports Secure Boot as on doesn't say what vouched for the image. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_by_replaying_pcr_11_where_shim_checks_nothing_succeeds(void **state)
{
	(void)state;
	assert_true(attack_by_replaying_pcr_11_where_shim_checks_nothing());
}

static void control_attack_by_replaying_pcr_11_where_nothing_was_verified_succeeds(void **state)
{
	(void)state;
	assert_true(attack_by_replaying_pcr_11_where_nothing_was_verified());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_by_replaying_pcr_11_where_shim_checks_nothing_succeeds),
		cmocka_unit_test(control_attack_by_replaying_pcr_11_where_nothing_was_verified_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
