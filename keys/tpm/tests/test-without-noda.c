/* SPDX-License-Identifier: Apache-2.0 */
/* Without noDA whoever guesses wrong passwords locks the host out. Compiles template.c once more, with that
 * defence off: this program's copy goes before the library's. See defences.h. */
#define ES_TEST_WITHOUT_NODA
#include "keys/tpm/template.c"

#include "keys/tests/lib/tpm_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void control_lock_out_succeeds(void **state)
{
	assert_true(attack_lock_out(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(control_lock_out_succeeds, tpm_fixture_make, tpm_fixture_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
