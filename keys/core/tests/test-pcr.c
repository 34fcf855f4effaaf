/* SPDX-License-Identifier: Apache-2.0 */
/* libcrypto's SHA-256 replaces keys/crypto; the openssl command computes the expected values. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/core/pcr.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static bool sha256(const struct es_span *parts, size_t count, struct es_digest *ret)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; i < count; i++)
		ok = ok && EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, ret->bytes, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

static bool broken_sha256(const struct es_span *parts, size_t count, struct es_digest *ret)
{
	(void)parts;
	(void)count;
	(void)ret;
	return false;
}

static struct es_span span(const char *text)
{
	return (struct es_span){ (const uint8_t *)text, strlen(text) };
}

static void assert_hex(const struct es_digest *d, const char *hex)
{
	char text[2 * ES_SHA256_LEN + 1];

	es_hex_encode(d->bytes, sizeof d->bytes, text);
	assert_string_equal(text, hex);
}

/* The same computed in a shell with the openssl command: zeros, then the hash of text, hashed together. */
static void oracle(const char *text, char ret_hex[static 65])
{
	char command[512];
	FILE *p;

	snprintf(command, sizeof command,
		 "{ head -c 32 /dev/zero; printf %%s '%s' | openssl dgst -sha256 -binary; } | openssl dgst -sha256 -r",
		 text);
	p = popen(command, "r");
	assert_non_null(p);
	assert_int_equal(fread(ret_hex, 1, 64, p), 64);
	ret_hex[64] = '\0';
	pclose(p);
}

static void an_event_is_what_openssl_computes(void **state)
{
	static const char *const texts[] = { ES_FENCE_EVENT, ES_RECOVERY_EVENT, "", "a" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct es_digest pcr = { { 0 } };
		char hex[65];

		oracle(texts[i], hex);
		assert_true(es_pcr_event(&pcr, span(texts[i]), sha256));
		assert_hex(&pcr, hex);
	}
}

/* The value that every UEFI firmware leaves in an unused PCR 0 to 7: EV_SEPARATOR, four zero bytes. */
static void a_separator_gives_the_well_known_value(void **state)
{
	static const uint8_t zeros[4];
	struct es_digest pcr = { { 0 } };

	(void)state;
	assert_true(es_pcr_event(&pcr, (struct es_span){ zeros, sizeof zeros }, sha256));
	assert_hex(&pcr, "3d458cfe55cc03ea1f443f1562beec8df51c75e14a9fcf9a7234a13f198e7969");
}

static void the_order_and_each_event_count(void **state)
{
	struct es_digest ab = { { 0 } }, ba = { { 0 } };

	(void)state;
	assert_true(es_pcr_event(&ab, span("a"), sha256) && es_pcr_event(&ab, span("b"), sha256));
	assert_true(es_pcr_event(&ba, span("b"), sha256) && es_pcr_event(&ba, span("a"), sha256));
	assert_false(es_digest_equal(&ab, &ba));
}

static void a_failed_hash_leaves_the_pcr_unchanged(void **state)
{
	struct es_digest pcr = { { 7 } }, before = pcr;

	(void)state;
	assert_false(es_pcr_event(&pcr, span("a"), broken_sha256));
	assert_false(es_pcr_extend(&pcr, &before, broken_sha256));
	assert_true(es_digest_equal(&pcr, &before));
}

static void all_zeros_and_all_ones_are_unset(void **state)
{
	struct es_digest d = { { 0 } };

	(void)state;
	assert_true(es_pcr_is_unset(&d));
	for (size_t i = 0; i < sizeof d.bytes; i++) {
		memset(d.bytes, 0, sizeof d.bytes);
		d.bytes[i] = 0x80;
		assert_false(es_pcr_is_unset(&d));
		memset(d.bytes, 0xff, sizeof d.bytes);
		assert_true(es_pcr_is_unset(&d));
		d.bytes[i] = 0xfe;
		assert_false(es_pcr_is_unset(&d));
	}
}

static void differing_and_absent_pcrs_are_reported(void **state)
{
	struct es_pcr_values a = { .present = 0xffffff }, b = a;

	(void)state;
	assert_int_equal(es_pcr_differ(&a, &b, 0xffffff), 0);
	for (unsigned n = 0; n < ES_PCR_COUNT; n++) {
		b = a;
		b.value[n].bytes[ES_SHA256_LEN - 1] ^= 1;
		assert_int_equal(es_pcr_differ(&a, &b, 0xffffff), ES_PCR_BIT(n));
		assert_int_equal(es_pcr_differ(&a, &b, 0xffffff & ~ES_PCR_BIT(n)), 0);
		b = a;
		b.present &= ~ES_PCR_BIT(n);
		assert_int_equal(es_pcr_differ(&a, &b, 0xffffff), ES_PCR_BIT(n));
		assert_int_equal(es_pcr_differ(&b, &a, 0xffffff), ES_PCR_BIT(n));
	}
	/* Absent in both isn't the same as alike. */
	a.present = b.present = 0;
	assert_int_equal(es_pcr_differ(&a, &b, ES_PCR_BIT(7) | ES_PCR_BIT(11)), ES_PCR_BIT(7) | ES_PCR_BIT(11));
	a.present = b.present = 0xffffffff;
	assert_int_equal(es_pcr_differ(&a, &b, ES_PCR_BIT(24) | ES_PCR_BIT(31)), ES_PCR_BIT(24) | ES_PCR_BIT(31));
}

static void every_pcr_has_a_meaning(void **state)
{
	(void)state;
	for (unsigned n = 0; n < ES_PCR_COUNT; n++)
		assert_true(es_pcr_meaning(n) != NULL && es_pcr_meaning(n)[0] != '\0');
	assert_string_equal(es_pcr_meaning(ES_PCR_COUNT), "no PCR");
	assert_string_equal(es_pcr_meaning(~0u), "no PCR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_what_openssl_computes),
		cmocka_unit_test(a_separator_gives_the_well_known_value),
		cmocka_unit_test(the_order_and_each_event_count),
		cmocka_unit_test(a_failed_hash_leaves_the_pcr_unchanged),
		cmocka_unit_test(all_zeros_and_all_ones_are_unset),
		cmocka_unit_test(differing_and_absent_pcrs_are_reported),
		cmocka_unit_test(every_pcr_has_a_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
