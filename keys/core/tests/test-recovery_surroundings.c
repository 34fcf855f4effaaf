/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of taking a key out of the boot options, checked on thousands of random ones. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/options_recovery.h"
#include "keys/tests/lib/surroundings.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 20000 };

/* Takes it from memory of exactly that length, so that ASan sees an access past the end. */
static void take(struct surroundings *s, char value[static ES_RECOVERY_INPUT_MAX])
{
	size_t full = strlen(s->text), len = full;
	char *options = malloc(full + 1);

	assert_non_null(options);
	memcpy(options, s->text, full);
	if (!es_options_take_recovery(options, &len, value))
		fail_msg("nothing was taken of <%s>", s->text);
	surroundings_assert_hidden(s, options, len);
	if (len != strlen(s->rest) || memcmp(options, s->rest, len) != 0)
		fail_msg("<%s>\n  left <%.*s>, expected <%s>", s->text, (int)len, options, s->rest);
	for (size_t i = len; i < full; i++)
		assert_int_equal(options[i], 0);
	free(options);
}

static void check_keys(enum surroundings_form form)
{
	char value[ES_RECOVERY_INPUT_MAX];
	struct surroundings s;

	for (uint64_t i = 0; i < NUMBERS; i++) {
		surroundings_make(&s, form, i);
		take(&s, value);
		if (strcmp(value, s.code) != 0)
			fail_msg("<%s>: <%s>, expected <%s>", s.text, value, s.code);
	}
}

static void F1_F2_no_digit_of_a_key_survives_and_all_else_does(void **state)
{
	(void)state;
	check_keys(SURROUNDINGS_KEY);
}

static void the_same_key_twice_is_one_key(void **state)
{
	(void)state;
	check_keys(SURROUNDINGS_TWICE);
}

static void a_key_in_several_options_is_one_key(void **state)
{
	(void)state;
	check_keys(SURROUNDINGS_SCATTERED);
}

static void a_mistyped_key_is_taken_too_and_its_group_is_named(void **state)
{
	char value[ES_RECOVERY_INPUT_MAX];
	uint8_t key[ES_RECOVERY_LEN];
	struct es_code_fault fault;
	struct surroundings s;

	(void)state;
	for (uint64_t i = 0; i < NUMBERS; i++) {
		surroundings_make(&s, SURROUNDINGS_MISTYPED, i);
		take(&s, value);
		assert_int_equal(es_recovery_code_read(value, strlen(value), key, &fault), ES_RECOVERY_FORM);
		if (fault.group != s.faulty)
			fail_msg("<%s>: <%s>: group %u, expected %u", s.text, value, fault.group, s.faulty);
	}
}

/* In a file or at a prompt, with its surroundings. */
static void a_key_is_read_from_any_text_around_it(void **state)
{
	uint8_t key[ES_RECOVERY_LEN];
	struct es_code_fault fault;
	struct surroundings s;

	(void)state;
	for (int form = SURROUNDINGS_KEY; form <= SURROUNDINGS_SCATTERED; form++)
		for (uint64_t i = 0; i < NUMBERS / 4; i++) {
			surroundings_make(&s, (enum surroundings_form)form, i);
			if (es_recovery_code_read(s.text, strlen(s.text), key, &fault) != ES_OK)
				fail_msg("<%s>: fault %d in group %u", s.text, fault.fault, fault.group);
			assert_memory_equal(key, s.key, sizeof key);
		}
}

static void options_without_a_key_stay_as_they_are(void **state)
{
	char value[ES_RECOVERY_INPUT_MAX], options[SURROUNDINGS_MAX];
	struct surroundings s;

	(void)state;
	for (uint64_t i = 0; i < NUMBERS; i++) {
		size_t len;

		surroundings_make(&s, SURROUNDINGS_KEY, i);
		len = strlen(s.rest);
		memcpy(options, s.rest, len);
		assert_false(es_options_contain_recovery((struct es_span){ (const uint8_t *)options, len }));
		assert_false(es_options_take_recovery(options, &len, value));
		assert_int_equal(len, strlen(s.rest));
		assert_memory_equal(options, s.rest, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(F1_F2_no_digit_of_a_key_survives_and_all_else_does),
		cmocka_unit_test(the_same_key_twice_is_one_key),
		cmocka_unit_test(a_key_in_several_options_is_one_key),
		cmocka_unit_test(a_mistyped_key_is_taken_too_and_its_group_is_named),
		cmocka_unit_test(a_key_is_read_from_any_text_around_it),
		cmocka_unit_test(options_without_a_key_stay_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
