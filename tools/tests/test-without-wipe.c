/* SPDX-License-Identifier: Apache-2.0 */
/* Without wiping the configuration stays where it was worked on. */
#include "keys/tests/lib/memory_attacks.h"
#include "keys/tests/lib/mounts.h"
#include "tools/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_find_plaintext_in_watch_succeeds(void **state)
{
	(void)state;
	assert_true(attack_find_plaintext_in_watch(es_dispatch) || !memory_attacks_can_see());
}

static void control_find_plaintext_after_extract_succeeds(void **state)
{
	(void)state;
	assert_true(attack_find_plaintext_after_extract(es_dispatch) || !memory_attacks_can_see());
}

static void control_find_plaintext_after_verbs_succeeds(void **state)
{
	(void)state;
	assert_true(attack_find_plaintext_after_verbs(es_dispatch) || !memory_attacks_can_see());
}

static void control_find_plaintext_after_boot_succeeds(void **state)
{
	(void)state;
	assert_true(attack_find_plaintext_after_boot(es_dispatch) || !memory_attacks_can_see());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_find_plaintext_in_watch_succeeds),
		cmocka_unit_test(control_find_plaintext_after_extract_succeeds),
		cmocka_unit_test(control_find_plaintext_after_verbs_succeeds),
		cmocka_unit_test(control_find_plaintext_after_boot_succeeds),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
