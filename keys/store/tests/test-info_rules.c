/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/info_rules.h"

#include "keys/tests/lib/sample_info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void check(const struct es_info *info, enum es_reason reason, const char *detail)
{
	char said[ES_JSON_DETAIL] = "";
	struct es_json j = { .where = "", .detail = said };

	es_info_check_rules(&j, info);
	assert_int_equal(j.reason, reason);
	assert_string_equal(said, detail);
}

static struct es_info *sample(enum es_mode mode)
{
	return sample_info(mode, 7, es_text_span("archive"), es_text_span("log"));
}

static void valid_files_pass(void **state)
{
	ES_INFO tpm = sample(ES_MODE_TPM);
	ES_INFO kdf = sample(ES_MODE_KDF);

	(void)state;
	check(tpm, ES_OK, "");
	check(kdf, ES_OK, "");
}

static void a_kdf_protector_beside_a_tpm_one_is_refused(void **state)
{
	ES_INFO info = sample(ES_MODE_TPM);
	struct es_protector *p = NULL;

	(void)state;
	assert_int_equal(es_info_add(info, ES_PROTECTOR_KDF, &p), ES_OK);
	strcpy(p->id, SAMPLE_KDF_ID);
	check(info, ES_FORMAT, "protectors: a kdf protector in mode tpm");
	info->mode = ES_MODE_KDF;
	check(info, ES_FORMAT, "protectors: a tpm protector in mode kdf");
}

static void each_mode_requires_its_protector(void **state)
{
	ES_INFO tpm = sample(ES_MODE_TPM);
	ES_INFO kdf = sample(ES_MODE_KDF);

	(void)state;
	es_info_remove(tpm, 0);
	check(tpm, ES_FORMAT, "protectors: no tpm protector in mode tpm");
	es_info_remove(kdf, 0);
	check(kdf, ES_FORMAT, "protectors: no kdf protector in mode kdf");
}

static void a_duplicate_id_is_refused(void **state)
{
	ES_INFO info = sample(ES_MODE_TPM);
	struct es_protector *p = NULL;

	(void)state;
	assert_int_equal(es_info_add(info, ES_PROTECTOR_TPM, &p), ES_OK);
	strcpy(p->id, SAMPLE_TPM_ID);
	check(info, ES_FORMAT, "protectors: [0] and [2] have the same id");
}

static void an_empty_archive_is_refused(void **state)
{
	ES_INFO info = sample(ES_MODE_KDF);

	(void)state;
	info->archive_size = 0;
	check(info, ES_FORMAT, "archive.size: zero");
}

static void an_earlier_failure_is_kept(void **state)
{
	ES_INFO info = sample(ES_MODE_TPM);
	char said[ES_JSON_DETAIL] = "first";
	struct es_json j = { .where = "", .detail = said, .reason = ES_VERSION };

	(void)state;
	info->archive_size = 0;
	es_info_check_rules(&j, info);
	assert_int_equal(j.reason, ES_VERSION);
	assert_string_equal(said, "first");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_files_pass),
		cmocka_unit_test(a_kdf_protector_beside_a_tpm_one_is_refused),
		cmocka_unit_test(each_mode_requires_its_protector),
		cmocka_unit_test(a_duplicate_id_is_refused),
		cmocka_unit_test(an_empty_archive_is_refused),
		cmocka_unit_test(an_earlier_failure_is_kept),
	};

	return cmocka_run_group_tests_name("info_rules", tests, NULL, NULL);
}
