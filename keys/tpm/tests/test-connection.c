/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/tpm_fixture.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/context.h"
#include "keys/tpm/pcr.h"

#include <string.h>

#include <tss2/tss2_tpm2_types.h>

static enum es_reason fence(struct es_tpm *tpm)
{
	bool vouched;

	return es_tpm_fence(tpm, true, &vouched);
}

static void a_refusal_is_recorded_in_words(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_proxy_refusal plan = { TPM2_CC_PCR_Read, TPM2_RC_FAILURE, 1, 0 };
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), es_proxy_refuse, NULL, &plan);
	struct es_pcr_values v;

	tpm_fixture_reopen(f, es_proxy_tcti(p), true);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_TPM_FAILURE_MODE);
	assert_non_null(strstr(es_tpm_last_refusal(f->tpm), "TPM2_PCR_Read: "));
	assert_non_null(strstr(es_tpm_last_refusal(f->tpm), "because of a TPM failure"));
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

static void garble_once(void *arg, struct es_proxy_message *m)
{
	unsigned *left = arg;

	if (*left > 0 && m->response_len > 20) {
		--*left;
		m->response[m->response_len - 1] ^= 0xff;
	}
}

static void after_a_wrong_answer_the_next_call_works(void **state)
{
	struct tpm_fixture *f = *state;
	unsigned left = 0;
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), NULL, garble_once, &left);
	struct es_pcr_values v;
	ES_SECRET got = NULL;

	tpm_fixture_reopen(f, es_proxy_tcti(p), true);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
	left = 1;
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_TPM_FORGED);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
	assert_int_equal(fence(f->tpm), ES_OK);
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

static void the_connection_survives_a_reset_of_the_tpm(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v;

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
	/* Through the control channel, so that the port stays: the session is lost. */
	es_swtpm_reset(f->swtpm);
	assert_int_not_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_refusal_is_recorded_in_words),
		TEST(after_a_wrong_answer_the_next_call_works),
		TEST(the_connection_survives_a_reset_of_the_tpm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
