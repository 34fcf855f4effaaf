/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/base64.h"

#include "keys/tests/lib/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* RFC 4648 section 10. */
static const struct {
	const char *plain, *text;
} rfc4648[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

static void encodes_as_rfc4648_section_10(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rfc4648 / sizeof rfc4648[0]; i++) {
		char *text = NULL;

		assert_int_equal(es_base64_encode(es_text_span(rfc4648[i].plain), &text), ES_OK);
		assert_string_equal(text, rfc4648[i].text);
		free(text);
	}
}

static void decodes_as_rfc4648_section_10(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rfc4648 / sizeof rfc4648[0]; i++) {
		ES_BUF b = { NULL, 0 };

		assert_int_equal(es_base64_decode(rfc4648[i].text, 6, &b), ES_OK);
		assert_int_equal(b.len, strlen(rfc4648[i].plain));
		assert_memory_equal(b.data, rfc4648[i].plain, b.len);
	}
}

/* All 64 digits, and every length up to a line's: we write what coreutils writes, and read it back. */
static void agrees_with_coreutils(void **state)
{
	uint8_t bytes[100];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 167 + 13);
	for (size_t len = 0; len <= sizeof bytes; len++) {
		struct es_span part = { bytes, len };
		ES_BUF said = { NULL, 0 }, back = { NULL, 0 };
		char *text = NULL;

		oracle_write(state, "bytes", part);
		assert_int_equal(oracle_shell(state, "base64 -w0 bytes >text"), 0);
		said = oracle_read(state, "text");
		assert_int_equal(es_base64_encode(part, &text), ES_OK);
		assert_int_equal(strlen(text), said.len);
		assert_memory_equal(text, said.data, said.len);
		assert_int_equal(es_base64_decode(text, len, &back), ES_OK);
		assert_int_equal(back.len, len);
		assert_memory_equal(back.data, bytes, len);
		free(text);
	}
}

static void assert_refused(const char *text)
{
	struct es_buf b = { NULL, 0 };

	assert_int_equal(es_base64_decode(text, 64, &b), ES_FORMAT);
	assert_null(b.data);
}

static void lengths_not_divisible_by_four_are_refused(void **state)
{
	(void)state;
	assert_refused("Z");
	assert_refused("Zg");
	assert_refused("Zg=");
	assert_refused("Zm9vY");
}

static void wrong_padding_is_refused(void **state)
{
	(void)state;
	assert_refused("====");
	assert_refused("Z===");
	assert_refused("Zg==Zg==");
	assert_refused("Zm8=Zm9v");
	assert_refused("Zg=g");
	assert_refused("Zm9v====");
}

static void stray_bits_after_the_last_byte_are_refused(void **state)
{
	(void)state;
	assert_refused("Zh==");
	assert_refused("Zm9=");
}

static void anything_but_the_64_digits_is_refused(void **state)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	(void)state;
	for (int c = 1; c < 256; c++) {
		char text[] = { 'Z', 'm', (char)c, 'v', '\0' };
		struct es_buf b = { NULL, 0 };
		enum es_reason r = es_base64_decode(text, 3, &b);

		assert_int_equal(r, strchr(good, (char)c) != NULL ? ES_OK : ES_FORMAT);
		es_buf_free(&b);
	}
	assert_refused("Zm9v\nZg==");
	assert_refused(" Zm9vZg=");
	assert_refused("Zm9-");
	assert_refused("Zm9_");
}

static void more_than_the_cap_is_too_large(void **state)
{
	struct es_buf b = { NULL, 0 };

	(void)state;
	assert_int_equal(es_base64_decode("Zm9vYmFy", 5, &b), ES_TOO_LARGE);
	assert_int_equal(es_base64_decode("Zg==", 0, &b), ES_TOO_LARGE);
	assert_null(b.data);
	assert_int_equal(es_base64_decode("Zm9vYmE=", 5, &b), ES_OK);
	es_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_as_rfc4648_section_10),
		cmocka_unit_test(decodes_as_rfc4648_section_10),
		cmocka_unit_test_setup_teardown(agrees_with_coreutils, oracle_folder_make, oracle_folder_remove),
		cmocka_unit_test(lengths_not_divisible_by_four_are_refused),
		cmocka_unit_test(wrong_padding_is_refused),
		cmocka_unit_test(stray_bits_after_the_last_byte_are_refused),
		cmocka_unit_test(anything_but_the_64_digits_is_refused),
		cmocka_unit_test(more_than_the_cap_is_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
