/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/context.h"

#include "keys/core/clock.h"
#include "keys/tests/lib/loopback.h"
#include "keys/tests/lib/tpm_fixture.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/counter.h"
#include "keys/tpm/pcr.h"
#include "keys/tpm/srk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <tss2/tss2_tpm2_types.h>

static enum es_reason fence(struct es_tpm *tpm)
{
	bool vouched;

	return es_tpm_fence(tpm, true, &vouched);
}

static void opening_sends_nothing(void **state)
{
	struct tpm_fixture *f = *state;

	assert_int_equal(es_tpm_commands(f->tpm), 0);
	assert_string_equal(es_tpm_last_refusal(f->tpm), "");
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_commands(f->tpm), 0);
}

static void a_missing_tpm_is_absent(void **state)
{
	struct es_tpm *tpm = NULL;
	char tcti[64];

	(void)state;
	snprintf(tcti, sizeof tcti, "swtpm:host=127.0.0.1,port=%u", es_loopback_free_pair());
	assert_int_equal(es_tpm_open(tcti, 5000, &tpm), ES_TPM_ABSENT);
	assert_int_equal(es_tpm_open("no-such-tcti", 5000, &tpm), ES_TPM_ABSENT);
	assert_int_equal(es_tpm_open("device:/dev/no-such-tpm", 5000, &tpm), ES_TPM_ABSENT);
	assert_null(tpm);
	es_tpm_close(NULL);
}

static void a_limit_of_zero_is_a_timeout(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_tpm *tpm = NULL;

	assert_int_equal(es_tpm_open(es_swtpm_tcti(f->swtpm), 0, &tpm), ES_TPM_TIMEOUT);
	assert_null(tpm);
}

/* Failures that tpm2-tss would report, in a separate process, since it reads TSS2_LOG only once. */
static int probe(const char *tcti)
{
	struct es_tpm *tpm = NULL;
	uint64_t value;

	if (es_tpm_open("no-such-tcti", 5000, &tpm) != ES_TPM_ABSENT ||
	    es_tpm_open("swtpm:host=127.0.0.1,port=1", 5000, &tpm) != ES_TPM_ABSENT ||
	    es_tpm_open(tcti, 5000, &tpm) != ES_OK ||
	    es_tpm_counter_read(tpm, 0x01800001, &value) != ES_COUNTER_MISSING)
		return 1;
	es_tpm_close(tpm);
	return 0;
}

static size_t printed_by_probe(struct tpm_fixture *f, const char *log)
{
	char path[128], self[128] = "", text[64] = "";
	int fd, status;
	ssize_t n;
	pid_t pid;

	snprintf(path, sizeof path, "%s/printed", es_swtpm_folder(f->swtpm));
	assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (log != NULL)
			setenv("TSS2_LOG", log, 1);
		else
			unsetenv("TSS2_LOG");
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(fd, 1);
		dup2(fd, 2);
		execl(self, self, "probe", es_swtpm_tcti(f->swtpm), (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof text - 1);
	close(fd);
	assert_true(n >= 0);
	return (size_t)n;
}

static void nothing_is_printed_unless_requested(void **state)
{
	assert_int_equal(printed_by_probe(*state, NULL), 0);
	assert_int_not_equal(printed_by_probe(*state, "all+warning"), 0);
}

static void hang(void *arg, struct es_proxy_message *m)
{
	(void)arg;
	m->hang = true;
}

static void a_tpm_that_hangs_costs_the_limit_once(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), hang, NULL, NULL);
	struct es_tpm *tpm = NULL;
	struct es_pcr_values v;
	uint64_t start = es_monotonic_ms(), value;

	assert_int_equal(es_tpm_open(es_proxy_tcti(p), 1000, &tpm), ES_OK);
	assert_int_equal(es_tpm_srk_pin(tpm, es_buf_span(&f->srk)), ES_OK);
	assert_int_equal(es_tpm_pcr_read(tpm, FIXTURE_PCRS, &v), ES_TPM_TIMEOUT);
	assert_true(es_monotonic_ms() - start >= 800 && es_monotonic_ms() - start < 20000);
	start = es_monotonic_ms();
	assert_int_equal(es_tpm_pcr_read(tpm, FIXTURE_PCRS, &v), ES_TPM_TIMEOUT);
	assert_int_equal(es_tpm_counter_read(tpm, ES_COUNTER_INDEX, &value), ES_TPM_TIMEOUT);
	assert_int_equal(fence(tpm), ES_TPM_TIMEOUT);
	assert_int_equal(es_tpm_usable(tpm), ES_TPM_TIMEOUT);
	assert_int_equal(es_tpm_srk_check(tpm), ES_TPM_TIMEOUT);
	assert_int_equal(es_tpm_commands(tpm), 1); /* none of these was sent or waited for */
	es_tpm_close(tpm);
	assert_true(es_monotonic_ms() - start < 20000);
	es_proxy_stop(p);
}

/* The nth command hangs, after sessions and objects were loaded; closing must not wait either. */
static void hang_at(void *arg, struct es_proxy_message *m)
{
	m->hang = m->nth == *(const unsigned *)arg;
}

static void the_unseal_ends_whichever_command_hangs(void **state)
{
	struct tpm_fixture *f = *state;

	for (unsigned nth = 0; nth < 5; nth++) {
		struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), hang_at, NULL, &nth);
		uint64_t start = es_monotonic_ms();
		ES_SECRET got = NULL;
		enum es_reason r;

		es_tpm_close(f->tpm);
		f->tpm = NULL;
		assert_int_equal(es_tpm_open(es_proxy_tcti(p), nth < 4 ? 1000 : 3000, &f->tpm), ES_OK);
		assert_int_equal(es_tpm_srk_pin(f->tpm, es_buf_span(&f->srk)), ES_OK);
		r = tpm_fixture_unseal(f, &got);
		/* The last one only flushes: by then the secret is there. */
		assert_int_equal(r, nth < 4 ? ES_TPM_TIMEOUT : ES_OK);
		es_tpm_close(f->tpm);
		f->tpm = NULL;
		assert_true(es_monotonic_ms() - start < 20000);
		es_proxy_stop(p);
		es_swtpm_power_cycle(f->swtpm); /* only a power cycle unloads what a hanging TPM has loaded */
		tpm_fixture_measure(f->swtpm);
	}
}

static void hang_up(void *arg, struct es_proxy_message *m)
{
	m->hang_up = m->code == *(const uint32_t *)arg;
}

static void a_broken_connection_is_a_hardware_failure(void **state)
{
	struct tpm_fixture *f = *state;
	uint32_t code = TPM2_CC_Unseal;
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), hang_up, NULL, &code);
	ES_SECRET got = NULL;

	tpm_fixture_reopen(f, es_proxy_tcti(p), true);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_TPM_HARDWARE);
	assert_int_equal(fence(f->tpm), ES_OK);
	tpm_fixture_assert_nothing_left(f);
	es_proxy_stop(p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(opening_sends_nothing),
		cmocka_unit_test(a_missing_tpm_is_absent),
		TEST(a_limit_of_zero_is_a_timeout),
		TEST(nothing_is_printed_unless_requested),
		TEST(a_tpm_that_hangs_costs_the_limit_once),
		TEST(the_unseal_ends_whichever_command_hangs),
		TEST(a_broken_connection_is_a_hardware_failure),
	};

	if (argc == 3 && strcmp(argv[1], "probe") == 0)
		return probe(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
