/* SPDX-License-Identifier: Apache-2.0 */
/* Which of an image's signatures fits, which generation may be opened, and what makes a vendor's protector sound. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/choice/vendor.h"

#include "keys/crypto/hash.h"
#include "keys/tests/lib/oracle.h"

#include <string.h>

struct scene {
	struct es_buf pem;
	struct es_pcr_values now;
	struct es_pcr_signatures signatures;
};

static void begin(void **state, struct scene *s)
{
	memset(s, 0, sizeof *s);
	assert_int_equal(
	    oracle_shell(state, "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 | openssl pkey -pubout "
				">pub.pem"),
	    0);
	s->pem = oracle_read(state, "pub.pem");
	s->now.present = ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12);
	memset(s->now.value[11].bytes, 0xb, ES_SHA256_LEN);
	memset(s->now.value[7].bytes, 0x7, ES_SHA256_LEN);
}

static struct es_pcr_signature *add(struct scene *s, uint64_t generation)
{
	const struct es_signed_policy policy = { &s->now, ES_PCR_BIT(11), generation };
	struct es_pcr_signature *entry = &s->signatures.entry[s->signatures.count++];
	struct es_rsa_public key;

	assert_int_equal(es_rsa_public_read(es_buf_span(&s->pem), &key), ES_OK);
	*entry = (struct es_pcr_signature){ .pcrs = policy.pcrs, .key = key.fingerprint, .generation = generation };
	assert_int_equal(es_signed_policy_digest(&policy, es_sha256, &entry->policy), ES_OK);
	return entry;
}

static enum es_reason match(struct scene *s, uint64_t *ret_generation)
{
	struct es_vendor_match m = { .generation = 99 };
	enum es_reason r = es_vendor_match(es_buf_span(&s->pem), &s->signatures, &s->now, &m);

	*ret_generation = m.generation;
	return r;
}

static void the_highest_fitting_generation_is_chosen(void **state)
{
	struct scene s;
	uint64_t generation;

	begin(state, &s);
	assert_int_equal(match(&s, &generation), ES_MISSING);
	add(&s, 0);
	assert_int_equal(match(&s, &generation), ES_OK);
	assert_int_equal(generation, 0);
	add(&s, 5);
	add(&s, 3);
	assert_int_equal(match(&s, &generation), ES_OK);
	assert_int_equal(generation, 5);
	es_buf_free(&s.pem);
}

static void signatures_that_do_not_fit_are_skipped(void **state)
{
	struct scene s;
	uint64_t generation;

	begin(state, &s);
	add(&s, 1)->key.bytes[3] ^= 1;
	add(&s, 2)->policy.bytes[3] ^= 1;
	add(&s, 3)->pcrs |= ES_PCR_BIT(12);
	add(&s, 4)->generation = 5; /* not the signed one */
	add(&s, 6)->generation = 0;
	add(&s, 7)->generation = UINT64_MAX;
	assert_int_equal(match(&s, &generation), ES_MISSING);
	add(&s, 1);
	assert_int_equal(match(&s, &generation), ES_OK);
	assert_int_equal(generation, 1);
	s.now.value[11].bytes[0] ^= 1;
	assert_int_equal(match(&s, &generation), ES_MISSING);
	es_buf_free(&s.pem);
}

static void an_unusable_key_is_reported(void **state)
{
	struct scene s;
	struct es_vendor_match m;

	begin(state, &s);
	assert_int_equal(es_vendor_match(es_text_span("no key"), &s.signatures, &s.now, &m), ES_FORMAT);
	es_buf_free(&s.pem);
}

static void old_current_and_future_generations_are_distinguished(void **state)
{
	static const struct {
		uint64_t generation, counter;
		enum es_reason state, says;
	} cases[] = {
		{ 3, 3, ES_OK, ES_OK },
		{ 3, 1, ES_OK, ES_OK },
		{ 3, 4, ES_OK, ES_IMAGE_OLD },
		{ 1, UINT64_MAX, ES_OK, ES_IMAGE_OLD },
		{ 257, 1, ES_OK, ES_OK },
		{ 258, 1, ES_OK, ES_IMAGE_AHEAD },
		{ ES_GENERATION_MAX, 1, ES_OK, ES_IMAGE_AHEAD },
		{ 3, 0, ES_COUNTER_MISSING, ES_COUNTER_MISSING },
		{ 3, 3, ES_TPM_TIMEOUT, ES_TPM_TIMEOUT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(
		    es_vendor_fresh(cases[i].generation, (struct es_counter){ cases[i].state, cases[i].counter }),
		    cases[i].says);
}

static void a_vendors_protector_opens_only_if_it_is_sound(void **state)
{
	static const struct {
		es_pcr_mask pcrs, of_vendor;
		enum es_reason says;
	} cases[] = {
		{ ES_PCR_BIT(7) | ES_PCR_BIT(12), ES_PCR_BIT(11), ES_OK },
		{ ES_PCR_BIT(12), ES_PCR_BIT(11), ES_TAMPERED_INFO }, /* PCR 11 alone */
		{ ES_PCR_BIT(4) | ES_PCR_BIT(12), ES_PCR_BIT(11), ES_TAMPERED_INFO },
		{ ES_PCR_BIT(7), ES_PCR_BIT(11), ES_TAMPERED_INFO },
		{ ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12), ES_PCR_BIT(11), ES_TAMPERED_INFO },
		{ ES_PCR_BIT(7) | ES_PCR_BIT(12), ES_PCR_BIT(4), ES_TAMPERED_INFO },
	};
	struct es_protector p = { .type = ES_PROTECTOR_TPM };
	struct scene s;

	begin(state, &s);
	p.tpm.is_signed = true;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		p.tpm.pcrs = cases[i].pcrs;
		p.tpm.expected = s.now;
		p.tpm.vendor.pcrs = cases[i].of_vendor;
		assert_int_equal(es_vendor_protector_fits(&p, &s.now), cases[i].says);
	}
	p.tpm.pcrs = cases[0].pcrs;
	p.tpm.vendor.pcrs = cases[0].of_vendor;
	memset(s.now.value[11].bytes, 0, ES_SHA256_LEN); /* started without a stub that measures */
	assert_int_equal(es_vendor_protector_fits(&p, &s.now), ES_TPM_UNSET_PCR);
	memset(s.now.value[11].bytes, 1, ES_SHA256_LEN);
	s.now.value[12].bytes[0] ^= 1;
	assert_int_equal(es_vendor_protector_fits(&p, &s.now), ES_LOCKED_PCR);
	p.tpm.is_signed = false;
	assert_int_equal(es_vendor_protector_fits(&p, &s.now), ES_TAMPERED_INFO);
	es_buf_free(&s.pem);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, oracle_folder_make, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_highest_fitting_generation_is_chosen),
		TEST(signatures_that_do_not_fit_are_skipped),
		TEST(an_unusable_key_is_reported),
		TEST(old_current_and_future_generations_are_distinguished),
		TEST(a_vendors_protector_opens_only_if_it_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
