/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the next boot's kernel could resume a hibernated system: predicted as the boot helper will find it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/next/check.h"
#include "keys/tests/lib/machine.h"
#include "keys/tests/lib/signed_image.h"

#include <stdio.h>
#include <string.h>

#define HIBERNATES "[platform] shutdown reboot suspend test_resume"

static struct machine m;

static int start(void **state)
{
	(void)state;
	machine_start(&m, false);
	return 0;
}

static int end(void **state)
{
	(void)state;
	machine_stop(&m);
	return 0;
}

/* The running kernel: its options, and what it reports about hibernation. */
static void runs(const char *options, const char *modes)
{
	struct machine_boot usual = machine_usual_boot;

	m.options = options;
	machine_power_on(&m, &usual);
	machine_hibernation(&m, modes);
}

static enum es_reason next(const char *cmdline, const char *options)
{
	struct es_predict_request q = { .options = options };
	ES_HOST host = machine_host(&m);
	ES_BUF image = { NULL, 0 };
	struct es_uki uki;
	struct es_pe pe;

	small_image(cmdline, (struct es_span){ NULL, 0 }, &image);
	assert_int_equal(es_pe_open(es_buf_span(&image), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_FILE, &uki), ES_OK);
	q.uki = &uki;
	return es_host_check_resume(host, &q);
}

static enum es_reason this(void) {
	ES_HOST host = machine_host(&m);

	return es_host_check_resume(host, NULL);
}

static void the_image_that_runs_is_judged_by_its_kernel(void **state)
{
	(void)state;
	runs("quiet nohibernate\n", "[disabled]");
	assert_int_equal(this(), ES_OK);
	runs("quiet\n", HIBERNATES);
	assert_int_equal(this(), ES_RESUME_POSSIBLE);
}

static void the_next_one_is_judged_by_its_options(void **state)
{
	(void)state;
	runs("quiet nohibernate\n", "[disabled]");
	assert_int_equal(next("quiet nohibernate", NULL), ES_OK);
	assert_int_equal(next("quiet", NULL), ES_RESUME_POSSIBLE);
	assert_int_equal(next("quiet -- nohibernate", NULL), ES_RESUME_POSSIBLE);
	assert_int_equal(next("quiet", "nohibernate"), ES_OK);
	/* This option fixes a host that hibernates. */
	runs("quiet\n", HIBERNATES);
	assert_int_equal(next("quiet nohibernate", NULL), ES_OK);
	assert_int_equal(next("quiet", NULL), ES_RESUME_POSSIBLE);
}

static void a_kernel_that_never_hibernates_needs_no_option(void **state)
{
	char path[128];

	(void)state;
	/* The kernel is locked down. */
	runs("quiet\n", "[disabled]");
	assert_int_equal(next("quiet", NULL), ES_OK);
	/* The kernel is built without hibernation. */
	runs("quiet nohibernate\n", "[disabled]");
	snprintf(path, sizeof path, "%s/disk", m.power_dir);
	assert_int_equal(remove(path), 0);
	snprintf(path, sizeof path, "%s/resume", m.power_dir);
	assert_int_equal(remove(path), 0);
	assert_int_equal(next("quiet", NULL), ES_OK);
	assert_int_equal(this(), ES_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)
		TEST(the_image_that_runs_is_judged_by_its_kernel),
		TEST(the_next_one_is_judged_by_its_options),
		TEST(a_kernel_that_never_hibernates_needs_no_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
