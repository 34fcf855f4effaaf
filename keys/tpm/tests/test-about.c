/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/tpm_attacks.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/context.h"
#include "keys/tpm/pcr.h"
#include "keys/tpm/srk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <tss2/tss2_tpm2_types.h>

static struct es_tpm *open_tpm(const struct es_swtpm *s)
{
	struct es_tpm *tpm = NULL;

	assert_int_equal(es_tpm_open(es_swtpm_tcti(s), ES_TPM_TIMEOUT_MS, &tpm), ES_OK);
	return tpm;
}

static void a_tpm_with_an_active_sha256_bank_is_usable(void **state)
{
	static const char *const banks[] = { "sha256", "sha256,sha384", "sha1,sha256,sha384,sha512" };

	(void)state;
	for (size_t i = 0; i < sizeof banks / sizeof *banks; i++) {
		struct es_swtpm *s = es_swtpm_start_banks(banks[i]);
		ES_TPM tpm = open_tpm(s);

		assert_int_equal(es_tpm_usable(tpm), ES_OK);
		es_swtpm_stop(s);
	}
}

static void a_tpm_12_is_recognised(void **state)
{
	struct es_swtpm *s = es_swtpm_start_12();
	ES_TPM tpm = open_tpm(s);
	struct es_pcr_values v;
	ES_BUF srk = { 0 };

	(void)state;
	assert_int_equal(es_tpm_usable(tpm), ES_TPM_VERSION);
	assert_int_equal(es_tpm_pcr_read(tpm, FIXTURE_PCRS, &v), ES_TPM_VERSION);
	assert_int_equal(es_tpm_srk_make(tpm, &srk), ES_TPM_VERSION);
	assert_non_null(strstr(es_tpm_last_refusal(tpm), "TPM 1.2"));
	es_swtpm_stop(s);
}

static void failure_mode_is_reported(void **state)
{
	struct es_swtpm *s = es_swtpm_start();
	struct es_proxy_refusal plan = { 0, TPM2_RC_FAILURE, UINT32_MAX, 0 };
	struct es_proxy *p = es_proxy_start(es_swtpm_port(s), es_proxy_refuse, NULL, &plan);
	struct es_tpm *tpm = NULL;

	(void)state;
	assert_int_equal(es_tpm_open(es_proxy_tcti(p), ES_TPM_TIMEOUT_MS, &tpm), ES_OK);
	assert_int_equal(es_tpm_usable(tpm), ES_TPM_FAILURE_MODE);
	es_tpm_close(tpm);
	es_proxy_stop(p);
	es_swtpm_stop(s);
}

/* TPM2_GetCapability with another capability than was asked for, and with counts that run past the end. */
static void lie(void *arg, struct es_proxy_message *m)
{
	size_t at = *(const size_t *)arg;

	if (m->code == TPM2_CC_GetCapability && m->response_len > at)
		m->response[at] = 0xff;
}

static void hostile_capabilities_are_refused(void **state)
{
	/* offsets of capability, count, and the first selection's sizeofSelect */
	static const size_t places[] = { 11, 14, 15, 18, 21 };
	struct es_swtpm *s = es_swtpm_start();

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct es_proxy *p = es_proxy_start(es_swtpm_port(s), NULL, lie, (void *)&places[i]);
		struct es_tpm *tpm = NULL;

		assert_int_equal(es_tpm_open(es_proxy_tcti(p), ES_TPM_TIMEOUT_MS, &tpm), ES_OK);
		assert_int_not_equal(es_tpm_usable(tpm), ES_OK);
		es_tpm_close(tpm);
		es_proxy_stop(p);
	}
	es_swtpm_stop(s);
}

/* Well-formed handles in place of the PCRs that were asked for. */
static void answer_with_handles(void *arg, struct es_proxy_message *m)
{
	(void)arg;
	if (m->code == TPM2_CC_GetCapability && m->response_len > 14)
		m->response[14] = TPM2_CAP_HANDLES;
}

static void a_capability_that_was_not_asked_for_is_refused(void **state)
{
	struct es_swtpm *s = es_swtpm_start();
	struct es_proxy *p = es_proxy_start(es_swtpm_port(s), NULL, answer_with_handles, NULL);
	struct es_tpm *tpm = NULL;

	(void)state;
	assert_int_equal(es_tpm_open(es_proxy_tcti(p), ES_TPM_TIMEOUT_MS, &tpm), ES_OK);
	assert_int_equal(es_tpm_usable(tpm), ES_TPM_HARDWARE);
	es_tpm_close(tpm);
	es_proxy_stop(p);
	es_swtpm_stop(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tpm_with_an_active_sha256_bank_is_usable),
		cmocka_unit_test(a_tpm_12_is_recognised),
		cmocka_unit_test(failure_mode_is_reported),
		cmocka_unit_test(hostile_capabilities_are_refused),
		cmocka_unit_test(a_capability_that_was_not_asked_for_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
