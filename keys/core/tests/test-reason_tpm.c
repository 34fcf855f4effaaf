/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/reason_tpm.h"

#include <string.h>

static void each_has_words_and_no_other_reason_is_one(void **state)
{
	(void)state;
	for (int i = 0; i < ES_REASON_COUNT; i++) {
		const enum es_reason r = (enum es_reason)i;

		if (!es_is_tpm_reason(r))
			continue;
		assert_non_null(es_tpm_reason_words(r)->id);
		assert_true(es_reason_words(r) == es_tpm_reason_words(r));
	}
	assert_true(es_is_tpm_reason(ES_TPM_ABSENT) && es_is_tpm_reason(ES_SEAL_DAMAGED));
	assert_false(es_is_tpm_reason(ES_OK) || es_is_tpm_reason(ES_EMPTY_FILE) || es_is_tpm_reason(ES_FENCE_FAILED));
	assert_string_equal(es_reason_words(ES_FENCE_FAILED)->id, "fence-failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_words_and_no_other_reason_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
