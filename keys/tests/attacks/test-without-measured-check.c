/* SPDX-License-Identifier: Apache-2.0 */
/* What the stub says of a failed measurement has to be heeded. Compiles opening.c once more, with that defence off: this program's copy goes before the library's. See keys/core/defences.h. */
#define ES_TEST_WITHOUT_MEASURED_CHECK
#include "keys/opening/opening.c"

#include "keys/tests/lib/host_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void control_attack_by_failing_a_measurement_succeeds(void **state)
{
	(void)state;
	assert_true(attack_by_failing_a_measurement());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_attack_by_failing_a_measurement_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
