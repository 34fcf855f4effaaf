/* SPDX-License-Identifier: Apache-2.0 */
/* Without caps, an archive decides how much memory it takes. */
#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_tar_of_too_many_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_tar_of_too_many());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_tar_of_too_many_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
