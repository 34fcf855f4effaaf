/* SPDX-License-Identifier: Apache-2.0 */
/* Signed policies: their digests compared with tpm2-tools' trial sessions, a vendor's key judged by the TPM itself. */
#include "keys/tests/lib/vendor.h"

#include "keys/core/hex.h"
#include "keys/crypto/hash.h"
#include "keys/tpm/authorized.h"
#include "keys/tpm/counter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void assert_digest_as_tpm2_tools(struct vendor_fixture *v, uint64_t generation, const char *steps)
{
	const struct es_signed_policy policy = { .values = &v->f->values,
						 .pcrs = ES_PCR_BIT(ES_PCR_IMAGE),
						 .generation = generation };
	char line[512], out[128], ours[2 * ES_SHA256_LEN + 1];
	struct es_digest digest;

	assert_int_equal(es_signed_policy_digest(&policy, es_sha256, &digest), ES_OK);
	es_hex_encode(digest.bytes, ES_SHA256_LEN, ours);
	snprintf(line, sizeof line,
		 "tpm2_startauthsession -Q -S s && tpm2_policypcr -Q -S s -l sha256:11 -L p && %s "
		 "tpm2_flushcontext s && od -An -v -tx1 p | tr -d ' \\n'",
		 steps);
	es_swtpm_tool_ok(v->f->swtpm, line, out, sizeof out);
	assert_string_equal(ours, out);
}

static void the_digest_is_that_of_a_trial_session(void **state)
{
	struct vendor_fixture *v = *state;

	assert_digest_as_tpm2_tools(v, 0, "");
	vendor_count_to(v, 5);
	assert_digest_as_tpm2_tools(v, 7,
				    "printf '\\0\\0\\0\\0\\0\\0\\0\\7' >op && "
				    "tpm2_policynv -Q -S s -i op -L p 0x0180e5eb ule &&");
}

static void the_authorize_digest_is_that_of_a_trial_session(void **state)
{
	struct vendor_fixture *v = *state;
	struct es_digest digest;
	char out[128], ours[2 * ES_SHA256_LEN + 1];

	assert_int_equal(es_policy_authorize(&v->key, es_sha256, &digest), ES_OK);
	es_hex_encode(digest.bytes, ES_SHA256_LEN, ours);
	vendor_public_file(v);
	es_swtpm_tool_ok(v->f->swtpm,
			 "tpm2_loadexternal -Q -C o -G rsa -u vendor.pem -c v.ctx -n v.name && tpm2_flushcontext -t && "
			 "tpm2_startauthsession -Q -S s && : >empty && head -c 32 /dev/zero >any && "
			 "tpm2_policyauthorize -Q -S s -i any -n v.name -L p && tpm2_flushcontext s && "
			 "od -An -v -tx1 p | tr -d ' \\n'",
			 out, sizeof out);
	assert_string_equal(ours, out);
}

static void an_image_that_the_vendor_signed_opens(void **state)
{
	struct vendor_fixture *v = *state;

	assert_int_equal(vendor_unseal(v, 0), ES_OK);
}

static void another_image_that_the_vendor_signed_opens_the_same_seal(void **state)
{
	struct vendor_fixture *v = *state;

	vendor_boot(v, "another image");
	assert_int_equal(vendor_unseal(v, 0), ES_OK);
	vendor_count_to(v, 4);
	assert_int_equal(vendor_unseal(v, 4), ES_OK);
	assert_int_equal(vendor_unseal(v, 9), ES_OK);
}

static void what_another_key_signed_is_refused(void **state)
{
	struct vendor_fixture *v = *state;

	assert_false(attack_sign_with_another_key(v));
	assert_int_equal(vendor_unseal(v, 0), ES_OK); /* it wasn't a lockout */
}

static void a_signature_over_another_image_is_refused(void **state)
{
	assert_false(attack_signature_of_another_image(*state));
}

static void an_older_generation_is_refused(void **state)
{
	assert_false(attack_older_generation(*state));
}

static void deleting_and_remaking_the_counter_gains_nothing(void **state)
{
	assert_false(attack_remake_the_counter(*state));
}

static void another_index_in_the_counters_place_is_refused(void **state)
{
	assert_false(attack_index_of_another_kind(*state));
}

static void a_missing_counter_is_reported(void **state)
{
	struct vendor_fixture *v = *state;

	assert_int_equal(vendor_unseal(v, 3), ES_COUNTER_MISSING);
}

static void the_generation_cannot_be_left_out(void **state)
{
	struct vendor_fixture *v = *state;

	vendor_count_to(v, 5);
	vendor_sign(v, 3);
	v->authorization.generation = 0; /* so that PolicyNV isn't sent */
	assert_int_equal(vendor_unseal_as_it_is(v), ES_TPM_POLICY);
	v->authorization.generation = 9; /* sent, but not what was signed */
	assert_int_equal(vendor_unseal_as_it_is(v), ES_TPM_POLICY);
	vendor_sign(v, 9);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_OK);
}

static void the_literal_part_still_counts(void **state)
{
	struct vendor_fixture *v = *state;

	es_swtpm_tool_ok(v->f->swtpm,
			 "tpm2_pcrextend 7:sha256=7777777777777777777777777777777777777777777777777777777777777777",
			 NULL, 0);
	assert_int_equal(vendor_unseal(v, 0), ES_TPM_POLICY);
}

static void nothing_opens_after_the_fence(void **state)
{
	struct vendor_fixture *v = *state;

	vendor_sign(v, 0);
	es_swtpm_tool_ok(v->f->swtpm, "printf fence >e && tpm2_pcrevent -Q 11 e", NULL, 0);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_TPM_POLICY);
}

static void inconsistent_requests_are_refused(void **state)
{
	struct vendor_fixture *v = *state;
	struct es_signed_policy policy = { &v->f->values, ES_PCR_BIT(11), ES_GENERATION_MAX + 1 };
	struct es_vendor_key odd = { { v->key.modulus.data, 200 } };
	struct es_digest digest;

	assert_int_equal(es_signed_policy_digest(&policy, es_sha256, &digest), ES_ARGUMENT);
	policy = (struct es_signed_policy){ &v->f->values, 0, 0 };
	assert_int_equal(es_signed_policy_digest(&policy, es_sha256, &digest), ES_ARGUMENT);
	assert_int_equal(es_policy_authorize(&odd, es_sha256, &digest), ES_ARGUMENT);
	assert_int_equal(vendor_seal(v, ES_PCR_BIT(12)), ES_ARGUMENT);                                  /* no PCR 7 */
	assert_int_equal(vendor_seal(v, ES_PCR_BIT(4) | ES_PCR_BIT(12)), ES_ARGUMENT);                  /* no PCR 7 */
	assert_int_equal(vendor_seal(v, ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12)), ES_ARGUMENT); /* literal 11 */
	assert_int_equal(vendor_seal(v, ES_PCR_BIT(7) | ES_PCR_BIT(12)), ES_OK);
	vendor_sign(v, 0);
	v->authorization.signature.len = 17;
	assert_int_equal(vendor_unseal_as_it_is(v), ES_IMAGE_SIGNATURE);
}

static void a_ticket_saves_three_commands_and_says_no_more_than_the_signature(void **state)
{
	struct vendor_fixture *v = *state;
	ES_BUF ticket = { NULL, 0 };
	ES_BUF other = { NULL, 0 };
	unsigned plain, with;

	vendor_sign(v, 0);
	assert_int_equal(es_vendor_ticket(v->f->tpm, &v->authorization, &ticket), ES_OK);
	plain = es_tpm_commands(v->f->tpm);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_OK);
	plain = es_tpm_commands(v->f->tpm) - plain;
	/* It survives a power cycle, but isn't required. */
	vendor_boot(v, "another image");
	vendor_sign(v, 0);
	assert_int_equal(es_vendor_ticket(v->f->tpm, &v->authorization, &other), ES_OK);
	vendor_boot(v, "another image");
	vendor_sign(v, 0);
	v->authorization.ticket = es_buf_span(&other);
	with = es_tpm_commands(v->f->tpm);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_OK);
	assert_int_equal(es_tpm_commands(v->f->tpm) - with, plain - 3);
	/* With a ticket for another policy, a damaged one or garbage, the signature is checked instead. */
	v->authorization.ticket = es_buf_span(&ticket);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_OK);
	other.data[other.len - 1] ^= 1;
	v->authorization.ticket = es_buf_span(&other);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_OK);
	v->authorization.ticket = es_text_span("garbage");
	assert_int_equal(vendor_unseal_as_it_is(v), ES_OK);
	/* A forged signature gets no ticket. */
	v->signature.data[9] ^= 1;
	es_buf_free(&ticket);
	assert_int_equal(es_vendor_ticket(v->f->tpm, &v->authorization, &ticket), ES_IMAGE_SIGNATURE);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_IMAGE_SIGNATURE);
}

static void a_ticket_opens_no_unmeasured_or_outdated_image(void **state)
{
	struct vendor_fixture *v = *state;
	ES_BUF ticket = { NULL, 0 };

	vendor_count_to(v, 4);
	vendor_sign(v, 4);
	assert_int_equal(es_vendor_ticket(v->f->tpm, &v->authorization, &ticket), ES_OK);
	v->authorization.ticket = es_buf_span(&ticket);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_OK);
	vendor_count_to(v, 5);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_IMAGE_OLD);
	vendor_sign(v, 5);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_OK);
	es_buf_free(&ticket);
	assert_int_equal(es_vendor_ticket(v->f->tpm, &v->authorization, &ticket), ES_OK);
	v->authorization.ticket = es_buf_span(&ticket);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_OK);
	es_swtpm_tool_ok(v->f->swtpm, "printf fence >e && tpm2_pcrevent -Q 11 e", NULL, 0);
	assert_int_equal(vendor_unseal_as_it_is(v), ES_TPM_POLICY);
}

/* Larger keys: sealing finds out whether a TPM supports one, and a supported one works throughout. */
static enum es_reason seal_with(struct vendor_fixture *v, int bits)
{
	es_secret_freep(&v->private_pem);
	es_buf_free(&v->public_pem);
	v->private_pem = vendor_new_key(v->f->swtpm, bits);
	assert_int_equal(es_rsa_private_public(v->private_pem, &v->public_pem), ES_OK);
	assert_int_equal(es_rsa_public_read(es_buf_span(&v->public_pem), &v->rsa), ES_OK);
	assert_int_equal(v->rsa.len, bits / 8);
	v->key.modulus = (struct es_span){ v->rsa.modulus, v->rsa.len };
	return vendor_seal(v, ES_PCR_BIT(7) | ES_PCR_BIT(12));
}

static void a_key_of_3072_bits_opens_if_the_tpm_supports_it(void **state)
{
	struct vendor_fixture *v = *state;

	assert_int_equal(seal_with(v, 3072), ES_OK);
	assert_int_equal(vendor_unseal(v, 0), ES_OK);
	vendor_count_to(v, 4);
	assert_int_equal(vendor_unseal(v, 4), ES_OK);
	assert_int_equal(vendor_unseal(v, 3), ES_IMAGE_OLD);
	assert_false(attack_signature_of_another_image(v));
}

/* libtpms supports 4096 bits since 0.10. With an older one this shows that the seal is refused, and why. */
static void a_key_of_4096_bits_is_refused_when_sealing_or_opens(void **state)
{
	struct vendor_fixture *v = *state;
	bool takes = es_swtpm_tool(v->f->swtpm, "tpm2_testparms rsa4096", NULL, 0) == 0;
	enum es_reason r = seal_with(v, 4096);

	if (takes) {
		assert_int_equal(r, ES_OK);
		assert_int_equal(vendor_unseal(v, 0), ES_OK);
		return;
	}
	assert_int_equal(r, ES_NOT_MET);
	assert_non_null(strstr(es_tpm_last_refusal(v->f->tpm), "TPM2_LoadExternal"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, vendor_fixture_make, vendor_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_digest_is_that_of_a_trial_session),
		TEST(the_authorize_digest_is_that_of_a_trial_session),
		TEST(an_image_that_the_vendor_signed_opens),
		TEST(another_image_that_the_vendor_signed_opens_the_same_seal),
		TEST(what_another_key_signed_is_refused),
		TEST(a_signature_over_another_image_is_refused),
		TEST(an_older_generation_is_refused),
		TEST(deleting_and_remaking_the_counter_gains_nothing),
		TEST(another_index_in_the_counters_place_is_refused),
		TEST(a_missing_counter_is_reported),
		TEST(the_generation_cannot_be_left_out),
		TEST(the_literal_part_still_counts),
		TEST(nothing_opens_after_the_fence),
		TEST(inconsistent_requests_are_refused),
		TEST(a_ticket_saves_three_commands_and_says_no_more_than_the_signature),
		TEST(a_ticket_opens_no_unmeasured_or_outdated_image),
		TEST(a_key_of_3072_bits_opens_if_the_tpm_supports_it),
		TEST(a_key_of_4096_bits_is_refused_when_sealing_or_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
