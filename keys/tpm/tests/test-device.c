/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/device.h"

#include "keys/tests/lib/loopback.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/swtpm.h"
#include "keys/tpm/pcr.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

/* *state is a folder that replaces /sys/class/tpm/tpm0; /dev/null and others replace the device. */

static void a_tpm_2_is_accepted(void **state)
{
	oracle_write(state, "tpm_version_major", es_text_span("2\n"));
	assert_int_equal(es_tpm_device_check(*state, "/dev/null"), ES_OK);
}

static void a_kernel_without_a_version_file_is_accepted(void **state)
{
	assert_int_equal(es_tpm_device_check("/nonexistent", "/dev/null"), ES_OK);
	oracle_write(state, "tpm_version_major", es_text_span(""));
	assert_int_equal(es_tpm_device_check(*state, "/dev/null"), ES_OK);
}

static void a_tpm_12_is_distinguished_from_an_absent_tpm(void **state)
{
	oracle_write(state, "tpm_version_major", es_text_span("1\n"));
	assert_int_equal(es_tpm_device_check(*state, "/nonexistent"), ES_TPM_VERSION);
	assert_int_equal(es_tpm_device_check(*state, "/dev/null"), ES_TPM_VERSION);
}

static void a_missing_device_is_absent(void **state)
{
	assert_int_equal(es_tpm_device_check(*state, "/nonexistent"), ES_TPM_ABSENT);
}

static void a_missing_device_for_a_known_tpm_is_an_error(void **state)
{
	oracle_write(state, "tpm_version_major", es_text_span("2\n"));
	assert_int_equal(es_tpm_device_check(*state, "/nonexistent"), ES_TPM_NO_MANAGER);
}

static void a_file_in_place_of_the_device_is_absent(void **state)
{
	assert_int_equal(es_tpm_device_check(*state, "/etc/passwd"), ES_TPM_ABSENT);
}

static void a_path_that_is_too_long_is_refused(void **state)
{
	char path[PATH_MAX + 10];

	(void)state;
	for (size_t i = 0; i < sizeof path; i++)
		path[i] = 'a';
	path[sizeof path - 1] = '\0';
	assert_int_equal(es_tpm_device_check(path, path), ES_TPM_ABSENT);
}

static void a_device_of_another_user_is_a_permission_error(void **state)
{
	char path[PATH_MAX];
	int status;
	pid_t pid;

	snprintf(path, sizeof path, "%s/device", (const char *)*state);
	assert_int_equal(chmod(*state, 0755), 0);
	assert_int_equal(mknod(path, S_IFCHR | 0600, makedev(1, 3)), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(setuid(65534) == 0 ? (int)es_tpm_device_check("/nonexistent", path) : 255);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ES_TPM_DENIED);
}

/* TIOCEXCL makes a terminal behave like /dev/tpm0, which only one program can open. */
static void F5_a_device_that_another_program_has_is_said_to_be_in_use(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status, slave;
	struct es_tpm *tpm = NULL;
	char path[64], tcti[96];
	pid_t pid;

	(void)state;
	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	assert_int_equal(ptsname_r(master, path, sizeof path), 0);
	slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0 && ioctl(slave, TIOCEXCL) == 0);
	assert_int_equal(chmod(path, 0666), 0);
	snprintf(tcti, sizeof tcti, "device:%s", path);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) /* root is let in anyway */
		_exit(setuid(65534) == 0 ? (int)es_tpm_open(tcti, 1000, &tpm) : 255);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ES_TPM_IN_USE);
	close(slave);
	close(master);
}

/* A pseudo-terminal replaces the device: the test receives what is written to it, and relays it to a swtpm. Like the
 * real device it accepts a whole command, and its read blocks until there is an answer. */
struct relay {
	int master;
	uint16_t upstream;
	atomic_uint commands;
};

static void *relay(void *arg)
{
	struct relay *r = arg;
	uint8_t buf[4096];
	ssize_t n;

	while ((n = read(r->master, buf, sizeof buf)) > 0) {
		int fd = es_loopback_connect(r->upstream);

		r->commands++;
		if (fd < 0 || write(fd, buf, (size_t)n) != n || (n = read(fd, buf, sizeof buf)) <= 0 ||
		    write(r->master, buf, (size_t)n) != n)
			abort();
		close(fd);
	}
	return NULL;
}

static int make_device(char path[static 64], int *ret_slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios raw;

	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	assert_int_equal(ptsname_r(master, path, 64), 0);
	*ret_slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*ret_slave >= 0 && tcgetattr(*ret_slave, &raw) == 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(*ret_slave, TCSANOW, &raw), 0);
	return master;
}

static void a_device_is_used_without_tpm2_tss(void **state)
{
	struct es_swtpm *s = es_swtpm_start();
	struct relay r = { .upstream = es_swtpm_port(s) };
	struct es_pcr_values v = { 0 };
	struct es_tpm *tpm = NULL;
	char path[64], tcti[96];
	pthread_t thread;
	int slave;

	(void)state;
	r.master = make_device(path, &slave);
	assert_int_equal(pthread_create(&thread, NULL, relay, &r), 0);
	snprintf(tcti, sizeof tcti, "device:%s", path);
	assert_int_equal(es_tpm_open(tcti, ES_TPM_TIMEOUT_MS, &tpm), ES_OK);
	assert_int_equal(r.commands, 0); /* opening it sends no command */
	assert_int_equal(es_tpm_pcr_read(tpm, ES_PCR_BIT(0) | ES_PCR_BIT(17), &v), ES_OK);
	assert_true(es_pcr_is_unset(&v.value[0]) && es_pcr_is_unset(&v.value[17]));
	assert_int_equal(r.commands, 1);
	assert_int_equal(es_tpm_commands(tpm), 1);
	es_tpm_close(tpm);
	close(slave);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(r.master);
	es_swtpm_stop(s);
}

static void a_device_that_never_answers_costs_the_limit(void **state)
{
	struct es_pcr_values v = { 0 };
	struct es_tpm *tpm = NULL;
	char path[64], tcti[96];
	int slave, master = make_device(path, &slave);

	(void)state;
	snprintf(tcti, sizeof tcti, "device:%s", path);
	assert_int_equal(es_tpm_open(tcti, 1000, &tpm), ES_OK);
	assert_int_equal(es_tpm_pcr_read(tpm, ES_PCR_BIT(0), &v), ES_TPM_TIMEOUT);
	es_tpm_close(tpm);
	close(slave);
	close(master); /* its read ends, and the thread frees the connection */
}

/* Answers once, in one piece, with the given bytes. */
struct once {
	int master;
	struct es_span answer;
};

static void *answer_once(void *arg)
{
	struct once *o = arg;
	uint8_t buf[4096];

	if (read(o->master, buf, sizeof buf) <= 0 || write(o->master, o->answer.data, o->answer.len) < 0)
		abort();
	return NULL;
}

static void an_answer_with_a_false_length_is_refused(void **state)
{
	static const uint8_t cut[] = { 0x80, 1, 0, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t longer[] = { 0x80, 1, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t no_header[] = { 0x80, 1, 0, 0, 0 };
	static const struct es_span answers[] = { { cut, sizeof cut },
						  { longer, sizeof longer },
						  { no_header, sizeof no_header } };

	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct once o = { .answer = answers[i] };
		struct es_pcr_values v = { 0 };
		struct es_tpm *tpm = NULL;
		char path[64], tcti[96];
		pthread_t thread;
		int slave;

		o.master = make_device(path, &slave);
		assert_int_equal(pthread_create(&thread, NULL, answer_once, &o), 0);
		snprintf(tcti, sizeof tcti, "device:%s", path);
		assert_int_equal(es_tpm_open(tcti, 5000, &tpm), ES_OK);
		assert_int_equal(es_tpm_pcr_read(tpm, ES_PCR_BIT(0), &v), ES_TPM_HARDWARE);
		assert_non_null(strstr(es_tpm_last_refusal(tpm), "the answer isn't a valid TPM response"));
		es_tpm_close(tpm);
		assert_int_equal(pthread_join(thread, NULL), 0);
		close(slave);
		close(o.master);
	}
}

static void a_device_that_goes_away_is_a_hardware_failure(void **state)
{
	struct es_pcr_values v = { 0 };
	struct es_tpm *tpm = NULL;
	char path[64], tcti[96];
	int slave, master = make_device(path, &slave);

	(void)state;
	snprintf(tcti, sizeof tcti, "device:%s", path);
	assert_int_equal(es_tpm_open(tcti, 5000, &tpm), ES_OK);
	close(slave);
	close(master);
	assert_int_equal(es_tpm_pcr_read(tpm, ES_PCR_BIT(0), &v), ES_TPM_HARDWARE);
	es_tpm_close(tpm);
}

static void a_device_that_cannot_be_opened_is_an_error(void **state)
{
	int fd = -2;

	(void)state;
	assert_int_equal(es_device_open("/nonexistent", &fd), TSS2_TCTI_RC_IO_ERROR);
	assert_int_equal(fd, -2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, oracle_folder_make, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tpm_2_is_accepted),
		TEST(a_kernel_without_a_version_file_is_accepted),
		TEST(a_tpm_12_is_distinguished_from_an_absent_tpm),
		TEST(a_missing_device_is_absent),
		TEST(a_missing_device_for_a_known_tpm_is_an_error),
		TEST(a_file_in_place_of_the_device_is_absent),
		TEST(a_path_that_is_too_long_is_refused),
		TEST(a_device_of_another_user_is_a_permission_error),
		cmocka_unit_test(F5_a_device_that_another_program_has_is_said_to_be_in_use),
		cmocka_unit_test(a_device_is_used_without_tpm2_tss),
		cmocka_unit_test(a_device_that_never_answers_costs_the_limit),
		cmocka_unit_test(an_answer_with_a_false_length_is_refused),
		cmocka_unit_test(a_device_that_goes_away_is_a_hardware_failure),
		cmocka_unit_test(a_device_that_cannot_be_opened_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
