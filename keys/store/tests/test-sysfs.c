/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/sysfs.h"
#include "keys/tests/lib/oracle.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static enum es_reason read_back(void **state, const char *content, char *ret, size_t cap)
{
	char path[256];

	oracle_write(state, "attribute", es_text_span(content));
	snprintf(path, sizeof path, "%s/attribute", (const char *)*state);
	return es_sysfs_line(path, ret, cap);
}

static void a_line_ends_at_a_control_character(void **state)
{
	static const struct {
		const char *content, *line;
	} rows[] = {
		{ "", "" },
		{ "\n", "" },
		{ "259:1\n", "259:1" },
		{ "no newline", "no newline" },
		{ "first\nsecond\n", "first" },
		{ "a\x1b[2J", "a" },
		{ "a\x7f", "a" },
		{ "W\xc3\xbcrfel\n", "W\xc3\xbcrfel" },
	};
	char text[64];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(read_back(state, rows[i].content, text, sizeof text), ES_OK);
		assert_string_equal(text, rows[i].line);
	}
}

static void a_long_line_is_cut_off(void **state)
{
	char text[4096 + 1], content[4096 + 1];

	memset(content, 'x', sizeof content - 1);
	content[sizeof content - 1] = '\0';
	assert_int_equal(read_back(state, content, text, 10), ES_OK);
	assert_string_equal(text, "xxxxxxxxx");
	assert_int_equal(read_back(state, content, text, 1), ES_OK);
	assert_string_equal(text, "");
	assert_int_equal(read_back(state, content, text, sizeof text), ES_OK);
	assert_int_equal(strlen(text), 512);
}

static void what_is_not_a_readable_file_leaves_the_text_alone(void **state)
{
	char path[256], text[8] = "before";

	snprintf(path, sizeof path, "%s/none", (const char *)*state);
	assert_int_equal(es_sysfs_line(path, text, sizeof text), ES_MISSING);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(es_sysfs_line(path, text, sizeof text), ES_IO);
	assert_string_equal(text, "before");
}

/* Its reported size is a page. */
static void the_kernels_own_file_is_read(void **state)
{
	char text[64];

	(void)state;
	assert_int_equal(es_sysfs_line("/sys/kernel/uevent_seqnum", text, sizeof text), ES_OK);
	assert_int_equal(strspn(text, "0123456789"), strlen(text));
	assert_int_not_equal(strlen(text), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, oracle_folder_make, oracle_folder_remove)
		TEST(a_line_ends_at_a_control_character),
		TEST(a_long_line_is_cut_off),
		TEST(what_is_not_a_readable_file_leaves_the_text_alone),
		TEST(the_kernels_own_file_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
