/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/tcti.h"

#include "keys/tpm/tcti_thread.h"

#include "keys/core/clock.h"
#include "keys/tests/lib/swtpm.h"
#include "keys/tests/lib/tpm_proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <tss2/tss2_tpm2_types.h>

static const uint8_t GET_RANDOM[] = { 0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x7b, 0, 4 };
/* The same, as if in a session: none of it reaches a TPM here. */
static const uint8_t IN_SESSION[] = { 0x80, 2, 0, 0, 0, 12, 0, 0, 1, 0x7b, 0, 4 };

struct setting {
	struct es_swtpm *swtpm;
	struct es_proxy *proxy;
	struct es_tcti *filter;
};

static int start(void **state)
{
	struct setting *s = calloc(1, sizeof *s);

	setenv("TSS2_LOG", "all+NONE", 0);
	s->swtpm = es_swtpm_start();
	*state = s;
	return 0;
}

static int stop(void **state)
{
	struct setting *s = *state;

	es_tcti_close(s->filter);
	es_proxy_stop(s->proxy);
	es_swtpm_stop(s->swtpm);
	free(s);
	return 0;
}

static TSS2_TCTI_CONTEXT *begin(struct setting *s, unsigned timeout_ms, es_proxy_fn *before, void *arg)
{
	s->proxy = es_proxy_start(es_swtpm_port(s->swtpm), before, NULL, arg);
	assert_int_equal(es_tcti_open(es_proxy_tcti(s->proxy), timeout_ms, &s->filter), TSS2_RC_SUCCESS);
	return es_tcti_context(s->filter);
}

static TSS2_RC ask_as(TSS2_TCTI_CONTEXT *tcti, const uint8_t *command, uint32_t *ret_code)
{
	uint8_t response[4096];
	size_t len = sizeof response;
	TSS2_RC rc = Tss2_Tcti_Transmit(tcti, sizeof GET_RANDOM, command);

	if (rc == TSS2_RC_SUCCESS)
		rc = Tss2_Tcti_Receive(tcti, &len, response, TSS2_TCTI_TIMEOUT_BLOCK);
	if (rc == TSS2_RC_SUCCESS)
		*ret_code = (uint32_t)response[6] << 24 | (uint32_t)response[7] << 16 | (uint32_t)response[8] << 8 |
			    response[9];
	return rc;
}

static TSS2_RC ask(TSS2_TCTI_CONTEXT *tcti, uint32_t *ret_code)
{
	return ask_as(tcti, GET_RANDOM, ret_code);
}

static void counts_the_commands_it_sends(void **state)
{
	struct setting *s = *state;
	TSS2_TCTI_CONTEXT *tcti = begin(s, 5000, NULL, NULL);
	uint32_t code = 1;

	assert_int_equal(es_tcti_commands(s->filter), 0);
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(ask(tcti, &code), TSS2_RC_SUCCESS);
		assert_int_equal(code, TPM2_RC_SUCCESS);
		assert_int_equal(es_tcti_commands(s->filter), i);
		assert_int_equal(es_proxy_commands(s->proxy), i);
	}
}

static void a_command_is_sent_again_if_the_tpm_asks_for_it(void **state)
{
	static const TPM2_RC codes[] = { TPM2_RC_RETRY, TPM2_RC_YIELDED, TPM2_RC_TESTING, TPM2_RC_NV_RATE,
					 TPM2_RC_NV_UNAVAILABLE };
	struct setting *s = *state;
	struct es_proxy_refusal plan = { 0, 0, 3, 0 };
	TSS2_TCTI_CONTEXT *tcti = begin(s, 20000, es_proxy_refuse, &plan);

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		uint32_t code = 1;

		plan.rc = codes[i];
		plan.done = 0;
		assert_int_equal(ask(tcti, &code), TSS2_RC_SUCCESS);
		assert_int_equal(code, TPM2_RC_SUCCESS);
		assert_int_equal(es_tcti_commands(s->filter), 4 * (i + 1));
	}
}

static void a_command_is_not_sent_again_otherwise(void **state)
{
	static const TPM2_RC codes[] = { TPM2_RC_LOCKOUT, TPM2_RC_FAILURE, TPM2_RC_PCR_CHANGED, TPM2_RC_POLICY_FAIL };
	struct setting *s = *state;
	struct es_proxy_refusal plan = { 0, 0, 1, 0 };
	TSS2_TCTI_CONTEXT *tcti = begin(s, 5000, es_proxy_refuse, &plan);

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		uint32_t code = 1;

		plan.rc = codes[i];
		plan.done = 0;
		assert_int_equal(ask(tcti, &code), TSS2_RC_SUCCESS);
		assert_int_equal(code, codes[i]);
		assert_int_equal(es_tcti_commands(s->filter), i + 1);
	}
}

static void retries_are_limited(void **state)
{
	struct setting *s = *state;
	struct es_proxy_refusal plan = { 0, TPM2_RC_RETRY, UINT32_MAX, 0 };
	TSS2_TCTI_CONTEXT *tcti = begin(s, 60000, es_proxy_refuse, &plan);
	unsigned asked = 0;
	uint32_t code = 1;

	/* In a row, and in total: in the end, a TPM that always asks for a retry gets each command only once. */
	for (unsigned i = 0; i < 8; i++, asked++) {
		assert_int_equal(ask(tcti, &code), TSS2_RC_SUCCESS);
		assert_int_equal(code, TPM2_RC_RETRY);
	}
	assert_int_equal(es_tcti_commands(s->filter), asked + ES_TPM_RETRIES);
}

static void pauses_count_towards_the_limit(void **state)
{
	struct setting *s = *state;
	struct es_proxy_refusal plan = { 0, TPM2_RC_RETRY, UINT32_MAX, 0 };
	TSS2_TCTI_CONTEXT *tcti = begin(s, 1000, es_proxy_refuse, &plan);
	uint64_t start_ms = es_monotonic_ms();
	uint32_t code = 1;

	assert_int_equal(ask(tcti, &code), TSS2_TCTI_RC_IO_ERROR);
	assert_true(es_tcti_timed_out(s->filter));
	assert_true(es_monotonic_ms() - start_ms < 20000);
}

static void hang(void *arg, struct es_proxy_message *m)
{
	(void)arg;
	m->hang = true;
}

static void a_tpm_that_never_answers_costs_no_more_than_the_limit(void **state)
{
	struct setting *s = *state;
	TSS2_TCTI_CONTEXT *tcti = begin(s, 1000, hang, NULL);
	uint64_t start_ms = es_monotonic_ms();
	uint32_t code = 1;

	assert_false(es_tcti_timed_out(s->filter));
	assert_int_equal(ask(tcti, &code), TSS2_TCTI_RC_IO_ERROR);
	assert_true(es_monotonic_ms() - start_ms >= 800 && es_monotonic_ms() - start_ms < 20000);
	assert_true(es_tcti_timed_out(s->filter));
	assert_int_equal(ask(tcti, &code), TSS2_TCTI_RC_IO_ERROR);
	assert_int_equal(es_tcti_commands(s->filter), 1);
}

static void answer_with(void *arg, struct es_proxy_message *m)
{
	const struct es_span *answer = arg;

	memcpy(m->response, answer->data, answer->len);
	m->response_len = answer->len;
	m->answered = true;
}

static void each_malformed_frame_is_distinguished(void **state)
{
	static const uint8_t half_header[] = { 0x80, 1, 0, 0, 0 };
	static const uint8_t small[] = { 0x80, 1, 0, 0, 0, 9, 0, 0, 0, 0 };
	static const uint8_t other_tag[] = { 0x12, 0x34, 0, 0, 0, 10, 0, 0, 0, 0 };
	static const uint8_t of_12[] = { 0, 0xc4, 0, 0, 0, 10, 0, 0, 0, 0x1e };
	static const uint8_t stripped[] = { 0x80, 1, 0, 0, 0, 10, 0, 0, 0, 0 };
	static const struct {
		struct es_span answer;
		enum es_frame frame;
	} table[] = {
		{ { small, sizeof small }, ES_FRAME_MALFORMED },
		{ { other_tag, sizeof other_tag }, ES_FRAME_MALFORMED },
		{ { of_12, sizeof of_12 }, ES_FRAME_TPM_12 },
		{ { stripped, sizeof stripped }, ES_FRAME_STRIPPED },
	};
	struct es_span now = { half_header, sizeof half_header };
	struct setting *s = *state;
	TSS2_TCTI_CONTEXT *tcti = begin(s, 5000, answer_with, &now);
	uint32_t code = 1;

	/* tpm2-tss itself gives up on half a header, when the connection is closed. */
	assert_int_not_equal(ask_as(tcti, IN_SESSION, &code), TSS2_RC_SUCCESS);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		now = table[i].answer;
		assert_int_equal(ask_as(tcti, IN_SESSION, &code), TSS2_TCTI_RC_MALFORMED_RESPONSE);
		assert_int_equal(es_tcti_frame(s->filter), table[i].frame);
	}
	assert_int_equal(code, 1);
}

static void an_answer_over_the_cap_is_refused(void **state)
{
	static const uint8_t huge[] = { 0x80, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 };
	static const uint8_t large[] = { 0x80, 1, 0, 0, 0x10, 1, 0, 0, 0, 0 };
	struct es_span now = { huge, sizeof huge };
	struct setting *s = *state;
	TSS2_TCTI_CONTEXT *tcti = begin(s, 5000, answer_with, &now);
	uint32_t code = 1;

	assert_int_not_equal(ask(tcti, &code), TSS2_RC_SUCCESS);
	now = (struct es_span){ large, sizeof large };
	assert_int_not_equal(ask(tcti, &code), TSS2_RC_SUCCESS);
}

static void calls_out_of_order_are_refused(void **state)
{
	struct setting *s = *state;
	TSS2_TCTI_CONTEXT *tcti = begin(s, 5000, NULL, NULL);
	uint8_t response[4096], big[ES_TPM_MESSAGE_MAX + 1] = { 0 };
	size_t len = sizeof response;

	assert_int_equal(Tss2_Tcti_Receive(tcti, &len, response, -1), TSS2_TCTI_RC_BAD_SEQUENCE);
	assert_int_equal(Tss2_Tcti_Transmit(tcti, 9, big), TSS2_TCTI_RC_BAD_VALUE);
	assert_int_equal(Tss2_Tcti_Transmit(tcti, sizeof big, big), TSS2_TCTI_RC_BAD_VALUE);
	assert_int_equal(Tss2_Tcti_Transmit(tcti, sizeof GET_RANDOM, GET_RANDOM), TSS2_RC_SUCCESS);
	len = 3;
	assert_int_equal(Tss2_Tcti_Receive(tcti, &len, response, -1), TSS2_TCTI_RC_INSUFFICIENT_BUFFER);
	assert_int_equal(len, 16);
	assert_int_equal(Tss2_Tcti_Receive(tcti, &len, NULL, -1), TSS2_RC_SUCCESS);
	assert_int_equal(Tss2_Tcti_Receive(tcti, &len, response, -1), TSS2_RC_SUCCESS);
	assert_int_equal(es_tcti_commands(s->filter), 1);
}

static void a_flush_needs_no_esapi(void **state)
{
	struct setting *s = *state;
	char out[256];

	begin(s, 5000, NULL, NULL);
	es_swtpm_tool_ok(s->swtpm, "tpm2_createprimary -Q -C o && tpm2_getcap handles-transient", out, sizeof out);
	assert_string_equal(out, "- 0x80000000\n");
	es_tcti_flush(s->filter, 0x80000000);
	es_swtpm_tool_ok(s->swtpm, "tpm2_getcap handles-transient", out, sizeof out);
	assert_string_equal(out, "");
	es_tcti_flush(s->filter, 0x80000000); /* nothing is loaded: no harm */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_the_commands_it_sends),
		TEST(a_command_is_sent_again_if_the_tpm_asks_for_it),
		TEST(a_command_is_not_sent_again_otherwise),
		TEST(retries_are_limited),
		TEST(pauses_count_towards_the_limit),
		TEST(a_tpm_that_never_answers_costs_no_more_than_the_limit),
		TEST(each_malformed_frame_is_distinguished),
		TEST(an_answer_over_the_cap_is_refused),
		TEST(calls_out_of_order_are_refused),
		TEST(a_flush_needs_no_esapi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
