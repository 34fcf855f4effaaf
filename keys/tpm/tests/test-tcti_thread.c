/* SPDX-License-Identifier: Apache-2.0 */
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

static const uint64_t MS = 1000000;

/* TPM2_GetRandom of 4 bytes. */
static const uint8_t GET_RANDOM[] = { 0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x7b, 0, 4 };
static const struct es_span COMMAND = { GET_RANDOM, sizeof GET_RANDOM };

static int start(void **state)
{
	setenv("TSS2_LOG", "all+NONE", 0);
	*state = es_swtpm_start();
	return 0;
}

static int stop(void **state)
{
	es_swtpm_stop(*state);
	return 0;
}

static void exchanges_reduce_the_remaining_time(void **state)
{
	uint8_t response[ES_TPM_MESSAGE_MAX];
	uint64_t left = 5000 * MS, before;
	struct es_tcti_thread *line = NULL;
	size_t len = 0;

	assert_int_equal(es_tcti_thread_open(es_swtpm_tcti(*state), &left, &line), TSS2_RC_SUCCESS);
	before = left;
	assert_int_equal(es_tcti_thread_exchange(line, COMMAND, &left, response, &len), TSS2_RC_SUCCESS);
	assert_int_equal(len, 16);
	assert_true(left < before && left > 0);
	es_tcti_thread_close(line, left);
}

static void a_missing_tpm_is_an_error(void **state)
{
	struct es_tcti_thread *line = NULL;
	uint64_t left = 5000 * MS;

	(void)state;
	assert_int_not_equal(es_tcti_thread_open("swtpm:host=127.0.0.1,port=1", &left, &line), TSS2_RC_SUCCESS);
	assert_int_not_equal(es_tcti_thread_open("no-such-tcti", &left, &line), TSS2_RC_SUCCESS);
	assert_null(line);
	assert_true(left > 0);
}

static void hang(void *arg, struct es_proxy_message *m)
{
	(void)arg;
	m->hang = true;
}

static void a_tpm_that_hangs_is_abandoned(void **state)
{
	struct es_proxy *p = es_proxy_start(es_swtpm_port(*state), hang, NULL, NULL);
	uint8_t response[ES_TPM_MESSAGE_MAX];
	uint64_t left = 1000 * MS, start_ns = es_monotonic_ns(), took;
	struct es_tcti_thread *line = NULL;
	size_t len = 0;

	assert_int_equal(es_tcti_thread_open(es_proxy_tcti(p), &left, &line), TSS2_RC_SUCCESS);
	assert_int_equal(es_tcti_thread_exchange(line, COMMAND, &left, response, &len), TSS2_TCTI_RC_IO_ERROR);
	took = es_monotonic_ns() - start_ns;
	assert_true(took >= 800 * MS && took < 20000 * MS);
	assert_int_equal(left, 0);

	start_ns = es_monotonic_ns();
	assert_int_equal(es_tcti_thread_exchange(line, COMMAND, &left, response, &len), TSS2_TCTI_RC_IO_ERROR);
	left = 60000 * MS; /* even with more time, since the thread still hangs */
	assert_int_equal(es_tcti_thread_exchange(line, COMMAND, &left, response, &len), TSS2_TCTI_RC_IO_ERROR);
	es_tcti_thread_close(line, left);
	assert_true(es_monotonic_ns() - start_ns < 20000 * MS);
	es_proxy_stop(p); /* the thread returns after its caller has gone, and frees the connection */
}

static void no_time_means_no_wait(void **state)
{
	struct es_tcti_thread *line = NULL;
	uint64_t left = 0;

	assert_int_equal(es_tcti_thread_open(es_swtpm_tcti(*state), &left, &line), TSS2_TCTI_RC_IO_ERROR);
	assert_null(line);
}

static void unlimited_time_does_not_overflow(void **state)
{
	uint8_t response[ES_TPM_MESSAGE_MAX];
	struct es_tcti_thread *line = NULL;
	uint64_t left = UINT64_MAX;
	size_t len = 0;

	assert_int_equal(es_tcti_thread_open(es_swtpm_tcti(*state), &left, &line), TSS2_RC_SUCCESS);
	assert_int_equal(es_tcti_thread_exchange(line, COMMAND, &left, response, &len), TSS2_RC_SUCCESS);
	es_tcti_thread_close(line, left);
}

static void a_command_that_is_too_long_is_refused(void **state)
{
	static uint8_t big[ES_TPM_MESSAGE_MAX + 1];
	uint8_t response[ES_TPM_MESSAGE_MAX];
	struct es_tcti_thread *line = NULL;
	uint64_t left = 5000 * MS;
	size_t len = 0;

	assert_int_equal(es_tcti_thread_open(es_swtpm_tcti(*state), &left, &line), TSS2_RC_SUCCESS);
	assert_int_equal(es_tcti_thread_exchange(line, (struct es_span){ big, sizeof big }, &left, response, &len),
			 TSS2_TCTI_RC_BAD_VALUE);
	es_tcti_thread_close(line, left);
}

static void a_closed_connection_is_an_error_and_the_thread_goes_on(void **state)
{
	uint8_t response[ES_TPM_MESSAGE_MAX];
	struct es_tcti_thread *line = NULL;
	uint64_t left = 5000 * MS;
	size_t len = 0;

	assert_int_equal(es_tcti_thread_open(es_swtpm_tcti(*state), &left, &line), TSS2_RC_SUCCESS);
	es_swtpm_power_cycle(*state); /* on another port: the old one is closed */
	assert_int_not_equal(es_tcti_thread_exchange(line, COMMAND, &left, response, &len), TSS2_RC_SUCCESS);
	assert_int_not_equal(es_tcti_thread_exchange(line, COMMAND, &left, response, &len), TSS2_RC_SUCCESS);
	assert_true(left > 0);
	es_tcti_thread_close(line, left);
	es_tcti_thread_close(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exchanges_reduce_the_remaining_time),
		cmocka_unit_test(a_missing_tpm_is_an_error),
		cmocka_unit_test(a_tpm_that_hangs_is_abandoned),
		cmocka_unit_test(no_time_means_no_wait),
		cmocka_unit_test(unlimited_time_does_not_overflow),
		cmocka_unit_test(a_command_that_is_too_long_is_refused),
		cmocka_unit_test(a_closed_connection_is_an_error_and_the_thread_goes_on),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
