/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine.h"

#include <stdio.h>
#include <stdlib.h>

/* test-adopt.c tests the same with the defence. */
static void control_a_single_bank_is_enough(void **state)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1], line[160];
	struct es_boot_record record;
	struct machine m;

	(void)state;
	machine_start(&m, true);
	assert_int_equal(machine_boot(&m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	assert_int_equal(machine_init(&m, false, recovery), ES_OK);
	snprintf(line, sizeof line, "rm -r %s/etcseal/bank0", m.boot_dir);
	assert_int_equal(system(line), 0);
	assert_int_equal(machine_boot(&m, &machine_usual_boot, NULL, &record), ES_OK);
	assert_true(m.may_remove);
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_a_single_bank_is_enough),
	};

	return cmocka_run_group_tests_name("without-remove-both-banks", tests, NULL, NULL);
}
