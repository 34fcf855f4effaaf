/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/wrap.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* RFC 3394 section 4.6: 256 bits of key data with a 256-bit KEK. */
#define KEK_HEX     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_HEX     "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f"
#define WRAPPED_HEX "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"

static void wraps_as_rfc3394_4_6(void **state)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_SECRET key = hex_secret(KEY_HEX);
	uint8_t wrapped[ES_WRAPPED_LEN];

	(void)state;
	assert_int_equal(es_key_wrap(kek, key, wrapped), ES_OK);
	assert_bytes_hex((struct es_span){ wrapped, sizeof wrapped }, WRAPPED_HEX);
}

static void unwraps_rfc3394_4_6(void **state)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_BUF wrapped = hex_buf(WRAPPED_HEX);
	ES_SECRET key = NULL;

	(void)state;
	assert_int_equal(es_key_unwrap(kek, es_buf_span(&wrapped), &key), ES_OK);
	assert_bytes_hex(secret_span(key), KEY_HEX);
}

static void openssl_unwraps_what_we_wrapped(void **state)
{
	ES_SECRET kek = hex_secret(KEY_HEX);
	ES_SECRET key = hex_secret(KEK_HEX);
	uint8_t wrapped[ES_WRAPPED_LEN];
	ES_BUF said = { NULL, 0 };

	assert_int_equal(es_key_wrap(kek, key, wrapped), ES_OK);
	oracle_write(state, "wrapped", (struct es_span){ wrapped, sizeof wrapped });
	assert_int_equal(oracle_shell(state, "openssl enc -d -id-aes256-wrap -K " KEY_HEX
					     " -iv a6a6a6a6a6a6a6a6 -in wrapped -out key"),
			 0);
	said = oracle_read(state, "key");
	assert_bytes_hex(es_buf_span(&said), KEK_HEX);
}

static void every_changed_bit_is_noticed(void **state)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_BUF wrapped = hex_buf(WRAPPED_HEX);
	struct es_secret *key = NULL;

	(void)state;
	for (size_t bit = 0; bit < 8 * wrapped.len; bit++) {
		wrapped.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(es_key_unwrap(kek, es_buf_span(&wrapped), &key), ES_BAD_TAG);
		assert_null(key);
		wrapped.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void another_key_does_not_unwrap(void **state)
{
	ES_SECRET other = hex_secret(KEY_HEX);
	ES_BUF wrapped = hex_buf(WRAPPED_HEX);
	struct es_secret *key = NULL;

	(void)state;
	assert_int_equal(es_key_unwrap(other, es_buf_span(&wrapped), &key), ES_BAD_TAG);
	assert_null(key);
}

static void any_other_length_is_a_format_error(void **state)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_BUF wrapped = hex_buf(WRAPPED_HEX WRAPPED_HEX);
	struct es_secret *key = NULL;

	(void)state;
	for (size_t len = 0; len <= wrapped.len; len++)
		if (len != ES_WRAPPED_LEN)
			assert_int_equal(es_key_unwrap(kek, (struct es_span){ wrapped.data, len }, &key), ES_FORMAT);
	assert_null(key);
}

static void keys_of_other_lengths_are_refused(void **state)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_SECRET half = hex_secret("000102030405060708090a0b0c0d0e0f");
	ES_BUF wrapped = hex_buf(WRAPPED_HEX);
	uint8_t out[ES_WRAPPED_LEN];
	struct es_secret *key = NULL;

	(void)state;
	assert_int_equal(es_key_wrap(half, kek, out), ES_ARGUMENT);
	assert_int_equal(es_key_wrap(kek, half, out), ES_ARGUMENT);
	assert_int_equal(es_key_unwrap(half, es_buf_span(&wrapped), &key), ES_ARGUMENT);
	assert_null(key);
}

static enum es_reason there_and_back(void *arg)
{
	uint8_t wrapped[ES_WRAPPED_LEN];
	ES_SECRET key = NULL;
	enum es_reason r = es_key_wrap(arg, arg, wrapped);

	return r != ES_OK ? r : es_key_unwrap(arg, (struct es_span){ wrapped, sizeof wrapped }, &key);
}

static void running_out_of_memory_is_reported(void **state)
{
	ES_SECRET key = hex_secret(KEY_HEX);

	(void)state;
	assert_survives_failing_allocations(there_and_back, key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wraps_as_rfc3394_4_6),
		cmocka_unit_test(unwraps_rfc3394_4_6),
		cmocka_unit_test_setup_teardown(openssl_unwraps_what_we_wrapped, oracle_folder_make,
						oracle_folder_remove),
		cmocka_unit_test(every_changed_bit_is_noticed),
		cmocka_unit_test(another_key_does_not_unwrap),
		cmocka_unit_test(any_other_length_is_a_format_error),
		cmocka_unit_test(keys_of_other_lengths_are_refused),
		cmocka_unit_test(running_out_of_memory_is_reported),
	};

	failing_allocator_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
