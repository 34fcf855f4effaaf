/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/pcr.h"

#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/same_secret.h"
#include "keys/tests/lib/tpm_fixture.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/srk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <tss2/tss2_tpm2_types.h>

static enum es_reason fence(struct es_tpm *tpm)
{
	bool vouched;

	return es_tpm_fence(tpm, true, &vouched);
}

static void the_values_are_those_that_tpm2_tools_read(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v = { 0 };
	char out[8192];

	for (unsigned pin = 0; pin < 2; pin++) {
		tpm_fixture_reopen(f, NULL, pin);
		assert_int_equal(es_tpm_pcr_read(f->tpm, 0xffffff, &v), ES_OK);
		assert_int_equal(v.present, 0xffffff);
	}
	es_swtpm_tool_ok(f->swtpm,
			 "tpm2_pcrread -Q sha256:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23 -o v && "
			 "od -An -v -tx1 v | tr -d ' \\n'",
			 out, sizeof out);
	assert_int_equal(strlen(out), 2 * ES_PCR_COUNT * ES_SHA256_LEN);
	for (unsigned i = 0; i < ES_PCR_COUNT; i++) {
		char ours[2 * ES_SHA256_LEN + 1];

		es_hex_encode(v.value[i].bytes, ES_SHA256_LEN, ours);
		assert_memory_equal(ours, out + 2 * (size_t)ES_SHA256_LEN * i, 2 * ES_SHA256_LEN);
	}
}

static void eight_pcrs_take_one_command_and_one_session(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v = { 0 };

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_commands(f->tpm), 0);
	assert_int_equal(es_tpm_pcr_read(f->tpm, 0xff, &v), ES_OK);
	assert_int_equal(es_tpm_commands(f->tpm), 2);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
	assert_int_equal(v.present, FIXTURE_PCRS);
	assert_int_equal(es_tpm_commands(f->tpm), 3);
}

static void an_empty_or_invalid_selection_is_refused(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v = { .present = 42 };

	assert_int_equal(es_tpm_pcr_read(f->tpm, 0, &v), ES_ARGUMENT);
	assert_int_equal(es_tpm_pcr_read(f->tpm, ES_PCR_BIT(24), &v), ES_ARGUMENT);
	assert_int_equal(v.present, 42);
}

/* Extends PCR 5 once, between two reads. */
static void extend_between(void *arg, struct es_proxy_message *m)
{
	struct tpm_fixture *f = arg;

	if (m->code == TPM2_CC_PCR_Read && m->nth == 0)
		es_swtpm_tool_ok(f->swtpm, "tpm2_pcrevent -Q 5 /etc/passwd", NULL, 0);
}

static void all_values_are_from_the_same_moment(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), NULL, extend_between, f);
	struct es_pcr_values v = { 0 };

	tpm_fixture_reopen(f, es_proxy_tcti(p), false);
	assert_int_equal(es_tpm_pcr_read(f->tpm, 0xffffff, &v), ES_OK);
	assert_int_equal(es_tpm_commands(f->tpm), 6); /* three, and three again */
	assert_false(es_pcr_is_unset(&v.value[5]));
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

static void the_fence_is_the_event_in_every_bank(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_digest expected = f->values.value[ES_PCR_IMAGE];
	struct es_pcr_values v = { 0 };

	es_swtpm_tool_ok(f->swtpm, "tpm2_pcrread -Q sha1:11+sha384:11 -o before", NULL, 0);
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(fence(f->tpm), ES_OK);
	assert_int_equal(es_tpm_pcr_read(f->tpm, ES_PCR_BIT(ES_PCR_IMAGE), &v), ES_OK);
	assert_true(es_pcr_event(&expected, es_text_span(ES_FENCE_EVENT), es_sha256));
	assert_true(es_digest_equal(&v.value[ES_PCR_IMAGE], &expected));

	/* The other banks, computed with openssl: H(old || H(event)). */
	es_swtpm_tool_ok(
	    f->swtpm,
	    "tpm2_pcrread -Q sha1:11+sha384:11 -o after && [ $(wc -c <after) = 68 ] && "
	    "{ { head -c 20 before; printf " ES_FENCE_EVENT " | openssl sha1 -binary; } | openssl sha1 -binary; "
	    "{ tail -c 48 before; printf " ES_FENCE_EVENT " | openssl sha384 -binary; } | openssl sha384 -binary; "
	    "} | cmp - after",
	    NULL, 0);
}

static void after_the_fence_the_secret_stays_shut(void **state)
{
	struct tpm_fixture *f = *state;
	ES_SECRET got = NULL;

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
	assert_true(same_secret(got, f->secret));
	assert_int_equal(fence(f->tpm), ES_OK);
	es_secret_freep(&got);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_TPM_POLICY);
	assert_null(got);
}

static void assert_fence_falls(struct tpm_fixture *f)
{
	struct es_pcr_values before = { 0 }, after = { 0 };

	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_pcr_read(f->tpm, ES_PCR_BIT(ES_PCR_IMAGE), &before), ES_OK);
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(fence(f->tpm), ES_OK);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_pcr_read(f->tpm, ES_PCR_BIT(ES_PCR_IMAGE), &after), ES_OK);
	assert_true(es_pcr_event(&before.value[ES_PCR_IMAGE], es_text_span(ES_FENCE_EVENT), es_sha256));
	assert_true(es_digest_equal(&before.value[ES_PCR_IMAGE], &after.value[ES_PCR_IMAGE]));
}

static void only_the_pinned_tpm_vouches_for_the_fence(void **state)
{
	struct tpm_fixture *f = *state;
	bool vouched = true;

	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_fence(f->tpm, true, &vouched), ES_OK);
	assert_false(vouched);
	for (unsigned last = 0; last < 2; last++) {
		tpm_fixture_reopen(f, NULL, true);
		assert_int_equal(es_tpm_fence(f->tpm, last, &vouched), ES_OK);
		assert_true(vouched);
	}
	es_swtpm_clear(f->swtpm);
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_fence(f->tpm, true, &vouched), ES_OK);
	assert_false(vouched);
}

static void the_fence_is_raised_with_no_srk_pinned(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v = { 0 };

	assert_int_equal(fence(f->tpm), ES_OK);
	assert_int_equal(es_tpm_commands(f->tpm), 1);
	assert_int_equal(es_tpm_pcr_read(f->tpm, ES_PCR_BIT(ES_PCR_IMAGE), &v), ES_OK);
	assert_false(es_digest_equal(&v.value[ES_PCR_IMAGE], &f->values.value[ES_PCR_IMAGE]));
}

static void the_fence_is_raised_on_a_cleared_tpm(void **state)
{
	struct tpm_fixture *f = *state;

	es_swtpm_clear(f->swtpm);
	assert_fence_falls(f);
}

static void the_fence_is_raised_on_another_tpm(void **state)
{
	struct tpm_fixture *f = *state;
	ES_BUF other = { 0 };

	es_tpm_close(f->tpm);
	f->tpm = NULL;
	es_swtpm_replace(f->swtpm);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &other), ES_OK);
	assert_fence_falls(f);
}

/* From the fence on: pretends that there is no SRK, and fakes the fence. */
static void pretend_cleared(void *arg, struct es_proxy_message *m)
{
	(void)arg;
	if (m->code == TPM2_CC_PCR_Event || m->code == TPM2_CC_ReadPublic)
		es_proxy_answer(m, TPM2_RC_HANDLE | TPM2_RC_H | TPM2_RC_1);
}

static void once_vouched_for_a_tpm_gets_no_unauthenticated_fence(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), pretend_cleared, NULL, NULL);
	struct es_pcr_values v = { 0 };

	tpm_fixture_reopen(f, es_proxy_tcti(p), true);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
	assert_int_equal(fence(f->tpm), ES_FENCE_FAILED);
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

static void any_refusal_of_the_fence_is_a_failure(void **state)
{
	static const TPM2_RC refusals[] = { TPM2_RC_FAILURE,
					    TPM2_RC_LOCALITY,
					    TPM2_RC_AUTH_FAIL | TPM2_RC_S | TPM2_RC_1,
					    TPM2_RC_LOCKOUT,
					    TPM2_RC_RETRY,
					    TPM2_RC_COMMAND_CODE,
					    TPM2_RC_NV_SPACE,
					    0x01e };
	struct tpm_fixture *f = *state;

	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		struct es_proxy_refusal plan = { TPM2_CC_PCR_Event, refusals[i], UINT32_MAX, 0 };
		struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), es_proxy_refuse, NULL, &plan);

		tpm_fixture_reopen(f, es_proxy_tcti(p), true);
		assert_int_equal(fence(f->tpm), ES_FENCE_FAILED);
		assert_non_null(strstr(es_tpm_last_refusal(f->tpm), "TPM2_PCR_Event: "));
		tpm_fixture_reopen(f, NULL, false);
		es_proxy_stop(p);
	}
}

static void a_missing_sha256_bank_is_reported(void **state)
{
	struct es_swtpm *s = es_swtpm_start_banks("sha1");
	struct es_pcr_values v = { 0 };
	struct es_tpm *tpm = NULL;

	(void)state;
	assert_int_equal(es_tpm_open(es_swtpm_tcti(s), ES_TPM_TIMEOUT_MS, &tpm), ES_OK);
	assert_int_equal(es_tpm_pcr_read(tpm, FIXTURE_PCRS, &v), ES_TPM_NO_SHA256);
	assert_int_equal(fence(tpm), ES_OK);
	es_tpm_close(tpm);
	es_swtpm_stop(s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_values_are_those_that_tpm2_tools_read),
		TEST(eight_pcrs_take_one_command_and_one_session),
		TEST(an_empty_or_invalid_selection_is_refused),
		TEST(all_values_are_from_the_same_moment),
		TEST(the_fence_is_the_event_in_every_bank),
		TEST(after_the_fence_the_secret_stays_shut),
		TEST(only_the_pinned_tpm_vouches_for_the_fence),
		TEST(the_fence_is_raised_with_no_srk_pinned),
		TEST(the_fence_is_raised_on_a_cleared_tpm),
		TEST(the_fence_is_raised_on_another_tpm),
		TEST(once_vouched_for_a_tpm_gets_no_unauthenticated_fence),
		TEST(any_refusal_of_the_fence_is_a_failure),
		cmocka_unit_test(a_missing_sha256_bank_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
