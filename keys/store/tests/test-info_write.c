/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/info.h"

#include "keys/tests/lib/sample_info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *text_of(struct es_buf *file)
{
	struct es_buf longer = { NULL, 0 };

	assert_int_equal(es_buf_new(file->len + 1, &longer), ES_OK);
	memcpy(longer.data, file->data, file->len);
	es_buf_free(file);
	*file = longer;
	return (const char *)file->data;
}

/* Parses, writes again, and returns the new text. */
static const char *rewritten(struct es_buf *file)
{
	ES_SECRET key = sample_mac_key();
	ES_INFO info = NULL;
	struct es_buf again = { NULL, 0 };

	assert_int_equal(es_info_parse(es_buf_span(file), &info, NULL), ES_OK);
	assert_int_equal(es_info_write(info, key, &again), ES_OK);
	es_buf_free(file);
	*file = again;
	return text_of(file);
}

static void fields_are_one_a_line_in_the_documented_order(void **state)
{
	static const char *const lines[] = {
		"{\n  \"format\": \"etcseal\",\n  \"version\": 1,\n  \"host\": \"" SAMPLE_HOST
		"\",\n  \"generation\": 7,\n"
		"  \"mode\": \"tpm\",\n  \"require\": {\n    \"secure_boot\": false,\n    \"exec_installed_only\": "
		"false\n",
		"\n  \"key_id\": \"1d1d1d1d1d1d1d1d\",\n  \"archive\": {\n    \"sha256\": \"",
		"\n    \"size\": 7\n  },\n  \"log_sha256\": \"",
		"\n  \"rollback\": {\n    \"nv_index\": \"0x0180e5ea\"\n  },\n  \"protectors\": [\n    {\n"
		"      \"type\": \"tpm\",\n      \"id\": \"" SAMPLE_TPM_ID
		"\",\n      \"for\": \"this boot\",\n      \"srk\": \"",
		"\n      \"bank\": \"sha256\",\n      \"pcrs\": {\n        \"7\": \"7777",
		"\n        \"11\": \"bbbb",
		"\n        \"12\": \"cccc",
		"\n      \"public\": \"",
		"\n      \"private\": \"",
		"\n      \"wrapped\": \"",
		"\n      \"type\": \"recovery\",\n      \"id\": \"" SAMPLE_RECOVERY_ID
		"\",\n      \"created\": \"" SAMPLE_TIME "\",\n      \"salt\": \"",
		"\n      \"wrapped\": \"",
		"\n      \"escrow\": \"",
		"\n      \"verified\": null,\n      \"acknowledged\": null\n    }\n  ]\n}\nmac ",
	};
	ES_BUF file = sample_info_file(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));
	const char *at = text_of(&file);

	(void)state;
	assert_ptr_equal(strstr(at, lines[0]), at);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		at = strstr(at, lines[i]);
		if (at == NULL)
			fail_msg("not there, or not in its place: %s", lines[i]);
		at += strlen(lines[i]) - 1;
	}
}

static void a_kdf_protector_is_in_the_documented_order(void **state)
{
	ES_BUF file = sample_info_file(ES_MODE_KDF, 7, es_text_span("archive"), es_text_span("log"));
	const char *text = text_of(&file);

	(void)state;
	assert_non_null(strstr(text, "\n  \"rollback\": null,\n"));
	assert_non_null(strstr(text, "\"type\": \"kdf\",\n      \"id\": \"" SAMPLE_KDF_ID
				     "\",\n      \"kdf\": \"scrypt\",\n      \"n\": 32768,\n      \"r\": 8,\n      "
				     "\"p\": 1,\n      \"salt\": \""));
	assert_non_null(strstr(text, "\"bound_to\": [\n        \"dmi-product-uuid\"\n      ],\n      \"wrapped\": \""));
}

static void base64_slashes_are_not_escaped(void **state)
{
	ES_INFO info = sample_info(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));
	ES_SECRET key = sample_mac_key();
	ES_BUF file = { NULL, 0 };

	(void)state;
	memset(info->protectors[0]->tpm.srk.data, 0xff, info->protectors[0]->tpm.srk.len);
	assert_int_equal(es_info_write(info, key, &file), ES_OK);
	assert_non_null(strstr(text_of(&file), "\"srk\": \"////"));
}

static void a_file_that_was_read_is_written_back_unchanged(void **state)
{
	ES_BUF first = sample_info_file(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));
	ES_BUF again = { NULL, 0 };

	(void)state;
	assert_int_equal(es_buf_copy(es_buf_span(&first), &again), ES_OK);
	assert_string_equal(rewritten(&again), text_of(&first));
}

static void unknown_fields_keep_their_place(void **state)
{
	static const char *const edits[][2] = {
		{ "\"generation\": 7,", "\"future\": { \"a\": [ 1, 2 ] },\n  \"generation\": 7," },
		{ "\"secure_boot\": false,", "\"secure_boot\": false,\n    \"moon\": \"full\"," },
		{ "\"nv_index\"", "\"also\": 5,\n    \"nv_index\"" },
		{ "\"for\": \"this boot\",", "\"for\": \"this boot\",\n      \"note\": \"a\\/b\"," },
		{ "\"created\"", "\"hint\": null,\n      \"created\"" },
		{ "\"public\":", "\"signed\": { \"pcrs\": [ 11 ], \"public_key\": \"PEM\" },\n      \"public\":" },
	};
	static const char *const kept[] = { "\"future\": {\n",    "\"moon\": \"full\",", "\"also\": 5,",
					    "\"note\": \"a/b\",", "\"hint\": null,",     "\"public_key\": \"PEM\"" };

	(void)state;
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		ES_BUF file = sample_info_edited(ES_MODE_TPM, edits[i][0], edits[i][1]);

		if (strstr(rewritten(&file), kept[i]) == NULL)
			fail_msg("lost: %s", kept[i]);
	}
}

static void changes_overwrite_what_was_read(void **state)
{
	ES_BUF file = sample_info_edited(ES_MODE_TPM, "\"generation\": 7,", "\"generation\": 7, \"future\": 1,");
	ES_SECRET key = sample_mac_key();
	ES_INFO info = NULL;
	ES_INFO again = NULL;
	ES_BUF changed = { NULL, 0 };
	struct es_protector *p = NULL;

	(void)state;
	assert_int_equal(es_info_parse(es_buf_span(&file), &info, NULL), ES_OK);
	info->generation = 8;
	info->require_secure_boot = true;
	es_info_remove(info, 0);
	assert_int_equal(es_info_add(info, ES_PROTECTOR_TPM, &p), ES_OK);
	strcpy(p->id, "0190b8f4-0000-4000-8000-000000000009");
	assert_int_equal(es_buf_new(5, &p->tpm.srk), ES_OK);
	assert_int_equal(es_buf_new(5, &p->tpm.public_part), ES_OK);
	assert_int_equal(es_buf_new(5, &p->tpm.private_part), ES_OK);
	assert_int_equal(es_buf_new(40, &p->wrapped), ES_OK);
	p->tpm.pcrs = p->tpm.expected.present = ES_PCR_BIT(4);
	assert_int_equal(es_info_write(info, key, &changed), ES_OK);
	assert_int_equal(es_info_verify(es_buf_span(&changed), key), ES_OK);
	assert_int_equal(es_info_parse(es_buf_span(&changed), &again, NULL), ES_OK);
	assert_int_equal(again->generation, 8);
	assert_true(again->require_secure_boot);
	assert_int_equal(again->protector_count, 2);
	assert_int_equal(again->protectors[0]->type, ES_PROTECTOR_RECOVERY);
	assert_string_equal(again->protectors[1]->id, "0190b8f4-0000-4000-8000-000000000009");
	assert_int_equal(again->protectors[1]->tpm.pcrs, ES_PCR_BIT(4));
	assert_non_null(strstr(text_of(&changed), "\"future\": 1"));
}

static void a_revision_of_zero_is_left_out(void **state)
{
	ES_SECRET key = sample_mac_key();
	ES_INFO info = sample_info(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));

	(void)state;
	for (uint64_t revision = 3; revision-- > 0;) {
		ES_BUF file = { NULL, 0 };
		ES_INFO again = NULL;

		info->revision = revision;
		assert_int_equal(es_info_write(info, key, &file), ES_OK);
		assert_int_equal(es_info_parse(es_buf_span(&file), &again, NULL), ES_OK);
		assert_int_equal(again->revision, revision);
		assert_int_equal(strstr(text_of(&file), "revision") != NULL, revision != 0);
		/* The next round starts from what was read. */
		es_info_free(info);
		info = es_take(again);
	}
}

static void an_unreadable_info_is_not_written(void **state)
{
	ES_SECRET key = sample_mac_key();
	struct es_buf file = { NULL, 0 };

	(void)state;
	for (int i = 0; i < 6; i++) {
		ES_INFO info = sample_info(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));

		switch (i) {
		case 0:
			strcpy(info->host, "me");
			break;
		case 1:
			info->archive_size = 0;
			break;
		case 2:
			info->generation = UINT64_MAX;
			break;
		case 3:
			info->protectors[0]->wrapped.len = 39;
			break;
		case 4:
			strcpy(info->protectors[0]->tpm.purpose, "a\nb");
			break;
		default:
			es_info_remove(info, 0);
		}
		assert_int_equal(es_info_write(info, key, &file), ES_ARGUMENT);
	}
	assert_null(file.data);
}

static void over_64_kib_is_too_large(void **state)
{
	ES_SECRET key = sample_mac_key();
	ES_INFO info = sample_info(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));
	struct es_buf file = { NULL, 0 };

	(void)state;
	for (int i = 2; i < ES_PROTECTORS_MAX; i++) {
		struct es_protector *p = NULL;

		assert_int_equal(es_info_add(info, ES_PROTECTOR_TPM, &p), ES_OK);
		snprintf(p->id, sizeof p->id, "0190b8f4-0000-4000-8000-0000000001%02x", (unsigned)i);
		assert_int_equal(es_buf_new(4096, &p->tpm.srk), ES_OK);
		assert_int_equal(es_buf_new(4096, &p->tpm.public_part), ES_OK);
		assert_int_equal(es_buf_new(40, &p->tpm.private_part), ES_OK);
		assert_int_equal(es_buf_new(40, &p->wrapped), ES_OK);
		p->tpm.pcrs = ES_PCR_BIT(4);
	}
	assert_int_equal(es_info_write(info, key, &file), ES_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_one_a_line_in_the_documented_order),
		cmocka_unit_test(a_kdf_protector_is_in_the_documented_order),
		cmocka_unit_test(base64_slashes_are_not_escaped),
		cmocka_unit_test(a_file_that_was_read_is_written_back_unchanged),
		cmocka_unit_test(unknown_fields_keep_their_place),
		cmocka_unit_test(changes_overwrite_what_was_read),
		cmocka_unit_test(a_revision_of_zero_is_left_out),
		cmocka_unit_test(an_unreadable_info_is_not_written),
		cmocka_unit_test(over_64_kib_is_too_large),
	};

	return cmocka_run_group_tests_name("info_write", tests, NULL, NULL);
}
