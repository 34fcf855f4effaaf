/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/buf.h"
#include "keys/store/hibernation.h"
#include "keys/tests/lib/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* NULL: the file is missing. */
static enum es_reason check(void **state, const char *disk, const char *resume, char *ret_detail)
{
	char disk_path[256], resume_path[256];

	snprintf(disk_path, sizeof disk_path, "%s/disk", (const char *)*state);
	snprintf(resume_path, sizeof resume_path, "%s/resume", (const char *)*state);
	(void)unlink(disk_path);
	(void)unlink(resume_path);
	if (disk != NULL)
		oracle_write(state, "disk", es_text_span(disk));
	if (resume != NULL)
		oracle_write(state, "resume", es_text_span(resume));
	return es_hibernation_check(*state, ret_detail);
}

static void a_kernel_with_nohibernate_cannot_resume(void **state)
{
	char detail[ES_HIBERNATION_TEXT];

	assert_int_equal(check(state, "[disabled]\n", "0:0\n", detail), ES_OK);
	assert_int_equal(check(state, "[disabled]\n", NULL, detail), ES_OK);
}

static void nor_can_one_built_without_hibernation(void **state)
{
	char detail[ES_HIBERNATION_TEXT];

	assert_int_equal(check(state, NULL, NULL, detail), ES_OK);
	assert_false(es_hibernation_is_built_in(*state));
}

static void any_other_kernel_might_resume_and_its_files_are_shown(void **state)
{
	char detail[ES_HIBERNATION_TEXT];

	assert_int_equal(check(state, "[platform] shutdown reboot suspend test_resume\n", "0:0\n", detail),
			 ES_RESUME_POSSIBLE);
	assert_non_null(strstr(detail, "/disk: [platform] shutdown"));
	assert_int_equal(check(state, "[disabled]\n", "254:3\n", detail), ES_RESUME_POSSIBLE);
	assert_non_null(strstr(detail, "resume: 254:3"));
	assert_int_equal(check(state, "[platform] [disabled]\n", "0:0\n", detail), ES_RESUME_POSSIBLE);
	assert_int_equal(check(state, NULL, "0:0\n", detail), ES_RESUME_POSSIBLE);
	assert_int_equal(check(state, "", "0:0\n", detail), ES_RESUME_POSSIBLE);
	assert_int_equal(check(state, "[disabled]\n", "", detail), ES_RESUME_POSSIBLE);
}

static void files_that_cannot_be_read_count_as_possible(void **state)
{
	char detail[ES_HIBERNATION_TEXT], folder[256];

	snprintf(folder, sizeof folder, "%s/disk", (const char *)*state);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(es_hibernation_check(*state, detail), ES_RESUME_POSSIBLE);
	assert_true(es_hibernation_is_built_in(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, oracle_folder_make, oracle_folder_remove)
		TEST(a_kernel_with_nohibernate_cannot_resume),
		TEST(nor_can_one_built_without_hibernation),
		TEST(any_other_kernel_might_resume_and_its_files_are_shown),
		TEST(files_that_cannot_be_read_count_as_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
