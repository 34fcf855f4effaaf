/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/device.h"

#include "keys/testlib/oracle.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* *state is a folder that plays /sys/class/tpm/tpm0; /dev/null and the like play the device. */

static void a_tpm_2_is_fine(void **state)
{
	oracle_write(state, "tpm_version_major", es_text_span("2\n"));
	assert_int_equal(es_tpm_device_check(*state, "/dev/null"), ES_OK);
}

static void a_kernel_that_does_not_tell_the_version_is_fine(void **state)
{
	assert_int_equal(es_tpm_device_check("/nonexistent", "/dev/null"), ES_OK);
	oracle_write(state, "tpm_version_major", es_text_span(""));
	assert_int_equal(es_tpm_device_check(*state, "/dev/null"), ES_OK);
}

static void a_tpm_12_is_no_absent_tpm(void **state)
{
	oracle_write(state, "tpm_version_major", es_text_span("1\n"));
	assert_int_equal(es_tpm_device_check(*state, "/nonexistent"), ES_TPM_VERSION);
	assert_int_equal(es_tpm_device_check(*state, "/dev/null"), ES_TPM_VERSION);
}

static void no_device_is_absent(void **state)
{
	assert_int_equal(es_tpm_device_check(*state, "/nonexistent"), ES_TPM_ABSENT);
	oracle_write(state, "tpm_version_major", es_text_span("2\n"));
	assert_int_equal(es_tpm_device_check(*state, "/nonexistent"), ES_TPM_ABSENT);
}

static void a_file_in_the_device_place_is_absent(void **state)
{
	assert_int_equal(es_tpm_device_check(*state, "/etc/passwd"), ES_TPM_ABSENT);
}

static void too_long_a_path_is_no_crash(void **state)
{
	char path[PATH_MAX + 10];

	(void)state;
	for (size_t i = 0; i < sizeof path; i++)
		path[i] = 'a';
	path[sizeof path - 1] = '\0';
	assert_int_equal(es_tpm_device_check(path, path), ES_TPM_ABSENT);
}

static void a_device_of_another_user_is_a_matter_of_permission(void **state)
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
	assert_int_equal(WEXITSTATUS(status), ES_PERMISSION);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, oracle_folder_make, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tpm_2_is_fine),
		TEST(a_kernel_that_does_not_tell_the_version_is_fine),
		TEST(a_tpm_12_is_no_absent_tpm),
		TEST(no_device_is_absent),
		TEST(a_file_in_the_device_place_is_absent),
		TEST(too_long_a_path_is_no_crash),
		TEST(a_device_of_another_user_is_a_matter_of_permission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
