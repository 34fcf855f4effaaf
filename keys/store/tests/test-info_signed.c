/* SPDX-License-Identifier: Apache-2.0 */
/* A vendor's key in encryption.info: written and read back, and one bad input for each defect. */
#include "keys/tests/lib/sample_info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define KEY "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"

#define SIGNED "{\"pcrs\": [11], \"public_key\": \"x\", \"checked\": "
#define HEX    "0123456789abcdef"
#define POLICY "\"policy\": \"" HEX HEX HEX HEX "\", "
#define LONG   HEX HEX HEX HEX HEX HEX HEX HEX HEX HEX HEX /* 132 bytes as base64 */

static struct es_info *read_info(struct es_span bytes)
{
	struct es_info *info = NULL;
	char detail[ES_DETAIL_TEXT];

	if (es_info_parse(bytes, &info, detail) != ES_OK)
		fail_msg("%s", detail);
	return info;
}

static void a_written_signed_field_is_read_back(void **state)
{
	const struct es_span some = es_text_span("some");
	const bool has_counter[] = { false, true };
	ES_SECRET mac_key = sample_mac_key();

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		ES_INFO info = sample_info(ES_MODE_TPM, 3, some, some);
		ES_INFO again = NULL;
		ES_BUF file = { NULL, 0 };
		struct es_protector *p = es_info_find(info, ES_PROTECTOR_TPM);

		p->tpm.is_signed = true;
		p->tpm.vendor.pcrs = ES_PCR_BIT(11);
		p->tpm.vendor.has_counter = has_counter[i];
		if (i == 1) {
			p->tpm.vendor.checked.policy.bytes[31] = 7;
			p->tpm.vendor.checked.generation = 12;
			assert_int_equal(es_buf_copy(es_text_span("a ticket"), &p->tpm.vendor.checked.ticket), ES_OK);
		}
		assert_int_equal(es_buf_copy(es_text_span(KEY), &p->tpm.vendor.public_key), ES_OK);
		assert_int_equal(es_info_write(info, mac_key, &file), ES_OK);
		again = read_info(es_buf_span(&file));
		p = es_info_find(again, ES_PROTECTOR_TPM);
		assert_true(p->tpm.is_signed);
		assert_int_equal(p->tpm.vendor.pcrs, ES_PCR_BIT(11));
		assert_int_equal(p->tpm.vendor.has_counter, has_counter[i]);
		assert_int_equal(p->tpm.vendor.public_key.len, strlen(KEY));
		assert_memory_equal(p->tpm.vendor.public_key.data, KEY, strlen(KEY));
		assert_int_equal(p->tpm.vendor.checked.ticket.len, i == 1 ? 8 : 0);
		assert_int_equal(p->tpm.vendor.checked.policy.bytes[31], i == 1 ? 7 : 0);
		assert_int_equal(p->tpm.vendor.checked.generation, i == 1 ? 12 : 0);
	}
}

/* A vendor's key as another system wrote it. */
static void a_key_is_written_with_our_line_ends(void **state)
{
	static const char theirs[] = "-----BEGIN PUBLIC KEY-----\r\nMIIB\t\r\n-----END PUBLIC KEY-----\r\n";
	const struct es_span some = es_text_span("some");
	ES_SECRET mac_key = sample_mac_key();
	ES_INFO info = sample_info(ES_MODE_TPM, 3, some, some);
	ES_INFO again = NULL;
	ES_BUF file = { NULL, 0 };
	struct es_protector *p = es_info_find(info, ES_PROTECTOR_TPM);

	(void)state;
	p->tpm.is_signed = true;
	p->tpm.vendor.pcrs = ES_PCR_BIT(11);
	assert_int_equal(es_buf_copy(es_text_span(theirs), &p->tpm.vendor.public_key), ES_OK);
	assert_int_equal(es_info_write(info, mac_key, &file), ES_OK);
	again = read_info(es_buf_span(&file));
	p = es_info_find(again, ES_PROTECTOR_TPM);
	assert_int_equal(p->tpm.vendor.public_key.len, strlen(KEY));
	assert_memory_equal(p->tpm.vendor.public_key.data, KEY, strlen(KEY));
}

static void an_unreadable_signed_field_is_not_written(void **state)
{
	const struct es_span some = es_text_span("some");
	ES_SECRET mac_key = sample_mac_key();
	ES_INFO info = sample_info(ES_MODE_TPM, 3, some, some);
	ES_BUF file = { NULL, 0 };
	struct es_protector *p = es_info_find(info, ES_PROTECTOR_TPM);

	(void)state;
	p->tpm.is_signed = true;
	p->tpm.vendor.pcrs = ES_PCR_BIT(11);
	assert_int_equal(es_info_write(info, mac_key, &file), ES_ARGUMENT); /* no key */
	assert_int_equal(es_buf_copy(es_text_span(KEY), &p->tpm.vendor.public_key), ES_OK);
	p->tpm.vendor.pcrs = ES_PCR_BIT(11) | ES_PCR_BIT(4);
	assert_int_equal(es_info_write(info, mac_key, &file), ES_ARGUMENT);
}

static void each_defect_is_refused_and_named(void **state)
{
	static const struct {
		const char *signature, *named;
		enum es_reason reason;
	} cases[] = {
		{ "true", "protectors[0].signed", ES_FORMAT },
		{ "{}", "protectors[0].signed.pcrs", ES_FORMAT },
		{ "{\"pcrs\": [11]}", "protectors[0].signed.public_key", ES_FORMAT },
		{ "{\"public_key\": \"x\"}", "signed.pcrs", ES_FORMAT },
		{ "{\"pcrs\": [11], \"public_key\": \"\"}", "public_key", ES_FORMAT },
		{ "{\"pcrs\": [11], \"public_key\": 7}", "public_key", ES_FORMAT },
		{ "{\"pcrs\": [11], \"public_key\": \"a\\u0007\"}", "public_key", ES_FORMAT },
		{ "{\"pcrs\": [], \"public_key\": \"x\"}", "pcrs", ES_VERSION },
		{ "{\"pcrs\": [4], \"public_key\": \"x\"}", "pcrs", ES_VERSION },
		{ "{\"pcrs\": [11, 12], \"public_key\": \"x\"}", "pcrs", ES_VERSION },
		{ "{\"pcrs\": [\"11\"], \"public_key\": \"x\"}", "pcrs", ES_VERSION },
		{ "{\"pcrs\": [11], \"public_key\": \"x\", \"generation_index\": 3}", "generation_index", ES_FORMAT },
		{ "{\"pcrs\": [11], \"public_key\": \"x\", \"generation_index\": \"0x81000001\"}", "generation_index",
		  ES_FORMAT },
		{ "{\"pcrs\": [11], \"public_key\": \"x\", \"generation_index\": \"0x0180e5ea\"}", "generation_index",
		  ES_FORMAT },
		{ SIGNED "3}", "signed.checked", ES_FORMAT },
		{ SIGNED "{\"ticket\": \"AAAA\", \"generation\": 1}}", "signed.checked.policy", ES_FORMAT },
		{ SIGNED "{\"policy\": \"00\", \"ticket\": \"AAAA\", \"generation\": 1}}", "checked.policy",
		  ES_FORMAT },
		{ SIGNED "{" POLICY "\"ticket\": \"\", \"generation\": 1}}", "checked.ticket", ES_FORMAT },
		{ SIGNED "{" POLICY "\"ticket\": \"" LONG "\", \"generation\": 1}}", "checked.ticket", ES_TOO_LARGE },
		{ SIGNED "{" POLICY "\"ticket\": \"AAAA\", \"generation\": -1}}", "checked.generation", ES_FORMAT },
		{ SIGNED "{" POLICY "\"ticket\": \"AAAA\"}}", "checked.generation", ES_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char detail[ES_DETAIL_TEXT], to[512];
		ES_BUF file = { NULL, 0 };
		ES_INFO info = NULL;
		enum es_reason r;

		snprintf(to, sizeof to, "\"signed\": %s, \"public\":", cases[i].signature);
		file = sample_info_edited(ES_MODE_TPM, "\"public\":", to);
		r = es_info_parse(es_buf_span(&file), &info, detail);
		if (r != cases[i].reason || strstr(detail, cases[i].named) == NULL)
			fail_msg("%s: %d, %s", cases[i].signature, r, detail);
	}
}

static void a_key_over_the_cap_is_refused(void **state)
{
	char *to = malloc(5000), detail[ES_DETAIL_TEXT];
	size_t n = (size_t)sprintf(to, "\"signed\": {\"pcrs\": [11], \"public_key\": \"");
	ES_BUF file = { NULL, 0 };
	ES_INFO info = NULL;

	(void)state;
	memset(to + n, 'x', 4097);
	strcpy(to + n + 4097, "\"}, \"public\":");
	file = sample_info_edited(ES_MODE_TPM, "\"public\":", to);
	assert_int_equal(es_info_parse(es_buf_span(&file), &info, detail), ES_TOO_LARGE);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_written_signed_field_is_read_back),
		cmocka_unit_test(a_key_is_written_with_our_line_ends),
		cmocka_unit_test(an_unreadable_signed_field_is_not_written),
		cmocka_unit_test(each_defect_is_refused_and_named),
		cmocka_unit_test(a_key_over_the_cap_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
