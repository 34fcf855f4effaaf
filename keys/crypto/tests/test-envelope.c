/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/envelope.h"

#include "keys/core/labels.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <cmocka.h>

#define KEK_HEX    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_ID_HEX "a1a2a3a4a5a6a7a8"
static const uint8_t key_id[8] = { 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8 };
static const char plain_text[] = "the configuration of a host";

/* Offsets of the fields of an envelope around plain_text: every length in it is below 128, except the outer two. */
enum {
	AT_TYPE = 5,
	AT_VERSION = 24,
	AT_SET = 25,
	SET_LEN = 74,
	AT_RECIPIENT_VERSION = 31,
	AT_KEY_ID = 36,
	AT_WRAP_OID = 48,
	AT_CONTENT = AT_SET + SET_LEN,
	AT_DATA_OID = AT_CONTENT + 4,
	AT_GCM_OID = AT_DATA_OID + 13,
	AT_NONCE_LEN = AT_GCM_OID + 12,
	AT_TAG_LEN = AT_NONCE_LEN + 15,
};

static struct es_buf seal_text(void)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	struct es_buf der = { NULL, 0 };

	assert_int_equal(es_envelope_seal(kek, key_id, es_text_span(plain_text), &der), ES_OK);
	return der;
}

static enum es_reason open_der(struct es_span der)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_SECRET plain = NULL;
	enum es_reason r = es_envelope_open(kek, key_id, der, &plain);

	assert_true((plain != NULL) == (r == ES_OK));
	return r;
}

static void opens_what_it_sealed_for_every_length_form(void **state)
{
	/* Around each size at which a length in the envelope takes one more byte. */
	static const struct {
		size_t from, to;
	} lengths[] = { { 1, 300 }, { 65300, 65560 }, { 1 << 20, (1 << 20) + 1 } };
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_BUF plain = { NULL, 0 };

	(void)state;
	assert_int_equal(es_buf_new((1 << 20) + 1, &plain), ES_OK);
	for (size_t i = 0; i < plain.len; i++)
		plain.data[i] = (uint8_t)(i * 31);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		for (size_t len = lengths[i].from; len <= lengths[i].to; len++) {
			ES_BUF der = { NULL, 0 };
			ES_SECRET got = NULL;

			assert_int_equal(es_envelope_seal(kek, key_id, (struct es_span){ plain.data, len }, &der),
					 ES_OK);
			assert_int_equal(es_envelope_open(kek, key_id, es_buf_span(&der), &got), ES_OK);
			assert_int_equal(es_secret_len(got), len);
			assert_memory_equal(es_secret_bytes(got), plain.data, len);
		}
	}
}

static void openssl_cms_opens_what_we_sealed(void **state)
{
	static const size_t lengths[] = { 1, 27, 127, 128, 255, 256, 65535, 65536, 3000000 };
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_BUF plain = { NULL, 0 };

	assert_int_equal(es_buf_new(3000000, &plain), ES_OK);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		ES_BUF der = { NULL, 0 }, said = { NULL, 0 };

		memset(plain.data, (int)i + 1, lengths[i]);
		assert_int_equal(es_envelope_seal(kek, key_id, (struct es_span){ plain.data, lengths[i] }, &der),
				 ES_OK);
		oracle_write(state, "config.cms", es_buf_span(&der));
		assert_int_equal(oracle_shell(state, "openssl cms -decrypt -inform DER -binary -secretkey " KEK_HEX
						     " -secretkeyid " KEY_ID_HEX " -in config.cms -out plain"),
				 0);
		said = oracle_read(state, "plain");
		assert_int_equal(said.len, lengths[i]);
		assert_memory_equal(said.data, plain.data, said.len);
	}
}

static void openssl_seals(void **state, const char *cipher, const char *options)
{
	oracle_write(state, "plain", es_text_span(plain_text));
	assert_int_equal(
	    oracle_shell(state, "openssl cms -encrypt %s -binary -in plain -outform DER -out cms %s", cipher, options),
	    0);
}

#define TO_KEK "-secretkey " KEK_HEX " -secretkeyid " KEY_ID_HEX

static void opens_what_openssl_cms_sealed(void **state)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_SECRET plain = NULL;
	ES_BUF der = { NULL, 0 };

	openssl_seals(state, "-aes-256-gcm", TO_KEK);
	der = oracle_read(state, "cms");
	assert_int_equal(es_envelope_open(kek, key_id, es_buf_span(&der), &plain), ES_OK);
	assert_int_equal(es_secret_len(plain), strlen(plain_text));
	assert_memory_equal(es_secret_bytes(plain), plain_text, strlen(plain_text));
}

/* Apart from key, nonce, ciphertext and tag, both write the same bytes. */
static void writes_the_form_that_openssl_cms_writes(void **state)
{
	ES_BUF ours = seal_text(), theirs = { NULL, 0 };

	openssl_seals(state, "-aes-256-gcm", TO_KEK);
	theirs = oracle_read(state, "cms");
	assert_int_equal(ours.len, theirs.len);
	assert_memory_equal(ours.data, theirs.data, AT_KEY_ID + 8 + 15);
	assert_memory_equal(ours.data + AT_CONTENT, theirs.data + AT_CONTENT, AT_NONCE_LEN + 1 - AT_CONTENT);
	assert_memory_equal(ours.data + AT_NONCE_LEN + 13, theirs.data + AT_NONCE_LEN + 13, 5);
}

static void cms_of_another_kind_or_algorithm_is_a_version_error(void **state)
{
	static const struct {
		const char *cipher, *options;
	} others[] = {
		{ "-aes-256-cbc", TO_KEK }, /* EnvelopedData */
		{ "-aes-128-gcm", TO_KEK },
		{ "-aes-256-gcm", "cert.pem" },         /* a KeyTransRecipientInfo */
		{ "-aes-256-gcm", TO_KEK " cert.pem" }, /* both that and ours */
		{ "-aes-256-gcm",
		  "-secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid " KEY_ID_HEX }, /* AES-128 wrap */
	};

	assert_int_equal(oracle_shell(state, "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -subj /CN=test "
					     "-out cert.pem"),
			 0);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		ES_BUF der = { NULL, 0 };

		openssl_seals(state, others[i].cipher, others[i].options);
		der = oracle_read(state, "cms");
		assert_int_equal(open_der(es_buf_span(&der)), ES_VERSION);
	}
}

static void signed_or_digested_cms_is_a_version_error(void **state)
{
	ES_BUF der = { NULL, 0 };

	oracle_write(state, "plain", es_text_span(plain_text));
	assert_int_equal(oracle_shell(state, "openssl cms -digest_create -nodetach -in plain -outform DER -out cms"),
			 0);
	der = oracle_read(state, "cms");
	assert_int_equal(open_der(es_buf_span(&der)), ES_VERSION);
}

static void another_key_does_not_open(void **state)
{
	ES_SECRET other = hex_secret("ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	ES_BUF der = seal_text();
	struct es_secret *plain = NULL;

	(void)state;
	assert_int_equal(es_envelope_open(other, key_id, es_buf_span(&der), &plain), ES_BAD_TAG);
	assert_null(plain);
}

static void two_seals_share_no_content_key_nonce_or_ciphertext(void **state)
{
	ES_BUF a = seal_text(), b = seal_text();

	(void)state;
	assert_memory_not_equal(a.data + AT_KEY_ID + 8 + 15, b.data + AT_KEY_ID + 8 + 15, 40);
	assert_memory_not_equal(a.data + AT_NONCE_LEN + 1, b.data + AT_NONCE_LEN + 1, 12);
	assert_memory_not_equal(a.data + AT_TAG_LEN + 3, b.data + AT_TAG_LEN + 3, strlen(plain_text));
}

static void oversize_and_empty_data_are_refused_on_both_sides(void **state)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	static const uint8_t byte;
	struct es_buf der = { NULL, 0 };
	struct es_span over = { &byte, (size_t)ES_ARCHIVE_MAX + 1 }, nearly = { &byte, ES_ARCHIVE_MAX - 100 };

	(void)state;
	assert_int_equal(es_envelope_seal(kek, key_id, (struct es_span){ NULL, 0 }, &der), ES_ARGUMENT);
	assert_int_equal(es_envelope_seal(kek, key_id, over, &der), ES_TOO_LARGE);
	assert_int_equal(es_envelope_seal(kek, key_id, nearly, &der), ES_TOO_LARGE);
	assert_null(der.data);
	assert_int_equal(open_der(over), ES_TOO_LARGE);
	assert_int_equal(open_der((struct es_span){ NULL, 0 }), ES_FORMAT);
}

static enum es_reason there_and_back(void *arg)
{
	ES_BUF der = { NULL, 0 };
	ES_SECRET plain = NULL;
	enum es_reason r = es_envelope_seal(arg, key_id, es_text_span(plain_text), &der);

	return r != ES_OK ? r : es_envelope_open(arg, key_id, es_buf_span(&der), &plain);
}

static void running_out_of_memory_is_reported(void **state)
{
	ES_SECRET kek = hex_secret(KEK_HEX);

	(void)state;
	assert_survives_failing_allocations(there_and_back, kek);
}

static void plaintext_that_fits_nowhere_is_reported(void **state)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_BUF plain = { NULL, 0 }, der = { NULL, 0 };
	struct rlimit before, tight;
	struct es_secret *got = NULL;
	enum es_reason r;

	(void)state;
	assert_int_equal(es_buf_new(32 << 20, &plain), ES_OK);
	assert_int_equal(es_envelope_seal(kek, key_id, es_buf_span(&plain), &der), ES_OK);
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	tight = before;
	tight.rlim_cur = 1 << 20;
	assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
	r = es_envelope_open(kek, key_id, es_buf_span(&der), &got);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	assert_int_equal(r, ES_MEMORY);
	assert_null(got);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, oracle_folder_make, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_what_it_sealed_for_every_length_form),
		WITH_FOLDER(openssl_cms_opens_what_we_sealed),
		WITH_FOLDER(opens_what_openssl_cms_sealed),
		WITH_FOLDER(writes_the_form_that_openssl_cms_writes),
		WITH_FOLDER(cms_of_another_kind_or_algorithm_is_a_version_error),
		WITH_FOLDER(signed_or_digested_cms_is_a_version_error),
		cmocka_unit_test(another_key_does_not_open),
		cmocka_unit_test(two_seals_share_no_content_key_nonce_or_ciphertext),
		cmocka_unit_test(oversize_and_empty_data_are_refused_on_both_sides),
		cmocka_unit_test(running_out_of_memory_is_reported),
		cmocka_unit_test(plaintext_that_fits_nowhere_is_reported),
	};

	failing_allocator_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
