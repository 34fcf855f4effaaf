/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/info.h"

#include "keys/tests/lib/sample_info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void holds_sixteen_protectors_and_no_more(void **state)
{
	ES_INFO info = NULL;
	struct es_protector *p = NULL;

	(void)state;
	assert_int_equal(es_info_new(&info), ES_OK);
	for (int i = 0; i < ES_PROTECTORS_MAX; i++)
		assert_int_equal(es_info_add(info, ES_PROTECTOR_TPM, &p), ES_OK);
	assert_int_equal(es_info_add(info, ES_PROTECTOR_TPM, &p), ES_TOO_LARGE);
	assert_int_equal(info->protector_count, ES_PROTECTORS_MAX);
}

static void removing_keeps_the_order_of_the_others(void **state)
{
	ES_INFO info = sample_info(ES_MODE_TPM, 1, es_text_span("a"), es_text_span(""));
	struct es_protector *third = NULL;

	(void)state;
	assert_int_equal(es_info_add(info, ES_PROTECTOR_TPM, &third), ES_OK);
	es_info_remove(info, 1);
	assert_int_equal(info->protector_count, 2);
	assert_string_equal(info->protectors[0]->id, SAMPLE_TPM_ID);
	assert_ptr_equal(info->protectors[1], third);
	es_info_remove(info, 2); /* there is no such protector */
	assert_int_equal(info->protector_count, 2);
	es_info_remove(info, 0);
	es_info_remove(info, 0);
	assert_int_equal(info->protector_count, 0);
}

static void removing_a_type_keeps_the_others(void **state)
{
	ES_INFO info = sample_info(ES_MODE_TPM, 1, es_text_span("a"), es_text_span(""));
	struct es_protector *third = NULL;

	(void)state;
	assert_int_equal(es_info_add(info, ES_PROTECTOR_TPM, &third), ES_OK);
	es_info_remove_type(info, ES_PROTECTOR_TPM);
	assert_int_equal(info->protector_count, 1);
	assert_int_equal(info->protectors[0]->type, ES_PROTECTOR_RECOVERY);
	es_info_remove_type(info, ES_PROTECTOR_TPM);
	assert_int_equal(info->protector_count, 1);
}

static void finds_the_first_of_a_type(void **state)
{
	ES_INFO info = sample_info(ES_MODE_KDF, 1, es_text_span("a"), es_text_span(""));

	(void)state;
	assert_ptr_equal(es_info_find(info, ES_PROTECTOR_KDF), info->protectors[0]);
	assert_ptr_equal(es_info_find(info, ES_PROTECTOR_RECOVERY), info->protectors[1]);
	assert_null(es_info_find(info, ES_PROTECTOR_TPM));
}

static void freeing_null_is_harmless(void **state)
{
	struct es_info *none = NULL;

	(void)state;
	es_info_free(NULL);
	es_info_freep(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_sixteen_protectors_and_no_more),
		cmocka_unit_test(removing_keeps_the_order_of_the_others),
		cmocka_unit_test(removing_a_type_keeps_the_others),
		cmocka_unit_test(finds_the_first_of_a_type),
		cmocka_unit_test(freeing_null_is_harmless),
	};

	return cmocka_run_group_tests_name("info", tests, NULL, NULL);
}
