/* SPDX-License-Identifier: Apache-2.0 */
/* Without locking the plaintext that the command works on may be swapped. */
#include "keys/tests/lib/memory_attacks.h"
#include "keys/tests/lib/mounts.h"
#include "tools/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_swap_of_watch_succeeds(void **state)
{
	(void)state;
	assert_true(attack_swap_of_watch(es_dispatch) || !memory_attacks_can_see());
}

static void control_swap_of_backup_succeeds(void **state)
{
	(void)state;
	assert_true(attack_swap_of_backup(es_dispatch) || !memory_attacks_can_see());
}

static void control_swap_of_diff_succeeds(void **state)
{
	(void)state;
	assert_true(attack_swap_of_diff(es_dispatch) || !memory_attacks_can_see());
}

static void control_swap_of_extract_succeeds(void **state)
{
	(void)state;
	assert_true(attack_swap_of_extract(es_dispatch) || !memory_attacks_can_see());
}

static void control_swap_of_pinning_succeeds(void **state)
{
	(void)state;
	assert_true(attack_swap_of_pinning(es_dispatch) || !memory_attacks_can_see());
}

static void control_swap_of_policy_key_succeeds(void **state)
{
	(void)state;
	assert_true(attack_swap_of_policy_key(es_dispatch) || !memory_attacks_can_see());
}

static void control_swap_of_sign_policy_succeeds(void **state)
{
	(void)state;
	assert_true(attack_swap_of_sign_policy(es_dispatch) || !memory_attacks_can_see());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_swap_of_watch_succeeds),
		cmocka_unit_test(control_swap_of_backup_succeeds),
		cmocka_unit_test(control_swap_of_diff_succeeds),
		cmocka_unit_test(control_swap_of_extract_succeeds),
		cmocka_unit_test(control_swap_of_pinning_succeeds),
		cmocka_unit_test(control_swap_of_policy_key_succeeds),
		cmocka_unit_test(control_swap_of_sign_policy_succeeds),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
