/* SPDX-License-Identifier: Apache-2.0 */
/* Any program that the firmware starts can replay PCR 11. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_by_replaying_pcr_11_succeeds(void **state)
{
	(void)state;
	assert_true(attack_by_replaying_pcr_11());
}

static void control_attack_by_replaying_pcr_11_signed_by_another_succeeds(void **state)
{
	(void)state;
	assert_true(attack_by_replaying_pcr_11_signed_by_another());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_by_replaying_pcr_11_succeeds),
		cmocka_unit_test(control_attack_by_replaying_pcr_11_signed_by_another_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
