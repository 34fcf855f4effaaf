/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/cover_scene.h"
#include "keys/tests/lib/mounts.h"

static void control_attack_with_a_file_planted_below_succeeds(void **state)
{
	(void)state;
	assert_true(cover_attack_planted_below());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_a_file_planted_below_succeeds),
	};

	return cmocka_run_group_tests_name("without-first-covered", tests, mounts_own, NULL);
}
