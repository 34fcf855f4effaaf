/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/session.h"

#include "keys/tests/lib/tpm_fixture.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/counter.h"
#include "keys/tpm/pcr.h"
#include "keys/tpm/srk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void one_session_serves_a_connection(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v;
	uint64_t value;
	ESYS_TR first, again;

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_session_if_open(f->tpm), ESYS_TR_PASSWORD);
	assert_int_equal(es_session_use(f->tpm, ES_SESSION_AUDIT, &first), ES_OK);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
	assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value), ES_OK);
	assert_int_equal(es_session_use(f->tpm, ES_SESSION_AUTH_DECRYPT, &again), ES_OK);
	assert_int_equal(first, again);
	assert_int_equal(es_session_if_open(f->tpm), first);
	es_session_end(f->tpm);
	assert_int_equal(es_session_if_open(f->tpm), ESYS_TR_PASSWORD);
	es_session_end(f->tpm); /* none is open: no harm */
}

static void without_a_pinned_srk_there_is_no_session(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_loaded policy = ES_LOADED_NONE(f->tpm);
	ESYS_TR session;

	assert_int_equal(es_session_use(f->tpm, ES_SESSION_AUDIT, &session), ES_OK);
	assert_int_equal(session, ESYS_TR_NONE);
	assert_int_equal(es_session_use(f->tpm, ES_SESSION_AUTH, &session), ES_OK);
	assert_int_equal(session, ESYS_TR_PASSWORD);
	/* A secret is never sent without one. */
	assert_int_equal(es_session_use(f->tpm, ES_SESSION_AUTH_DECRYPT, &session), ES_ARGUMENT);
	assert_int_equal(es_session_policy(f->tpm, &policy), ES_ARGUMENT);
	assert_int_equal(es_tpm_commands(f->tpm), 0);
}

static void a_cleared_tpm_is_recognised_at_the_first_session(void **state)
{
	struct tpm_fixture *f = *state;
	ESYS_TR session;

	es_swtpm_clear(f->swtpm);
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_session_use(f->tpm, ES_SESSION_AUTH, &session), ES_TPM_CLEARED);
	assert_non_null(strstr(es_tpm_last_refusal(f->tpm), "TPM2_StartAuthSession: "));
}

/* StartAuthSession itself can't find out: any P-256 key makes something of the salt. The HMAC can. */
static void another_key_at_the_handle_is_recognised_at_the_first_use(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v;

	es_swtpm_clear(f->swtpm);
	tpm_fixture_reopen(f, NULL, false);
	{
		ES_BUF other = { 0 };

		assert_int_equal(es_tpm_srk_make(f->tpm, &other), ES_OK);
	}
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_TPM_OTHER);
	assert_false(f->tpm->vouched);
}

static void an_rsa_key_at_the_handle_is_recognised(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v;

	es_swtpm_clear(f->swtpm);
	es_swtpm_tool_ok(f->swtpm,
			 "tpm2_createprimary -Q -C o -G rsa2048:null:aes128cfb -c p.ctx && tpm2_flushcontext -t && "
			 "tpm2_evictcontrol -Q -C o -c p.ctx 0x81000001; tpm2_flushcontext -t",
			 NULL, 0);
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_TPM_OTHER);
}

/* A command changed in transit: the TPM refuses its HMAC, although the SRK is the right one. */
static void change_selection(void *arg, struct es_proxy_message *m)
{
	(void)arg;
	if (m->code == TPM2_CC_PCR_Read)
		m->command[m->command_len - 1] ^= 1;
}

static void a_command_changed_in_transit_is_forged(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), change_selection, NULL, NULL);
	struct es_pcr_values v;

	tpm_fixture_reopen(f, es_proxy_tcti(p), true);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_TPM_FORGED);
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

/* The same answer twice: the nonce has changed by then. */
struct replay {
	uint8_t answer[4096];
	size_t len;
};

static void replay(void *arg, struct es_proxy_message *m)
{
	struct replay *r = arg;

	if (m->code != TPM2_CC_PCR_Read)
		return;
	if (r->len == 0) {
		memcpy(r->answer, m->response, m->response_len);
		r->len = m->response_len;
		return;
	}
	memcpy(m->response, r->answer, r->len);
	m->response_len = r->len;
}

static void an_old_answer_is_forged(void **state)
{
	static struct replay r;
	struct tpm_fixture *f = *state;
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), NULL, replay, &r);
	struct es_pcr_values v;

	tpm_fixture_reopen(f, es_proxy_tcti(p), true);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_TPM_FORGED);
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_session_serves_a_connection),
		TEST(without_a_pinned_srk_there_is_no_session),
		TEST(a_cleared_tpm_is_recognised_at_the_first_session),
		TEST(another_key_at_the_handle_is_recognised_at_the_first_use),
		TEST(an_rsa_key_at_the_handle_is_recognised),
		TEST(a_command_changed_in_transit_is_forged),
		TEST(an_old_answer_is_forged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
