/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/reason.h"

#include <ctype.h>
#include <string.h>

static void every_reason_has_words(void **state)
{
	const struct es_words *defect = es_reason_words(ES_REASON_COUNT);

	(void)state;
	for (int i = 0; i < ES_REASON_COUNT; i++) {
		const struct es_words *w = es_reason_words((enum es_reason)i);

		if (w == defect)
			fail_msg("reason %d has no words", i);
		assert_non_null(w->id);
		assert_true(w->what != NULL && w->what[0] != '\0');
		assert_true(w->next != NULL && w->next[0] != '\0');
	}
}

static void ids_are_kebab_case_short_and_unique(void **state)
{
	(void)state;
	for (int i = 0; i < ES_REASON_COUNT; i++) {
		const char *id = es_reason_words((enum es_reason)i)->id;

		assert_true(strlen(id) > 1 && strlen(id) < 32); /* es_boot_record.refusal holds 31 */
		assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(id));
		assert_true(id[0] != '-' && id[strlen(id) - 1] != '-' && strstr(id, "--") == NULL);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(id, es_reason_words((enum es_reason)k)->id);
	}
}

static void what_is_a_clause_and_next_is_a_sentence(void **state)
{
	(void)state;
	for (int i = 0; i < ES_REASON_COUNT; i++) {
		const struct es_words *w = es_reason_words((enum es_reason)i);
		size_t n = strlen(w->what), m = strlen(w->next);

		assert_true(w->what[n - 1] != '.' && w->what[n - 1] != ' ');
		assert_true(w->next[m - 1] == '.' && (isupper((unsigned char)w->next[0]) || w->next[0] == '`'));
		assert_null(strchr(w->what, '\n'));
		assert_null(strchr(w->next, '\n'));
		assert_null(strstr(w->next, "  "));
	}
}

/* FORMAT.md, "Exit codes" */
static void exit_codes_are_those_of_the_manual_page(void **state)
{
	static const struct {
		enum es_reason reason;
		int exit;
	} rows[] = {
		{ ES_OK, 0 },
		{ ES_IO, 1 },
		{ ES_NO_SPACE, 1 },
		{ ES_ARGUMENT, 2 },
		{ ES_NOT_CONFIGURED, 3 },
		{ ES_LOCKED_PCR, 4 },
		{ ES_LOCKED_MACHINE, 4 },
		{ ES_NOT_UNLOCKED, 4 },
		{ ES_TPM_POLICY, 4 },
		{ ES_TAMPERED_INFO, 5 },
		{ ES_TAMPERED_ARCHIVE, 5 },
		{ ES_ROLLED_BACK, 5 },
		{ ES_DOWNGRADE, 5 },
		{ ES_BANKS_DAMAGED, 5 },
		{ ES_TPM_ABSENT, 6 },
		{ ES_TPM_LOCKOUT, 6 },
		{ ES_FENCE_FAILED, 6 },
		{ ES_RECOVERY_FORM, 7 },
		{ ES_RECOVERY_WRONG, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(es_reason_words(rows[i].reason)->exit, rows[i].exit);
	for (int i = 1; i < ES_REASON_COUNT; i++)
		assert_int_not_equal(es_reason_words((enum es_reason)i)->exit, ES_EXIT_DONE);
}

static void an_unknown_reason_is_a_defect(void **state)
{
	(void)state;
	assert_string_equal(es_reason_words((enum es_reason) - 1)->id, "defect");
	assert_string_equal(es_reason_words((enum es_reason)100000)->id, "defect");
	assert_int_equal(es_reason_words(ES_REASON_COUNT)->exit, ES_EXIT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_words),
		cmocka_unit_test(ids_are_kebab_case_short_and_unique),
		cmocka_unit_test(what_is_a_clause_and_next_is_a_sentence),
		cmocka_unit_test(exit_codes_are_those_of_the_manual_page),
		cmocka_unit_test(an_unknown_reason_is_a_defect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
