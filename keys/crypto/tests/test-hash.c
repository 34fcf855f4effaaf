/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/hash.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/same_secret.h"
#include "keys/tests/lib/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct es_span digest_span(const struct es_digest *d)
{
	return (struct es_span){ d->bytes, sizeof d->bytes };
}

/* NIST's examples for FIPS 180-4. */
static void sha256_of_the_nist_examples(void **state)
{
	struct es_span abc = es_text_span("abc");
	struct es_span two_blocks = es_text_span("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
	struct es_digest d;

	(void)state;
	assert_true(es_sha256(NULL, 0, &d));
	assert_bytes_hex(digest_span(&d), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_true(es_sha256(&abc, 1, &d));
	assert_bytes_hex(digest_span(&d), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_true(es_sha256(&two_blocks, 1, &d));
	assert_bytes_hex(digest_span(&d), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* RFC 1321, A.5. */
static void md5_of_the_rfcs_examples(void **state)
{
	uint8_t md5[ES_MD5_LEN];

	(void)state;
	assert_true(es_md5((struct es_span){ NULL, 0 }, md5));
	assert_bytes_hex(((struct es_span){ md5, sizeof md5 }), "d41d8cd98f00b204e9800998ecf8427e");
	assert_true(es_md5(es_text_span("message digest"), md5));
	assert_bytes_hex(((struct es_span){ md5, sizeof md5 }), "f96b697d7cb7938d525a2f31aaf161d0");
}

static void sha256_of_parts_equals_that_of_the_whole(void **state)
{
	const struct es_span parts[] = { es_text_span("a"), { NULL, 0 }, es_text_span("b"), es_text_span("c") };
	struct es_digest d;

	(void)state;
	assert_true(es_sha256(parts, 4, &d));
	assert_bytes_hex(digest_span(&d), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

struct hmac_vector {
	const char *section, *key, *data, *mac;
};

static const struct hmac_vector rfc4231[] = {
	{ "4.2", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "4.3", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "4.4", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
	  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ "4.5", "0102030405060708090a0b0c0d0e0f10111213141516171819",
	  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
	  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
};

static void hmac_sha256_of_rfc4231(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rfc4231 / sizeof rfc4231[0]; i++) {
		ES_SECRET key = hex_secret(rfc4231[i].key);
		ES_BUF data = hex_buf(rfc4231[i].data);
		struct es_digest mac;

		assert_int_equal(es_hmac_sha256(key, es_buf_span(&data), &mac), ES_OK);
		assert_bytes_hex(digest_span(&mac), rfc4231[i].mac);
	}
}

/* RFC 4231 section 4.7: a key longer than the block. */
static void hmac_sha256_with_a_key_longer_than_a_block(void **state)
{
	ES_SECRET key = NULL;
	struct es_digest mac;

	(void)state;
	assert_int_equal(es_secret_new(131, &key), ES_OK);
	memset(es_secret_data(key), 0xaa, 131);
	assert_int_equal(
	    es_hmac_sha256(key, es_text_span("Test Using Larger Than Block-Size Key - Hash Key First"), &mac), ES_OK);
	assert_bytes_hex(digest_span(&mac), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void hmac_of_no_data_matches_openssl(void **state)
{
	ES_SECRET key = hex_secret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	struct es_digest mac;
	ES_BUF said = { NULL, 0 };

	assert_int_equal(es_hmac_sha256(key, (struct es_span){ NULL, 0 }, &mac), ES_OK);
	assert_int_equal(oracle_shell(state, "openssl mac -binary -digest SHA256 -macopt hexkey:"
					     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
					     "-in /dev/null HMAC >mac"),
			 0);
	said = oracle_read(state, "mac");
	assert_int_equal(said.len, sizeof mac.bytes);
	assert_memory_equal(said.data, mac.bytes, said.len);
}

static void random_bytes_differ_and_fill_the_buffer(void **state)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 };

	(void)state;
	assert_int_equal(es_random_bytes(a, sizeof a), ES_OK);
	assert_int_equal(es_random_bytes(b, sizeof b), ES_OK);
	assert_memory_not_equal(a, b, sizeof a);
	/* The chance of sixteen zeros at the end is one in 2^128. */
	assert_memory_not_equal(a + 48, ((uint8_t[16]){ 0 }), 16);
	assert_int_equal(es_random_bytes(a, (size_t)1 << 40), ES_ARGUMENT);
}

static void random_secrets_differ(void **state)
{
	ES_SECRET a = NULL;
	ES_SECRET b = NULL;
	struct es_secret *none = NULL;

	(void)state;
	assert_int_equal(es_random_secret(ES_KEY_LEN, &a), ES_OK);
	assert_int_equal(es_random_secret(ES_KEY_LEN, &b), ES_OK);
	assert_int_equal(es_secret_len(a), ES_KEY_LEN);
	assert_false(same_secret(a, b));
	assert_int_equal(es_random_secret(0, &none), ES_ARGUMENT);
	assert_null(none);
}

static enum es_reason hash_and_mac(void *arg)
{
	const struct es_span parts[] = { es_text_span("abc") };
	struct es_digest d;

	if (!es_sha256(parts, 1, &d))
		return ES_CRYPTO;
	return es_hmac_sha256(arg, parts[0], &d);
}

static void running_out_of_memory_is_reported(void **state)
{
	ES_SECRET key = hex_secret("0b0b0b0b");

	(void)state;
	assert_survives_failing_allocations(hash_and_mac, key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_of_the_nist_examples),
		cmocka_unit_test(md5_of_the_rfcs_examples),
		cmocka_unit_test(sha256_of_parts_equals_that_of_the_whole),
		cmocka_unit_test(hmac_sha256_of_rfc4231),
		cmocka_unit_test(hmac_sha256_with_a_key_longer_than_a_block),
		cmocka_unit_test_setup_teardown(hmac_of_no_data_matches_openssl, oracle_folder_make,
						oracle_folder_remove),
		cmocka_unit_test(random_bytes_differ_and_fill_the_buffer),
		cmocka_unit_test(random_secrets_differ),
		cmocka_unit_test(running_out_of_memory_is_reported),
	};

	failing_allocator_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
