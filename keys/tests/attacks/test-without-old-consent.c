/* SPDX-License-Identifier: Apache-2.0 */
/* The recovery key alone says nothing about how old a configuration may be. Compiles opening/judge.c once more, with that defence off: this program's copy goes before the library's. See
 * keys/core/defences.h. */
#define ES_TEST_WITHOUT_OLD_CONSENT
#include "keys/opening/judge.c"

#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_with_old_banks_and_the_recovery_key_succeeds(void **state)
{
	(void)state;
	assert_true(attack_with_old_banks_and_the_recovery_key());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_with_old_banks_and_the_recovery_key_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
