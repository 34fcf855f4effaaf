/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/aead.h"

#include "keys/crypto/gcm.h"
#include "keys/tests/lib/same_secret.h"
#include "keys/tests/lib/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define KEY_HEX   "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define PLAIN_HEX "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
static const char protector[] = "{6A1B0000-0000-4000-8000-000000000001}";

struct sealed {
	struct es_secret *key;
	struct es_buf blob;
};

static int seal_one(void **state)
{
	ES_SECRET plain = hex_secret(PLAIN_HEX);
	struct sealed *s = calloc(1, sizeof *s);

	s->key = hex_secret(KEY_HEX);
	*state = s;
	return es_aead_seal(s->key, plain, es_text_span(protector), &s->blob);
}

static int free_one(void **state)
{
	struct sealed *s = *state;

	es_secret_free(s->key);
	es_buf_free(&s->blob);
	free(s);
	return 0;
}

static void opens_what_it_sealed(void **state)
{
	struct sealed *s = *state;
	ES_SECRET plain = NULL;

	assert_int_equal(s->blob.len, ES_KEY_LEN + ES_AEAD_OVERHEAD);
	assert_int_equal(es_aead_open(s->key, es_buf_span(&s->blob), es_text_span(protector), &plain), ES_OK);
	assert_bytes_hex(secret_span(plain), PLAIN_HEX);
}

/* The layout that FORMAT.md promises, taken apart here: nonce, ciphertext, tag. */
static void a_sealed_blob_is_nonce_ciphertext_and_tag(void **state)
{
	struct sealed *s = *state;
	struct es_gcm gcm = { s->key, s->blob.data, es_text_span(protector) };
	ES_SECRET plain = NULL;

	assert_int_equal(es_gcm_decrypt(&gcm, (struct es_span){ s->blob.data + 12, 32 }, s->blob.data + 44, &plain),
			 ES_OK);
	assert_bytes_hex(secret_span(plain), PLAIN_HEX);
}

static void two_seals_differ_in_nonce_and_ciphertext(void **state)
{
	struct sealed *s = *state;
	ES_SECRET plain = hex_secret(PLAIN_HEX);
	ES_BUF again = { NULL, 0 };

	assert_int_equal(es_aead_seal(s->key, plain, es_text_span(protector), &again), ES_OK);
	assert_memory_not_equal(again.data, s->blob.data, 12);
	assert_memory_not_equal(again.data + 12, s->blob.data + 12, 32);
}

static void every_changed_bit_is_noticed(void **state)
{
	struct sealed *s = *state;
	struct es_secret *plain = NULL;

	for (size_t bit = 0; bit < 8 * s->blob.len; bit++) {
		s->blob.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(es_aead_open(s->key, es_buf_span(&s->blob), es_text_span(protector), &plain),
				 ES_BAD_TAG);
		assert_null(plain);
		s->blob.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void every_truncation_is_noticed(void **state)
{
	struct sealed *s = *state;
	struct es_secret *plain = NULL;

	for (size_t len = 0; len < s->blob.len; len++)
		assert_int_equal(
		    es_aead_open(s->key, (struct es_span){ s->blob.data, len }, es_text_span(protector), &plain),
		    len <= ES_AEAD_OVERHEAD ? ES_FORMAT : ES_BAD_TAG);
	assert_null(plain);
}

static void another_key_or_another_protector_does_not_open(void **state)
{
	struct sealed *s = *state;
	ES_SECRET other = hex_secret(PLAIN_HEX);
	struct es_secret *plain = NULL;

	assert_int_equal(es_aead_open(other, es_buf_span(&s->blob), es_text_span(protector), &plain), ES_BAD_TAG);
	assert_int_equal(es_aead_open(s->key, es_buf_span(&s->blob), es_text_span("{another}"), &plain), ES_BAD_TAG);
	assert_int_equal(es_aead_open(s->key, es_buf_span(&s->blob), (struct es_span){ NULL, 0 }, &plain), ES_BAD_TAG);
	assert_null(plain);
}

static void opens_without_additional_data(void **state)
{
	ES_SECRET plain = hex_secret("07");
	ES_SECRET got = NULL;
	ES_BUF blob = { NULL, 0 };
	struct sealed *s = *state;

	assert_int_equal(es_aead_seal(s->key, plain, (struct es_span){ NULL, 0 }, &blob), ES_OK);
	assert_int_equal(es_aead_open(s->key, es_buf_span(&blob), (struct es_span){ NULL, 0 }, &got), ES_OK);
	assert_true(same_secret(plain, got));
}

static enum es_reason there_and_back(void *arg)
{
	ES_BUF blob = { NULL, 0 };
	ES_SECRET plain = NULL;
	enum es_reason r = es_aead_seal(arg, arg, es_text_span(protector), &blob);

	return r != ES_OK ? r : es_aead_open(arg, es_buf_span(&blob), es_text_span(protector), &plain);
}

static void running_out_of_memory_is_reported(void **state)
{
	struct sealed *s = *state;

	assert_survives_failing_allocations(there_and_back, s->key);
}

#define WITH_SEALED(test) cmocka_unit_test_setup_teardown(test, seal_one, free_one)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SEALED(opens_what_it_sealed),
		WITH_SEALED(a_sealed_blob_is_nonce_ciphertext_and_tag),
		WITH_SEALED(two_seals_differ_in_nonce_and_ciphertext),
		WITH_SEALED(every_changed_bit_is_noticed),
		WITH_SEALED(every_truncation_is_noticed),
		WITH_SEALED(another_key_or_another_protector_does_not_open),
		WITH_SEALED(opens_without_additional_data),
		WITH_SEALED(running_out_of_memory_is_reported),
	};

	failing_allocator_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
