/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/kdf.h"

#include "keys/core/labels.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define KEY_HEX  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SALT_HEX "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

struct hkdf_vector {
	const char *section, *secret, *salt, *info, *out;
};

/* RFC 5869 appendix A. The output of A.2 is longer than ours may be; A.4 to A.7 use SHA-1. */
static const struct hkdf_vector rfc5869[] = {
	{ "A.1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
	  "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9",
	  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
	{ "A.3", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
	  "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
};

static void hkdf_of_rfc5869(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rfc5869 / sizeof rfc5869[0]; i++) {
		ES_SECRET secret = hex_secret(rfc5869[i].secret);
		ES_BUF salt = hex_buf(rfc5869[i].salt);
		ES_SECRET out = NULL;

		assert_int_equal(es_hkdf(secret, es_buf_span(&salt), rfc5869[i].info, 42, &out), ES_OK);
		assert_bytes_hex(secret_span(out), rfc5869[i].out);
	}
}

/* RFC 5869 section A.2: 80 bytes each of secret, salt and info; its first 64 bytes of output. */
static void hkdf_of_rfc5869_a2(void **state)
{
	ES_SECRET secret = NULL;
	ES_SECRET out = NULL;
	uint8_t salt[80];
	char info[81] = { 0 };

	(void)state;
	assert_int_equal(es_secret_new(80, &secret), ES_OK);
	for (size_t i = 0; i < 80; i++) {
		es_secret_data(secret)[i] = (uint8_t)i;
		salt[i] = (uint8_t)(0x60 + i);
		info[i] = (char)(0xb0 + i);
	}
	assert_int_equal(es_hkdf(secret, (struct es_span){ salt, sizeof salt }, info, 64, &out), ES_OK);
	assert_bytes_hex(secret_span(out), "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
					   "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71");
}

static void every_label_gives_the_same_key_as_openssl(void **state)
{
	static const char *const labels[] = { ES_LABEL_KEY_ID,       ES_LABEL_INFO_MAC, ES_LABEL_ARCHIVE,
					      ES_LABEL_ESCROW,       ES_LABEL_WRAP_TPM, ES_LABEL_WRAP_KDF,
					      ES_LABEL_WRAP_RECOVERY };
	ES_SECRET secret = hex_secret(KEY_HEX);
	ES_BUF salt = hex_buf(SALT_HEX);

	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		struct es_span salts[] = { { NULL, 0 }, es_buf_span(&salt) };

		for (size_t with = 0; with < 2; with++) {
			ES_SECRET out = NULL;
			ES_BUF said = { NULL, 0 };

			assert_int_equal(es_hkdf(secret, salts[with], labels[i], ES_KEY_LEN, &out), ES_OK);
			assert_int_equal(oracle_shell(state,
						      "openssl kdf -keylen 32 -binary -kdfopt digest:SHA256 -kdfopt "
						      "hexkey:" KEY_HEX " %s -kdfopt info:%s -out out HKDF",
						      with ? "-kdfopt hexsalt:" SALT_HEX : "", labels[i]),
					 0);
			said = oracle_read(state, "out");
			assert_int_equal(said.len, ES_KEY_LEN);
			assert_memory_equal(said.data, es_secret_bytes(out), ES_KEY_LEN);
		}
	}
}

static void hkdf_refuses_lengths_out_of_range(void **state)
{
	ES_SECRET secret = hex_secret(KEY_HEX);
	struct es_secret *out = NULL;

	(void)state;
	assert_int_equal(es_hkdf(secret, (struct es_span){ NULL, 0 }, "x", 0, &out), ES_ARGUMENT);
	assert_int_equal(es_hkdf(secret, (struct es_span){ NULL, 0 }, "x", 65, &out), ES_ARGUMENT);
	assert_null(out);
}

struct scrypt_vector {
	const char *input, *salt;
	struct es_scrypt cost;
	const char *out;
};

/* RFC 7914 section 12, the first 32 bytes of each: the last step of scrypt is PBKDF2, whose blocks have that length. */
static const struct scrypt_vector rfc7914[] = {
	{ "", "", { 16, 1, 1 }, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442" },
	{ "password", "NaCl", { 1024, 8, 16 }, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162" },
	{ "pleaseletmein",
	  "SodiumChloride",
	  { 16384, 8, 1 },
	  "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" },
};

static void scrypt_of_rfc7914(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rfc7914 / sizeof rfc7914[0]; i++) {
		const struct scrypt_vector *v = &rfc7914[i];
		ES_SECRET out = NULL;

		assert_int_equal(es_scrypt(es_text_span(v->input), es_text_span(v->salt), v->cost, &out), ES_OK);
		assert_bytes_hex(secret_span(out), v->out);
	}
}

static void scrypt_at_the_default_cost_matches_openssl(void **state)
{
	ES_BUF input = hex_buf(KEY_HEX), salt = hex_buf(SALT_HEX);
	ES_BUF said = { NULL, 0 };
	ES_SECRET out = NULL;

	assert_int_equal(es_scrypt(es_buf_span(&input), es_buf_span(&salt), (struct es_scrypt){ 32768, 8, 1 }, &out),
			 ES_OK);
	assert_int_equal(oracle_shell(state, "openssl kdf -keylen 32 -binary -kdfopt hexpass:" KEY_HEX
					     " -kdfopt hexsalt:" SALT_HEX " -kdfopt n:32768 -kdfopt r:8 -kdfopt p:1 "
					     "-kdfopt maxmem_bytes:100000000 -out out SCRYPT"),
			 0);
	said = oracle_read(state, "out");
	assert_int_equal(said.len, ES_KEY_LEN);
	assert_memory_equal(said.data, es_secret_bytes(out), ES_KEY_LEN);
}

static void assert_cost_refused(struct es_scrypt cost, enum es_reason expected)
{
	struct es_secret *out = NULL;

	assert_int_equal(es_scrypt(es_text_span("input"), es_text_span("salt"), cost, &out), expected);
	assert_null(out);
}

static void an_invalid_cost_is_a_format_error(void **state)
{
	(void)state;
	assert_cost_refused((struct es_scrypt){ 0, 8, 1 }, ES_FORMAT);
	assert_cost_refused((struct es_scrypt){ 1, 8, 1 }, ES_FORMAT);
	assert_cost_refused((struct es_scrypt){ 3, 8, 1 }, ES_FORMAT);
	assert_cost_refused((struct es_scrypt){ 32767, 8, 1 }, ES_FORMAT);
	assert_cost_refused((struct es_scrypt){ UINT64_MAX, 8, 1 }, ES_FORMAT);
	assert_cost_refused((struct es_scrypt){ 32768, 0, 1 }, ES_FORMAT);
	assert_cost_refused((struct es_scrypt){ 32768, 8, 0 }, ES_FORMAT);
	assert_cost_refused((struct es_scrypt){ 1 << 16, 1, 1 }, ES_FORMAT);
}

static void a_cost_over_the_caps_is_refused_before_any_work(void **state)
{
	(void)state;
	assert_cost_refused((struct es_scrypt){ 2 * ES_SCRYPT_N_MAX, 1, 1 }, ES_TOO_LARGE);
	assert_cost_refused((struct es_scrypt){ (uint64_t)1 << 63, 8, 1 }, ES_TOO_LARGE);
	assert_cost_refused((struct es_scrypt){ 2, ES_SCRYPT_R_MAX + 1, 1 }, ES_TOO_LARGE);
	assert_cost_refused((struct es_scrypt){ 2, UINT32_MAX, 1 }, ES_TOO_LARGE);
	assert_cost_refused((struct es_scrypt){ 2, 8, ES_SCRYPT_P_MAX + 1 }, ES_TOO_LARGE);
	assert_cost_refused((struct es_scrypt){ 2, 8, UINT32_MAX }, ES_TOO_LARGE);
	/* each is within its limit, but together they need 2 GiB */
	assert_cost_refused((struct es_scrypt){ ES_SCRYPT_N_MAX, 16, 1 }, ES_TOO_LARGE);
}

static enum es_reason derive_both(void *arg)
{
	ES_SECRET a = NULL;
	ES_SECRET b = NULL;
	enum es_reason r = es_hkdf(arg, es_text_span("salt"), "label", ES_KEY_LEN, &a);

	return r != ES_OK ? r : es_scrypt(es_text_span("i"), es_text_span("s"), (struct es_scrypt){ 16, 1, 1 }, &b);
}

static void running_out_of_memory_is_reported(void **state)
{
	ES_SECRET key = hex_secret(KEY_HEX);

	(void)state;
	assert_survives_failing_allocations(derive_both, key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hkdf_of_rfc5869),
		cmocka_unit_test(hkdf_of_rfc5869_a2),
		cmocka_unit_test_setup_teardown(every_label_gives_the_same_key_as_openssl, oracle_folder_make,
						oracle_folder_remove),
		cmocka_unit_test(hkdf_refuses_lengths_out_of_range),
		cmocka_unit_test(scrypt_of_rfc7914),
		cmocka_unit_test_setup_teardown(scrypt_at_the_default_cost_matches_openssl, oracle_folder_make,
						oracle_folder_remove),
		cmocka_unit_test(an_invalid_cost_is_a_format_error),
		cmocka_unit_test(a_cost_over_the_caps_is_refused_before_any_work),
		cmocka_unit_test(running_out_of_memory_is_reported),
	};

	failing_allocator_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
