/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/info_mac.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/sample_info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct es_buf file_of_seven(void)
{
	return sample_info_file(ES_MODE_TPM, 7, es_text_span("archive"), es_text_span("log"));
}

static void a_file_that_we_wrote_verifies(void **state)
{
	ES_SECRET key = sample_mac_key();
	ES_BUF file = file_of_seven();

	(void)state;
	assert_int_equal(es_info_verify(es_buf_span(&file), key), ES_OK);
}

static void openssl_computes_the_same_mac_over_all_but_the_last_line(void **state)
{
	ES_BUF file = file_of_seven();

	oracle_write(state, "encryption.info", es_buf_span(&file));
	assert_int_equal(oracle_shell(state, "test \"mac $(head -n -1 encryption.info | openssl dgst -sha256 -mac HMAC "
					     "-macopt hexkey:" SAMPLE_MAC_KEY_HEX
					     " | sed 's/.* //')\" = \"$(tail -n 1 encryption.info)\""),
			 0);
}

static void every_changed_bit_is_tampering(void **state)
{
	ES_SECRET key = sample_mac_key();
	ES_BUF file = file_of_seven();

	(void)state;
	for (size_t i = 0; i < 8 * file.len; i++) {
		file.data[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(es_info_verify(es_buf_span(&file), key), ES_TAMPERED_INFO);
		file.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

static void every_truncated_file_is_tampering(void **state)
{
	ES_SECRET key = sample_mac_key();
	ES_BUF file = file_of_seven();

	(void)state;
	for (size_t len = 0; len < file.len; len++)
		assert_int_equal(es_info_verify((struct es_span){ file.data, len }, key), ES_TAMPERED_INFO);
}

static void another_key_is_tampering(void **state)
{
	ES_SECRET key = sample_mac_key();
	ES_BUF file = file_of_seven();

	(void)state;
	es_secret_data(key)[31] ^= 1;
	assert_int_equal(es_info_verify(es_buf_span(&file), key), ES_TAMPERED_INFO);
}

#define ZEROS_63 "000000000000000000000000000000000000000000000000000000000000000"
#define MAC      "mac 0" ZEROS_63 "\n"

static void refused(const void *bytes, size_t len, enum es_reason reason, const char *detail)
{
	char said[ES_DETAIL_TEXT] = "";
	struct es_span json;
	struct es_digest mac;

	assert_int_equal(es_info_split((struct es_span){ bytes, len }, &json, &mac, said), reason);
	assert_string_equal(said, detail);
}

static void refused_text(const char *text, const char *detail)
{
	refused(text, strlen(text), ES_FORMAT, detail);
}

static void each_malformed_file_is_named(void **state)
{
	(void)state;
	refused_text("", "empty");
	refused_text("{}\n", "has no mac line");
	refused_text("{}\n" MAC "x", "cut short: no newline at its end");
	refused("{\0}\n" MAC, 4 + sizeof MAC - 1, ES_FORMAT, "contains a NUL byte");
	refused_text("{}\r\n" MAC, "contains a carriage return");
	refused_text("{}\n" MAC MAC, "has more than one mac line");
	refused_text(MAC "{}\n" MAC, "has more than one mac line");
	refused_text(MAC, "mac line: not 64 lower-case hex digits, or nothing before it");
	refused_text("{}\nmac 00\n", "mac line: not 64 lower-case hex digits, or nothing before it");
	refused_text(MAC "{}\n", "mac line: not the last one, or not 64 lower-case hex digits");
	refused_text("{}\nmac 00" ZEROS_63 "\n", "mac line: not the last one, or not 64 lower-case hex digits");
	refused_text("{}\nmac A" ZEROS_63 "\n", "mac line: not 64 lower-case hex digits");
	refused_text("{}\nmac g" ZEROS_63 "\n", "mac line: not 64 lower-case hex digits");
	refused_text("{}" MAC, "has no mac line");
}

static void over_64_kib_is_too_large_and_64_kib_is_not(void **state)
{
	ES_BUF b = { NULL, 0 };
	char said[ES_DETAIL_TEXT] = "";
	struct es_span json;
	struct es_digest mac;

	(void)state;
	assert_int_equal(es_buf_new(ES_INFO_MAX + 1, &b), ES_OK);
	memset(b.data, ' ', b.len);
	refused(b.data, b.len, ES_TOO_LARGE, "over 64 KiB");
	memcpy(b.data + ES_INFO_MAX - ES_MAC_LINE_LEN - 1, "\n" MAC, ES_MAC_LINE_LEN + 1);
	assert_int_equal(es_info_split((struct es_span){ b.data, ES_INFO_MAX }, &json, &mac, said), ES_OK);
	assert_int_equal(json.len, ES_INFO_MAX - ES_MAC_LINE_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_we_wrote_verifies),
		cmocka_unit_test_setup_teardown(openssl_computes_the_same_mac_over_all_but_the_last_line,
						oracle_folder_make, oracle_folder_remove),
		cmocka_unit_test(every_changed_bit_is_tampering),
		cmocka_unit_test(every_truncated_file_is_tampering),
		cmocka_unit_test(another_key_is_tampering),
		cmocka_unit_test(each_malformed_file_is_named),
		cmocka_unit_test(over_64_kib_is_too_large_and_64_kib_is_not),
	};

	return cmocka_run_group_tests_name("info_mac", tests, NULL, NULL);
}
