/* SPDX-License-Identifier: Apache-2.0 */
/* PCRs that others extend between a policy and its use: the TPM itself then refuses (TPM_RC_PCR_CHANGED). */
#include "keys/tpm/patience.h"

#include "keys/core/clock.h"
#include "keys/tests/lib/extend.h"
#include "keys/tests/lib/same_secret.h"
#include "keys/tests/lib/tpm_fixture.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/pcr.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include <tss2/tss2_tpm2_types.h>

enum { IMA = 10 };

/* Extends the PCR of IMA just before each command with that code, `times` times. */
struct burst {
	const struct es_swtpm *swtpm;
	uint32_t before;
	unsigned times, done;
};

static void extend_before(void *arg, struct es_proxy_message *m)
{
	static const struct es_digest file = { { 0x5a } };
	struct burst *b = arg;

	if (m->code != b->before || b->done == b->times)
		return;
	b->done++;
	es_swtpm_extend(b->swtpm, IMA, &file);
}

static enum es_reason unseal_in(struct tpm_fixture *f, struct burst *b)
{
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), extend_before, NULL, b);
	ES_SECRET got = NULL;
	enum es_reason r;

	b->swtpm = f->swtpm;
	tpm_fixture_reopen(f, es_proxy_tcti(p), true);
	r = tpm_fixture_unseal(f, &got);
	if (r == ES_OK)
		assert_true(same_secret(got, f->secret));
	else
		assert_null(got);
	tpm_fixture_assert_nothing_left(f);
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
	return r;
}

static void F13_a_burst_of_measurements_is_waited_for(void **state)
{
	struct burst once = { .before = TPM2_CC_Unseal, .times = 1 }, often = { .before = TPM2_CC_Unseal, .times = 25 };

	assert_int_equal(unseal_in(*state, &once), ES_OK);
	assert_int_equal(unseal_in(*state, &often), ES_OK);
	assert_int_equal(often.done, 25);
}

static void F13_measurements_without_end_cost_a_bound_by_the_clock(void **state)
{
	struct burst b = { .before = TPM2_CC_Unseal, .times = UINT32_MAX };
	uint64_t start = es_monotonic_ms();

	assert_int_equal(unseal_in(*state, &b), ES_TPM_PCRS_CHANGING);
	assert_true(es_monotonic_ms() - start >= ES_PATIENCE_TOTAL_MS);
	assert_true(b.done > 4);
}

/* Measurements before the policy has started don't matter: neither the session nor loading the object depends on
 * PCRs. */
static void F13_measurements_before_the_policy_cost_no_try(void **state)
{
	struct burst b = { .before = TPM2_CC_Load, .times = UINT32_MAX };

	assert_int_equal(unseal_in(*state, &b), ES_OK);
	assert_int_equal(b.done, 1);
}

/* Extends as the kernel does: at any time, and as long as programs start. */
struct busy {
	const struct es_swtpm *swtpm;
	atomic_bool stop;
	atomic_uint done;
};

static void *keep_extending(void *arg)
{
	static const struct es_digest file = { { 0x77 } };
	struct busy *b = arg;
	const struct timespec pace = { 0, 3000000 }; /* one program after the other */
	uint64_t end = es_monotonic_ms() + 2000;

	while (!b->stop && es_monotonic_ms() < end) {
		es_swtpm_extend(b->swtpm, IMA, &file);
		b->done++;
		nanosleep(&pace, NULL);
	}
	return NULL;
}

static void F13_a_host_that_measures_for_two_seconds_opens(void **state)
{
	struct tpm_fixture *f = *state;
	struct burst none = { .before = TPM2_CC_Unseal };
	struct busy b = { .swtpm = f->swtpm };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, keep_extending, &b), 0);
	while (b.done == 0)
		;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(unseal_in(f, &none), ES_OK);
	b.stop = true;
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(b.done > 4);
}

/* More than eight PCRs take more than one command. */
static void F13_reading_many_pcrs_waits_for_a_burst_too(void **state)
{
	struct tpm_fixture *f = *state;
	struct burst b = { .swtpm = f->swtpm, .before = TPM2_CC_PCR_Read, .times = 25 };
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), extend_before, NULL, &b);
	struct es_pcr_values v = { 0 };

	tpm_fixture_reopen(f, es_proxy_tcti(p), true);
	assert_int_equal(es_tpm_pcr_read(f->tpm, 0xffffff, &v), ES_OK);
	assert_int_equal(b.done, 25);
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(F13_a_burst_of_measurements_is_waited_for),
		TEST(F13_measurements_without_end_cost_a_bound_by_the_clock),
		TEST(F13_measurements_before_the_policy_cost_no_try),
		TEST(F13_a_host_that_measures_for_two_seconds_opens),
		TEST(F13_reading_many_pcrs_waits_for_a_burst_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
