/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/gcm.h"

#include "keys/tests/lib/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct gcm_vector {
	const char *name, *key, *nonce, *aad, *plain, *cipher, *tag;
};

#define KEY_15 "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define TEXT_15                                                                                                        \
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"             \
	"b16aedf5aa0de657ba637b39"
#define CODE_15                                                                                                        \
	"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"             \
	"c5f61e6393ba7a0abcc9f662"

/* McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B: the AES-256 test cases with 96-bit nonces. */
static const struct gcm_vector cases[] = {
	{ "test case 13", "0000000000000000000000000000000000000000000000000000000000000000",
	  "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
	{ "test case 14", "0000000000000000000000000000000000000000000000000000000000000000",
	  "000000000000000000000000", "", "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18",
	  "d0d1c8a799996bf0265b98b5d48ab919" },
	{ "test case 15", KEY_15, "cafebabefacedbaddecaf888", "", TEXT_15 "1aafd255", CODE_15 "898015ad",
	  "b094dac5d93471bdec1a502270e3cc6c" },
	{ "test case 16", KEY_15, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2", TEXT_15,
	  CODE_15, "76fc6ece0f4e1768cddf8853bb2d551b" },
};

static void encrypts_as_published(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ES_SECRET key = hex_secret(cases[i].key);
		ES_BUF nonce = hex_buf(cases[i].nonce), aad = hex_buf(cases[i].aad), plain = hex_buf(cases[i].plain);
		struct es_gcm gcm = { key, nonce.data, es_buf_span(&aad) };
		uint8_t cipher[64], tag[ES_GCM_TAG_LEN];

		assert_int_equal(es_gcm_encrypt(&gcm, es_buf_span(&plain), cipher, tag), ES_OK);
		assert_bytes_hex((struct es_span){ cipher, plain.len }, cases[i].cipher);
		assert_bytes_hex((struct es_span){ tag, sizeof tag }, cases[i].tag);
	}
}

static void decrypts_as_published(void **state)
{
	(void)state;
	for (size_t i = 1; i < sizeof cases / sizeof cases[0]; i++) {
		ES_SECRET key = hex_secret(cases[i].key);
		ES_BUF nonce = hex_buf(cases[i].nonce), aad = hex_buf(cases[i].aad), tag = hex_buf(cases[i].tag);
		ES_BUF cipher = hex_buf(cases[i].cipher);
		struct es_gcm gcm = { key, nonce.data, es_buf_span(&aad) };
		ES_SECRET plain = NULL;

		assert_int_equal(es_gcm_decrypt(&gcm, es_buf_span(&cipher), tag.data, &plain), ES_OK);
		assert_bytes_hex(secret_span(plain), cases[i].plain);
	}
}

/* Flips every bit of one input of test case 16, one at a time. */
static void assert_each_flip_noticed(const struct es_gcm *gcm, struct es_span cipher, const uint8_t *tag,
				     uint8_t *bytes, size_t len)
{
	for (size_t bit = 0; bit < 8 * len; bit++) {
		struct es_secret *plain = NULL;

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(es_gcm_decrypt(gcm, cipher, tag, &plain), ES_BAD_TAG);
		assert_null(plain);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void a_changed_bit_of_any_input_is_noticed(void **state)
{
	const struct gcm_vector *v = &cases[3];
	ES_SECRET key = hex_secret(v->key);
	ES_BUF nonce = hex_buf(v->nonce), aad = hex_buf(v->aad), tag = hex_buf(v->tag), cipher = hex_buf(v->cipher);
	struct es_gcm gcm = { key, nonce.data, es_buf_span(&aad) };

	(void)state;
	assert_each_flip_noticed(&gcm, es_buf_span(&cipher), tag.data, cipher.data, cipher.len);
	assert_each_flip_noticed(&gcm, es_buf_span(&cipher), tag.data, tag.data, tag.len);
	assert_each_flip_noticed(&gcm, es_buf_span(&cipher), tag.data, aad.data, aad.len);
	assert_each_flip_noticed(&gcm, es_buf_span(&cipher), tag.data, nonce.data, nonce.len);
	assert_each_flip_noticed(&gcm, es_buf_span(&cipher), tag.data, es_secret_data(key), ES_KEY_LEN);
}

static void inputs_out_of_range_are_refused(void **state)
{
	ES_SECRET key = hex_secret(KEY_15);
	ES_SECRET half = hex_secret("00112233445566778899aabbccddeeff");
	static const uint8_t zeros[ES_GCM_TAG_LEN];
	struct es_gcm gcm = { key, zeros, { NULL, 0 } }, halved = { half, zeros, { NULL, 0 } };
	struct es_gcm long_aad = { key, zeros, { zeros, (size_t)ES_GCM_INPUT_MAX + 1 } };
	struct es_span too_long = { zeros, (size_t)ES_GCM_INPUT_MAX + 1 };
	uint8_t out[ES_GCM_TAG_LEN], tag[ES_GCM_TAG_LEN];
	struct es_secret *plain = NULL;

	(void)state;
	assert_int_equal(es_gcm_encrypt(&halved, (struct es_span){ zeros, 1 }, out, tag), ES_ARGUMENT);
	assert_int_equal(es_gcm_encrypt(&gcm, too_long, out, tag), ES_TOO_LARGE);
	assert_int_equal(es_gcm_encrypt(&long_aad, (struct es_span){ zeros, 1 }, out, tag), ES_TOO_LARGE);
	assert_int_equal(es_gcm_decrypt(&halved, (struct es_span){ zeros, 1 }, zeros, &plain), ES_ARGUMENT);
	assert_int_equal(es_gcm_decrypt(&gcm, too_long, zeros, &plain), ES_TOO_LARGE);
	assert_int_equal(es_gcm_decrypt(&gcm, (struct es_span){ NULL, 0 }, zeros, &plain), ES_FORMAT);
	assert_null(plain);
}

static enum es_reason there_and_back(void *arg)
{
	static const uint8_t nonce[ES_GCM_NONCE_LEN] = { 1 };
	struct es_gcm gcm = { arg, nonce, { nonce, 3 } };
	uint8_t cipher[5], tag[ES_GCM_TAG_LEN];
	ES_SECRET plain = NULL;
	enum es_reason r = es_gcm_encrypt(&gcm, es_text_span("plain"), cipher, tag);

	return r != ES_OK ? r : es_gcm_decrypt(&gcm, (struct es_span){ cipher, sizeof cipher }, tag, &plain);
}

static void running_out_of_memory_is_reported(void **state)
{
	ES_SECRET key = hex_secret(KEY_15);

	(void)state;
	assert_survives_failing_allocations(there_and_back, key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encrypts_as_published),
		cmocka_unit_test(decrypts_as_published),
		cmocka_unit_test(a_changed_bit_of_any_input_is_noticed),
		cmocka_unit_test(inputs_out_of_range_are_refused),
		cmocka_unit_test(running_out_of_memory_is_reported),
	};

	failing_allocator_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
