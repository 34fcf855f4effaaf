/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static bool is_of_our_files(enum es_reason r)
{
	return r == ES_FORMAT || r == ES_TOO_LARGE || r == ES_VERSION || r == ES_BAD_TAG;
}

static void F12_no_file_of_others_is_told_of_in_the_words_for_ours(void **state)
{
	(void)state;
	for (int s = 0; s < ES_SUBJECTS; s++)
		for (int r = 0; r < ES_REASON_COUNT; r++) {
			enum es_reason told = es_reason_of((enum es_subject)s, (enum es_reason)r);

			assert_false(is_of_our_files(told));
			if (!is_of_our_files((enum es_reason)r) && r != ES_MISSING && r != ES_NOT_MET &&
			    r != ES_TPM_NO_SHA256)
				assert_int_equal(told, r);
			/* Telling it twice tells the same. */
			assert_int_equal(es_reason_of((enum es_subject)s, told), told);
		}
}

static void F3_a_log_that_is_missing_is_not_called_tampered(void **state)
{
	(void)state;
	assert_int_equal(es_reason_of(ES_OF_LOG, ES_MISSING), ES_LOG_MISSING);
	assert_int_equal(es_reason_words(ES_LOG_MISSING)->exit, ES_EXIT_FAILED);
	assert_int_equal(es_reason_words(ES_LOG_KIND)->exit, ES_EXIT_FAILED);
	assert_int_equal(es_reason_words(ES_LOG_FORMAT)->exit, ES_EXIT_FAILED);
	assert_int_equal(es_reason_of(ES_OF_LOG, ES_TPM_NO_SHA256), ES_LOG_KIND);
	assert_int_equal(es_reason_of(ES_OF_KEY_FILE, ES_TPM_NO_SHA256), ES_TPM_NO_SHA256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(F12_no_file_of_others_is_told_of_in_the_words_for_ours),
		cmocka_unit_test(F3_a_log_that_is_missing_is_not_called_tampered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
