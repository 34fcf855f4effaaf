/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/capture.h"
#include "tools/output.h"

#include <stdio.h>

#include <jansson.h>
#include <string.h>

static const struct es_verb list = { .name = "list", .act = "list the recovery key" };

struct failing {
	bool json;
	enum es_reason reason;
	const char *detail;
};

static int fail_so(void *arg)
{
	const struct failing *f = arg;
	struct es_args args = { .verb = &list, .name = "recovery list", .json = f->json };

	return (int)es_fail(&args, f->reason, f->detail);
}

static void a_failure_says_what_why_and_what_next(void **state)
{
	struct failing f = { false, ES_LOCKED_PCR, "PCR 7" };
	const struct es_words *w = es_reason_words(ES_LOCKED_PCR);
	struct captured c;
	char expected[1024];

	(void)state;
	capture(fail_so, &f, NULL, &c);
	snprintf(expected, sizeof expected, "etcseal: cannot list the recovery key: %s: PCR 7\n  Next: %s\n", w->what,
		 w->next);
	assert_string_equal(c.err, expected);
	assert_string_equal(c.out, "");
	assert_int_equal(c.status, 4);
}

static void every_reason_is_worded_and_has_its_exit_code(void **state)
{
	(void)state;
	for (int i = 1; i < ES_REASON_COUNT; i++) {
		struct failing f = { true, (enum es_reason)i, "" };
		json_t *root, *error;
		struct captured c;

		capture(fail_so, &f, NULL, &c);
		assert_int_equal(c.status, es_reason_words(f.reason)->exit);
		assert_null(strstr(c.err, ": \n"));
		root = json_loads(c.out, 0, NULL);
		assert_non_null(root);
		error = json_object_get(root, "error");
		assert_string_equal(json_string_value(json_object_get(error, "id")), es_reason_words(f.reason)->id);
		assert_string_equal(json_string_value(json_object_get(error, "verb")), "recovery list");
		json_decref(root);
	}
}

static void a_detail_from_the_disk_moves_no_cursor(void **state)
{
	struct failing f = { true, ES_UNSAFE,
			     "a\nb\x1b[2J\x7f\xc2\x9b"
			     "c \xc3\xa4 \"q\"" };
	struct captured c;

	(void)state;
	capture(fail_so, &f, NULL, &c);
	assert_non_null(strstr(c.err, "a?b?[2J?\xc2?c \xc3\xa4 \"q\"\n"));
	assert_null(strchr(c.err, '\x1b'));
	assert_null(strchr(c.out, '\x1b'));
	assert_non_null(strstr(c.out, "\\u001b"));
}

static int misuse(void *arg)
{
	struct es_args args = { .verb = &list, .name = "recovery list", .json = arg != NULL };

	return (int)es_usage_error(&args, "there is no option --%s", "x");
}

static void misuse_is_exit_2_and_points_to_the_help(void **state)
{
	struct captured c;

	(void)state;
	capture(misuse, NULL, NULL, &c);
	assert_int_equal(c.status, 2);
	assert_string_equal(c.err, "etcseal: there is no option --x\n  Next: See `etcseal help recovery list`.\n");
	capture(misuse, &c, NULL, &c);
	assert_non_null(strstr(c.out, "\"id\": \"usage\""));
}

static void fill(struct es_writer *w, const void *what)
{
	es_write_text(w, what);
}

static int print(void *arg)
{
	printf("before ");
	return (int)es_print(fill, arg);
}

static void what_is_printed_comes_in_order(void **state)
{
	struct captured c;

	(void)state;
	capture(print, (char *)"secret\n", NULL, &c);
	assert_string_equal(c.out, "before secret\n");
	assert_int_equal(c.status, 0);
}

static void a_full_disk_is_a_failure(void **state)
{
	struct captured c;

	(void)state;
	capture(print, (char *)"secret\n", &(struct capture_ends){ .stdout_path = "/dev/full" }, &c);
	assert_int_equal(c.status, 1);
	assert_string_equal(c.err, "etcseal: can't write the output: No space left on device\n");
}

static int line_and_finish(void *arg)
{
	struct es_args args = { .json = arg != NULL };

	es_line(&args, "%d lines", 2);
	return es_output_finish() ? 0 : 1;
}

static void lines_are_checked_at_the_end_and_give_way_to_json(void **state)
{
	struct captured c;

	(void)state;
	capture(line_and_finish, NULL, NULL, &c);
	assert_string_equal(c.out, "2 lines\n");
	capture(line_and_finish, &c, NULL, &c);
	assert_string_equal(c.out, "");
	capture(line_and_finish, NULL, &(struct capture_ends){ .stdout_path = "/dev/full" }, &c);
	assert_int_equal(c.status, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_says_what_why_and_what_next),
		cmocka_unit_test(every_reason_is_worded_and_has_its_exit_code),
		cmocka_unit_test(a_detail_from_the_disk_moves_no_cursor),
		cmocka_unit_test(misuse_is_exit_2_and_points_to_the_help),
		cmocka_unit_test(what_is_printed_comes_in_order),
		cmocka_unit_test(a_full_disk_is_a_failure),
		cmocka_unit_test(lines_are_checked_at_the_end_and_give_way_to_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
