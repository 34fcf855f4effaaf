/* SPDX-License-Identifier: Apache-2.0 */
/* Checked against the openssl command, with one bad key or signature for each defect. RFC 8017 has no test vectors. */
#include "keys/crypto/sign.h"

#include "keys/core/hex.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MESSAGE "a policy's digest"

static struct es_secret *secret_file(void **state, const char *name)
{
	ES_BUF b = oracle_read(state, name);
	struct es_secret *s = NULL;

	assert_int_equal(es_secret_new(b.len, &s), ES_OK);
	memcpy(es_secret_data(s), b.data, b.len);
	return s;
}

static void make_key(void **state, int bits)
{
	assert_int_equal(oracle_shell(state,
				      "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:%d -out key.pem && "
				      "openssl pkey -in key.pem -pubout -out pub.pem",
				      bits),
			 0);
}

static void openssl_verifies_our_signature(void **state)
{
	const int bits[] = { 2048, 3072, 4096 };

	for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
		ES_BUF signature = { NULL, 0 };
		ES_SECRET key = NULL;

		make_key(state, bits[i]);
		key = secret_file(state, "key.pem");
		assert_int_equal(es_rsa_sign(key, es_text_span(MESSAGE), &signature), ES_OK);
		assert_int_equal(signature.len, (size_t)bits[i] / 8);
		oracle_write(state, "sig", es_buf_span(&signature));
		oracle_write(state, "message", es_text_span(MESSAGE));
		assert_int_equal(
		    oracle_shell(state, "openssl dgst -sha256 -verify pub.pem -signature sig message >out"), 0);
		assert_int_equal(
		    oracle_shell(state, "! openssl dgst -sha256 -verify pub.pem -signature sig pub.pem >out"), 0);
	}
}

static void only_the_signature_that_openssl_made_verifies(void **state)
{
	ES_BUF signature = { NULL, 0 };
	ES_BUF public = { NULL, 0 };
	ES_BUF other = { NULL, 0 };
	struct es_span message = es_text_span(MESSAGE), s;

	make_key(state, 2048);
	other = oracle_read(state, "pub.pem");
	make_key(state, 2048);
	oracle_write(state, "message", message);
	assert_int_equal(oracle_shell(state, "openssl dgst -sha256 -sign key.pem -out sig message"), 0);
	public = oracle_read(state, "pub.pem");
	signature = oracle_read(state, "sig");
	s = es_buf_span(&signature);
	assert_int_equal(es_rsa_verify(es_buf_span(&public), message, s), ES_OK);
	assert_int_equal(es_rsa_verify(es_buf_span(&other), message, s), ES_BAD_TAG);
	assert_int_equal(es_rsa_verify(es_buf_span(&public), es_text_span("another"), s), ES_BAD_TAG);
	assert_int_equal(es_rsa_verify(es_buf_span(&public), message, (struct es_span){ s.data, s.len - 1 }),
			 ES_BAD_TAG);
	assert_int_equal(es_rsa_verify(es_buf_span(&public), message, (struct es_span){ s.data, 0 }), ES_BAD_TAG);
	signature.data[17] ^= 1;
	assert_int_equal(es_rsa_verify(es_buf_span(&public), message, s), ES_BAD_TAG);
	/* A PSS signature of the same message is a different signature. */
	assert_int_equal(
	    oracle_shell(state, "openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sign key.pem -out sig message"), 0);
	es_buf_free(&signature);
	signature = oracle_read(state, "sig");
	assert_int_equal(es_rsa_verify(es_buf_span(&public), message, es_buf_span(&signature)), ES_BAD_TAG);
}

static void the_fingerprint_is_that_of_the_rsa_public_key_in_der(void **state)
{
	ES_BUF public = { NULL, 0 };
	ES_BUF digest = { NULL, 0 };
	ES_BUF modulus = { NULL, 0 };
	char hex[2 * ES_RSA_LEN_MAX + 1];
	struct es_rsa_public key;

	make_key(state, 2048);
	public = oracle_read(state, "pub.pem");
	assert_int_equal(es_rsa_public_read(es_buf_span(&public), &key), ES_OK);
	assert_int_equal(
	    oracle_shell(state,
			 "openssl rsa -pubin -in pub.pem -RSAPublicKey_out -outform DER | openssl dgst -sha256 "
			 "-binary >digest && "
			 "openssl rsa -pubin -in pub.pem -noout -modulus | sed 's/Modulus=//' | tr -d '\\n' | tr "
			 "A-F a-f >modulus"),
	    0);
	digest = oracle_read(state, "digest");
	assert_int_equal(digest.len, ES_SHA256_LEN);
	assert_memory_equal(key.fingerprint.bytes, digest.data, ES_SHA256_LEN);
	modulus = oracle_read(state, "modulus");
	es_hex_encode(key.modulus, key.len, hex);
	assert_int_equal(modulus.len, strlen(hex));
	assert_memory_equal(modulus.data, hex, modulus.len);
}

static void the_public_part_matches_openssl(void **state)
{
	const char *const forms[] = { "cat key.pem", "openssl rsa -in key.pem -traditional" };
	ES_BUF expected = { NULL, 0 };

	make_key(state, 2048);
	expected = oracle_read(state, "pub.pem");
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		ES_BUF public = { NULL, 0 };
		ES_SECRET key = NULL;

		assert_int_equal(oracle_shell(state, "%s >form.pem", forms[i]), 0);
		key = secret_file(state, "form.pem");
		assert_int_equal(es_rsa_private_public(key, &public), ES_OK);
		assert_int_equal(public.len, expected.len);
		assert_memory_equal(public.data, expected.data, public.len);
	}
}

static void each_unusable_public_key_has_its_reason(void **state)
{
	static const struct {
		const char *make; /* writes pub.pem */
		enum es_reason reason;
	} cases[] = {
		{ ": >pub.pem", ES_FORMAT },
		{ "echo nothing >pub.pem", ES_FORMAT },
		{ "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | openssl pkey -pubout >pub.pem",
		  ES_VERSION },
		{ "openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 | openssl pkey -pubout >pub.pem",
		  ES_VERSION },
		{ "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 | openssl pkey -pubout >pub.pem",
		  ES_VERSION },
		{ "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2056 | openssl pkey -pubout >pub.pem",
		  ES_VERSION },
		{ "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2047 | openssl pkey -pubout >pub.pem",
		  ES_VERSION },
		{ "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3 | openssl "
		  "pkey "
		  "-pubout >pub.pem",
		  ES_VERSION },
		{ "cat good.pem good.pem >pub.pem", ES_FORMAT },
		{ "(cat good.pem; echo '# mine') >pub.pem", ES_FORMAT },
		{ "(cat good.pem; echo) >pub.pem", ES_OK },
		{ "(echo; cat good.pem) >pub.pem", ES_FORMAT },
		{ "head -c 300 good.pem >pub.pem", ES_FORMAT },
		{ "sed 3s/[a-z]/Z/g good.pem | sed 2s/^M/N/ >pub.pem", ES_FORMAT },
		{ "cp key.pem pub.pem", ES_FORMAT },
		{ "(cat good.pem; head -c 20000 /dev/zero | tr '\\0' ' ') >pub.pem", ES_TOO_LARGE },
	};
	struct es_rsa_public key;

	make_key(state, 2048);
	assert_int_equal(oracle_shell(state, "cp pub.pem good.pem"), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ES_BUF pem = { NULL, 0 };
		enum es_reason r;

		assert_int_equal(oracle_shell(state, "%s", cases[i].make), 0);
		pem = oracle_read(state, "pub.pem");
		r = es_rsa_public_read(es_buf_span(&pem), &key);
		if (r != cases[i].reason)
			fail_msg("%s: %d, and not %d", cases[i].make, r, cases[i].reason);
	}
}

static void each_unusable_private_key_has_its_reason(void **state)
{
	static const struct {
		const char *make; /* writes key.pem */
		enum es_reason reason;
	} cases[] = {
		{ "echo nothing >key.pem", ES_FORMAT },
		{ "cp pub.pem key.pem", ES_FORMAT },
		{ "openssl pkey -in good.pem -aes256 -passout pass:secret >key.pem", ES_NOT_MET },
		{ "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 >key.pem", ES_VERSION },
		{ "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 >key.pem", ES_VERSION },
		{ "head -c 20000 /dev/zero >key.pem", ES_TOO_LARGE },
	};

	make_key(state, 2048);
	assert_int_equal(oracle_shell(state, "cp key.pem good.pem"), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ES_BUF out = { NULL, 0 };
		ES_SECRET key = NULL;

		assert_int_equal(oracle_shell(state, "%s", cases[i].make), 0);
		key = secret_file(state, "key.pem");
		if (es_rsa_private_public(key, &out) != cases[i].reason)
			fail_msg("%s", cases[i].make);
		assert_int_equal(es_rsa_sign(key, es_text_span(MESSAGE), &out), cases[i].reason);
		assert_null(out.data);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, oracle_folder_make, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(openssl_verifies_our_signature),
		TEST(only_the_signature_that_openssl_made_verifies),
		TEST(the_fingerprint_is_that_of_the_rsa_public_key_in_der),
		TEST(the_public_part_matches_openssl),
		TEST(each_unusable_public_key_has_its_reason),
		TEST(each_unusable_private_key_has_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
