/* SPDX-License-Identifier: Apache-2.0 */
/* Without the form of the key, its digits stay in the options. */
#include "keys/core/options_recovery.h"
#include "keys/tests/lib/surroundings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static bool is_left(char *options)
{
	char value[ES_RECOVERY_INPUT_MAX];
	size_t len = strlen(options);

	(void)es_options_take_recovery(options, &len, value);
	return memmem(options, len, "478269", 6) != NULL;
}

static void control_F1_a_key_under_a_name_in_other_letters_stays(void **state)
{
	FILE *f = fopen("keys/core/tests/fixtures/field/recovery-options-letters.txt", "r");
	char line[512];
	unsigned left = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL)
		left += is_left(line);
	fclose(f);
	assert_int_equal(left, 4);
}

/* Shows that the property in test-recovery_surroundings.c can fail. */
static void control_digits_of_keys_survive(void **state)
{
	struct surroundings s;
	unsigned left = 0;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		char value[ES_RECOVERY_INPUT_MAX];
		size_t len;

		surroundings_make(&s, SURROUNDINGS_SCATTERED, i);
		len = strlen(s.text);
		left += !es_options_take_recovery(s.text, &len, value);
	}
	assert_int_equal(left, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_F1_a_key_under_a_name_in_other_letters_stays),
		cmocka_unit_test(control_digits_of_keys_survive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
