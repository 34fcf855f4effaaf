/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/info_rules.h"

#include <jansson.h>
#include <string.h>

static void a_written_index_is_read_back(void **state)
{
	json_t *obj = json_object();
	char said[ES_JSON_DETAIL] = "";
	struct es_json j = { .obj = obj, .where = "", .detail = said };

	(void)state;
	assert_true(es_info_set_index(obj, "nv_index", 0x0180e5ea));
	assert_string_equal(json_string_value(json_object_get(obj, "nv_index")), "0x0180e5ea");
	es_info_expect_index(&j, "nv_index", 0x0180e5ea);
	assert_int_equal(j.reason, ES_OK);
	es_info_expect_index(&j, "nv_index", 0x0180e5eb);
	assert_int_equal(j.reason, ES_FORMAT);
	assert_non_null(strstr(said, "not 0x0180e5eb"));
	json_decref(obj);
}

static void each_type_of_protector_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(es_protector_type_names[ES_PROTECTOR_TPM], "tpm");
	assert_string_equal(es_protector_type_names[ES_PROTECTOR_KDF], "kdf");
	assert_string_equal(es_protector_type_names[ES_PROTECTOR_RECOVERY], "recovery");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_written_index_is_read_back),
		cmocka_unit_test(each_type_of_protector_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
