/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/info.h"

#include "keys/tests/lib/sample_info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void reads_every_field_of_mode_tpm(void **state)
{
	ES_BUF file = sample_info_file(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));
	ES_INFO want = sample_info(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));
	ES_INFO got = NULL;
	char detail[ES_DETAIL_TEXT] = "untouched";
	const struct es_protector *p, *q;

	(void)state;
	assert_int_equal(es_info_parse(es_buf_span(&file), &got, detail), ES_OK);
	assert_string_equal(detail, "");
	assert_string_equal(got->host, SAMPLE_HOST);
	assert_int_equal(got->generation, 7);
	assert_int_equal(got->mode, ES_MODE_TPM);
	assert_memory_equal(got->key_id, want->key_id, sizeof want->key_id);
	assert_true(es_digest_equal(&got->archive_sha256, &want->archive_sha256));
	assert_int_equal(got->archive_size, 7);
	assert_true(es_digest_equal(&got->log_sha256, &want->log_sha256));
	assert_int_equal(got->protector_count, 2);
	p = got->protectors[0];
	q = want->protectors[0];
	assert_int_equal(p->type, ES_PROTECTOR_TPM);
	assert_string_equal(p->id, q->id);
	assert_string_equal(p->tpm.purpose, "this boot");
	assert_int_equal(p->tpm.pcrs, q->tpm.pcrs);
	assert_int_equal(p->tpm.expected.present, q->tpm.pcrs);
	assert_int_equal(es_pcr_differ(&p->tpm.expected, &q->tpm.expected, q->tpm.pcrs), 0);
	assert_int_equal(p->tpm.srk.len, 120);
	assert_memory_equal(p->tpm.srk.data, q->tpm.srk.data, 120);
	assert_memory_equal(p->tpm.public_part.data, q->tpm.public_part.data, q->tpm.public_part.len);
	assert_memory_equal(p->tpm.private_part.data, q->tpm.private_part.data, q->tpm.private_part.len);
	assert_memory_equal(p->wrapped.data, q->wrapped.data, 40);
	assert_false(p->tpm.is_signed);
	p = got->protectors[1];
	assert_int_equal(p->type, ES_PROTECTOR_RECOVERY);
	assert_string_equal(p->id, SAMPLE_RECOVERY_ID);
	assert_string_equal(p->recovery.created, SAMPLE_TIME);
	assert_string_equal(p->recovery.verified, "");
	assert_int_equal(p->recovery.escrow.len, 60);
}

static void reads_every_field_of_mode_kdf(void **state)
{
	ES_BUF file = sample_info_edited(ES_MODE_KDF, "\"verified\": null", "\"verified\": \"" SAMPLE_TIME "\"");
	ES_INFO got = NULL;
	const struct es_protector *p;

	(void)state;
	assert_int_equal(es_info_parse(es_buf_span(&file), &got, NULL), ES_OK);
	assert_int_equal(got->mode, ES_MODE_KDF);
	p = got->protectors[0];
	assert_int_equal(p->type, ES_PROTECTOR_KDF);
	assert_int_equal(p->kdf.n, 32768);
	assert_int_equal(p->kdf.r, 8);
	assert_int_equal(p->kdf.p, 1);
	assert_int_equal(p->kdf.salt.len, 32);
	assert_int_equal(p->kdf.input.len, 32);
	assert_true(p->kdf.bound_to_product_uuid);
	assert_string_equal(got->protectors[1]->recovery.verified, SAMPLE_TIME);
	assert_string_equal(got->protectors[1]->recovery.acknowledged, "");
}

static void a_signed_protector_is_recognised(void **state)
{
	ES_BUF file = sample_info_edited(
	    ES_MODE_TPM, "\"public\":", "\"signed\": { \"pcrs\": [11], \"public_key\": \"PEM\" }, \"public\":");
	ES_INFO got = NULL;

	(void)state;
	assert_int_equal(es_info_parse(es_buf_span(&file), &got, NULL), ES_OK);
	assert_true(got->protectors[0]->tpm.is_signed);
}

struct bad {
	enum es_mode mode;
	const char *from, *to;
	enum es_reason reason;
	const char *detail;
};

#define T(from, to, reason, detail)                                                                                    \
	{                                                                                                              \
		ES_MODE_TPM, from, to, reason, detail                                                                  \
	}
#define K(from, to, reason, detail)                                                                                    \
	{                                                                                                              \
		ES_MODE_KDF, from, to, reason, detail                                                                  \
	}

static const struct bad top_level[] = {
	T("\"etcseal\"", "\"sealetc\"", ES_FORMAT, "format: unknown to this release"),
	T("\"version\": 1", "\"version\": 2", ES_VERSION, "version: unknown to this release"),
	T("\"version\": 1", "\"version\": \"1\"", ES_FORMAT, "version: not of type int"),
	T("\"version\": 1,", "", ES_FORMAT, "version: missing"),
	T("aaaa\"", "AAAA\"", ES_FORMAT, "host: not a UUID in lower case"),
	T("aaaa\"", "aaa\"", ES_FORMAT, "host: not a UUID in lower case"),
	T("\"generation\": 7", "\"generation\": -1", ES_FORMAT, "generation: a number out of range"),
	T("\"generation\": 7", "\"generation\": 7, \"revision\": -1", ES_FORMAT, "revision: a number out of range"),
	T("\"generation\": 7", "\"generation\": 7, \"revision\": \"1\"", ES_FORMAT, "revision: not of type int"),
	T("\"generation\": 7", "\"generation\": 7, \"revision\": null", ES_FORMAT, "revision: not of type int"),
	T("\"generation\": 7", "\"generation\": 7.5", ES_FORMAT, "generation: not of type int"),
	T("\"generation\": 7", "\"generation\": true", ES_FORMAT, "generation: not of type int"),
	T("\"generation\": 7", "\"generation\": null", ES_FORMAT, "generation: not of type int"),
	T("\"generation\": 7", "\"generation\": 9223372036854775807", ES_FORMAT, "generation: a number out of range"),
	T("\"generation\": 7", "\"generation\": 18446744073709551616", ES_FORMAT, "a number out of range at byte 127"),
	T("\"mode\": \"tpm\"", "\"mode\": \"none\"", ES_VERSION, "mode: unknown to this release"),
	T("\"secure_boot\": false", "\"secure_boot\": 0", ES_FORMAT, "require.secure_boot: not of type boolean"),
	T("\"exec_installed_only\"", "\"exec\"", ES_FORMAT, "require.exec_installed_only: missing"),
	T("\"require\": {", "\"x\": {", ES_FORMAT, "require: missing"),
	T("\"1d1d", "\"1D1d", ES_FORMAT, "key_id: not 16 lower-case hex digits"),
	T("\"1d1d", "\"1d", ES_FORMAT, "key_id: not 16 lower-case hex digits"),
	T("\"size\": 7", "\"size\": 67108865", ES_FORMAT, "archive.size: a number out of range"),
	T("\"sha256\": \"", "\"sha256\": \"0", ES_FORMAT, "archive.sha256: not 64 lower-case hex digits"),
	T("\"log_sha256\": \"", "\"log_sha256\": \"x", ES_FORMAT, "log_sha256: not 64 lower-case hex digits"),
	T("0x0180e5ea", "0x8180e5ea", ES_FORMAT, "rollback.nv_index: not 0x0180e5ea"),
	T("0x0180e5ea", "0x0180e5eb", ES_FORMAT, "rollback.nv_index: not 0x0180e5ea"),
	T("0x0180e5ea", "0x0180e5f0", ES_FORMAT, "rollback.nv_index: not 0x0180e5ea"),
	T("0x0180e5ea", "0x0180E5EA", ES_FORMAT, "rollback.nv_index: not 0x0180e5ea"),
	T("0x0180e5ea", "0x180e5ea", ES_FORMAT, "rollback.nv_index: not 0x0180e5ea"),
	T("\"rollback\": {", "\"rollback\": null, \"x\": {", ES_FORMAT, "rollback: null in mode tpm"),
	T("0x0180e5ea", "0x0180e5eaa", ES_TOO_LARGE, "rollback.nv_index: too long"),
	T("\"rollback\": {", "\"rollback\": 5, \"x\": {", ES_FORMAT, "rollback: not of type object"),
	T("\"protectors\": [", "\"protectors\": {}, \"x\": [", ES_FORMAT, "protectors: not of type array"),
	T("\"protectors\": [", "\"protectors\": [ 5,", ES_FORMAT, "protectors[0]: not an object"),
	T("\"protectors\": [", "\"protectors\": [ null,", ES_FORMAT, "protectors[0]: not an object"),
	T("\"protectors\": [", "\"protectors\": [ 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,", ES_TOO_LARGE,
	  "protectors: more than 16"),
};

static const struct bad tpm_protector[] = {
	T("\"type\": \"tpm\"", "\"type\": \"tang\"", ES_VERSION, "protectors[0].type: unknown to this release"),
	T("\"type\": \"tpm\"", "\"type\": 1", ES_FORMAT, "protectors[0].type: not of type string"),
	T("000001\"", "00000g\"", ES_FORMAT, "protectors[0].id: not a UUID in lower case"),
	T("this boot", "this\\u001b[2Jboot", ES_FORMAT,
	  "protectors[0].for: contains a character that isn't printable ASCII"),
	T("this boot", "this\\u0000boot", ES_FORMAT, "a text that contains a NUL at byte 614"),
	T("\"for\": \"this boot\"", "\"for\": null", ES_FORMAT, "protectors[0].for: not of type string"),
	T("\"srk\": \"UV", "\"srk\": \"U", ES_FORMAT, "protectors[0].srk: not base64"),
	T("\"srk\": \"UV", "\"srk\": \"U V", ES_FORMAT, "protectors[0].srk: not base64"),
	T("\"srk\": \"", "\"srk\": \"\", \"x\": \"", ES_FORMAT, "protectors[0].srk: too short"),
	T("\"bank\": \"sha256\"", "\"bank\": \"sha1\"", ES_VERSION, "protectors[0].bank: unknown to this release"),
	T("\"7\": ", "\"24\": ", ES_FORMAT, "protectors[0].pcrs: names something that isn't a PCR (0 to 23)"),
	T("\"7\": ", "\"07\": ", ES_FORMAT, "protectors[0].pcrs: names something that isn't a PCR (0 to 23)"),
	T("\"7\": ", "\"-7\": ", ES_FORMAT, "protectors[0].pcrs: names something that isn't a PCR (0 to 23)"),
	T("\"7\": ", "\"\": ", ES_FORMAT, "protectors[0].pcrs: names something that isn't a PCR (0 to 23)"),
	T("\"7\": ", "\"99999999999999999999999\": ", ES_FORMAT,
	  "protectors[0].pcrs: names something that isn't a PCR (0 to 23)"),
	T("\"7\": \"77", "\"7\": \"", ES_FORMAT, "protectors[0].pcrs.7: not 64 lower-case hex digits"),
	T("\"7\": ", "\"11\": ", ES_FORMAT, "a field that appears twice: 11"),
	T("\"pcrs\": {", "\"pcrs\": {}, \"x\": {", ES_FORMAT, "protectors[0].pcrs: empty: it would open in every boot"),
	T("\"pcrs\": {", "\"pcrs\": [], \"x\": {", ES_FORMAT, "protectors[0].pcrs: not of type object"),
	T("\"public\": \"", "\"signed\": true, \"public\": \"", ES_FORMAT, "protectors[0].signed: not of type object"),
	T("\"private\":", "\"privat\":", ES_FORMAT, "protectors[0].private: missing"),
	T("\"wrapped\": \"VF", "\"wrapped\": \"VFVUVF", ES_TOO_LARGE, "protectors[0].wrapped: too long"),
	T("\"wrapped\": \"VFRU", "\"wrapped\": \"", ES_FORMAT, "protectors[0].wrapped: too short"),
};

static const struct bad other_protectors[] = {
	K("\"rollback\": null", "\"rollback\": { \"nv_index\": \"0x0180e5ea\" }", ES_FORMAT,
	  "rollback: not null in mode kdf"),
	K("\"rollback\": null", "\"rollback\": { \"nv_index\": \"0x0180e5f0\" }", ES_FORMAT,
	  "rollback.nv_index: not 0x0180e5ea"),
	K("\"scrypt\"", "\"argon2\"", ES_VERSION, "protectors[0].kdf: unknown to this release"),
	K("\"n\": 32768", "\"n\": 32767", ES_FORMAT, "protectors[0].n: not a power of two above 1"),
	K("\"n\": 32768", "\"n\": 1", ES_FORMAT, "protectors[0].n: not a power of two above 1"),
	K("\"n\": 32768", "\"n\": 0", ES_FORMAT, "protectors[0].n: not a power of two above 1"),
	K("\"n\": 32768", "\"n\": 1099511627776", ES_FORMAT, "protectors[0].n: a number out of range"),
	K("\"r\": 8", "\"r\": 0", ES_FORMAT, "protectors[0].r: zero"),
	K("\"r\": 8", "\"r\": 4294967304", ES_FORMAT, "protectors[0].r: a number out of range"),
	K("\"p\": 1", "\"p\": 0", ES_FORMAT, "protectors[0].p: zero"),
	K("\"p\": 1", "\"p\": 1000", ES_FORMAT, "protectors[0].p: a number out of range"),
	K("\"input\"", "\"inputs\"", ES_FORMAT, "protectors[0].input: missing"),
	K("\"dmi-product-uuid\"", "\"moon-phase\"", ES_VERSION,
	  "protectors[0].bound_to: names something unknown to this release"),
	K("\"dmi-product-uuid\"", "\"dmi-product-uuid\", \"dmi-product-uuid\"", ES_FORMAT,
	  "protectors[0].bound_to: names the same thing twice"),
	K("\"dmi-product-uuid\"", "7", ES_FORMAT, "protectors[0].bound_to: contains something that isn't text"),
	K("\"bound_to\": [", "\"bound_to\": null, \"x\": [", ES_FORMAT, "protectors[0].bound_to: not of type array"),
	K("\"{0190B8F4", "\"{0190b8f4", ES_FORMAT, "protectors[1].id: not a {GUID} in upper case"),
	K("\"created\": \"2026-11-21T", "\"created\": \"2026-11-21 ", ES_FORMAT,
	  "protectors[1].created: not a time like 2026-11-21T18:14:32Z"),
	K("\"created\": \"2026-11", "\"created\": \"2026-13", ES_FORMAT,
	  "protectors[1].created: not a time like 2026-11-21T18:14:32Z"),
	K("\"created\": \"2026", "\"created\": \"12026", ES_FORMAT,
	  "protectors[1].created: not a time like 2026-11-21T18:14:32Z"),
	K("\"verified\": null", "\"verified\": 0", ES_FORMAT, "protectors[1].verified: not of type string"),
	K("\"verified\": null,", "", ES_FORMAT, "protectors[1].verified: missing"),
	K("\"acknowledged\": null", "\"acknowledged\": \"never\"", ES_FORMAT,
	  "protectors[1].acknowledged: not a time like 2026-11-21T18:14:32Z"),
	K("\"escrow\": \"cnJy", "\"escrow\": \"cn=y", ES_FORMAT, "protectors[1].escrow: not base64"),
};

static void refuse_each(const struct bad *bad, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ES_BUF file = sample_info_edited(bad[i].mode, bad[i].from, bad[i].to);
		struct es_info *got = NULL;
		char detail[ES_DETAIL_TEXT] = "";
		enum es_reason r = es_info_parse(es_buf_span(&file), &got, detail);

		if (r != bad[i].reason || strcmp(detail, bad[i].detail) != 0)
			fail_msg("%s -> %s: %d \"%s\"", bad[i].from, bad[i].to, r, detail);
		assert_null(got);
	}
}

static void each_defect_of_the_top_level_is_named(void **state)
{
	(void)state;
	refuse_each(top_level, sizeof top_level / sizeof top_level[0]);
}

static void each_defect_of_a_tpm_protector_is_named(void **state)
{
	(void)state;
	refuse_each(tpm_protector, sizeof tpm_protector / sizeof tpm_protector[0]);
}

static void each_defect_of_the_other_protectors_is_named(void **state)
{
	(void)state;
	refuse_each(other_protectors, sizeof other_protectors / sizeof other_protectors[0]);
}

static void a_purpose_of_128_bytes_is_too_long_and_127_are_not(void **state)
{
	char text[ES_PROTECTOR_FOR_MAX + 1];
	struct es_info *got = NULL;

	(void)state;
	memset(text, 'x', sizeof text);
	text[ES_PROTECTOR_FOR_MAX] = '\0';
	{
		ES_BUF file = sample_info_edited(ES_MODE_TPM, "this boot", text);

		assert_int_equal(es_info_parse(es_buf_span(&file), &got, NULL), ES_TOO_LARGE);
	}
	text[ES_PROTECTOR_FOR_MAX - 1] = '\0';
	{
		ES_BUF file = sample_info_edited(ES_MODE_TPM, "this boot", text);

		assert_int_equal(es_info_parse(es_buf_span(&file), &got, NULL), ES_OK);
	}
	es_info_free(got);
}

static void every_truncated_json_is_refused(void **state)
{
	ES_BUF file = sample_info_file(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));
	char *json = (char *)file.data;
	struct es_info *got = NULL;

	(void)state;
	*strstr(json, "\nmac ") = '\0';
	for (size_t len = strlen(json); len-- > 0;) {
		json[len] = '\0';
		ES_BUF cut = sample_info_sealed(json);

		assert_int_not_equal(es_info_parse(es_buf_span(&cut), &got, NULL), ES_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_field_of_mode_tpm),
		cmocka_unit_test(reads_every_field_of_mode_kdf),
		cmocka_unit_test(a_signed_protector_is_recognised),
		cmocka_unit_test(each_defect_of_the_top_level_is_named),
		cmocka_unit_test(each_defect_of_a_tpm_protector_is_named),
		cmocka_unit_test(each_defect_of_the_other_protectors_is_named),
		cmocka_unit_test(a_purpose_of_128_bytes_is_too_long_and_127_are_not),
		cmocka_unit_test(every_truncated_json_is_refused),
	};

	return cmocka_run_group_tests_name("info_parse", tests, NULL, NULL);
}
