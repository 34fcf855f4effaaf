/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/covered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void covered_paths_are_absolute_and_plain(void **state)
{
	static const char *const good[] = { "/etc", "/opt/app/conf", "/a b", "/..x", "/.x", "/x..", "/\xc3\xbc" };
	static const char *const bad[] = { "",   "/",       "etc",     "//etc",    "/etc/",  "/etc//x", "/etc/.",
					   "/.", "/etc/..", "/../etc", "/etc/./x", "/etc\n", "/etc\x7f" };
	char longest[ES_PATH_TEXT + 1];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(es_covered_path_check(good[i]), ES_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (es_covered_path_check(bad[i]) != ES_ARGUMENT)
			fail_msg("passed: %s", bad[i]);
	memset(longest, 'x', sizeof longest);
	longest[0] = '/';
	longest[ES_PATH_TEXT] = '\0';
	assert_int_equal(es_covered_path_check(longest), ES_ARGUMENT);
	longest[ES_PATH_TEXT - 1] = '\0';
	assert_int_equal(es_covered_path_check(longest), ES_OK);
}

static void members_are_relative_and_plain(void **state)
{
	static const char *const bad[] = { "",   "/etc",   "etc/",   "etc//x",   ".",
					   "..", "etc/..", "../etc", "etc/../x", "./etc" };
	char part[ES_PART_MAX + 2];

	(void)state;
	assert_true(es_relative_path_is_valid("etc/hostname"));
	assert_true(es_relative_path_is_valid("etc/...")); /* a valid name */
	assert_true(es_relative_path_is_valid("etc/a\\b\n"));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (es_relative_path_is_valid(bad[i]))
			fail_msg("passed: %s", bad[i]);
	memset(part, 'p', sizeof part);
	part[ES_PART_MAX + 1] = '\0';
	assert_false(es_relative_path_is_valid(part));
	part[ES_PART_MAX] = '\0';
	assert_true(es_relative_path_is_valid(part));
}

static void a_name_for_a_message_is_printable_and_terminated(void **state)
{
	char text[6];

	(void)state;
	es_printable("a\x1b\xff", text, sizeof text);
	assert_string_equal(text, "a??");
	es_printable("longer than that", text, sizeof text);
	assert_string_equal(text, "longe");
}

static void the_folder_of_a_path_is_relative_to_the_root(void **state)
{
	char above[ES_MEMBER_MAX + 1];

	(void)state;
	assert_string_equal(es_path_above("/etc/ssh/key", above), "key");
	assert_string_equal(above, "etc/ssh");
	assert_string_equal(es_path_above("/etc/a", above), "a");
	assert_string_equal(above, "etc");
	assert_string_equal(es_path_above("/etc", above), "etc");
	assert_string_equal(above, ".");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_folder_of_a_path_is_relative_to_the_root),
		cmocka_unit_test(covered_paths_are_absolute_and_plain),
		cmocka_unit_test(members_are_relative_and_plain),
		cmocka_unit_test(a_name_for_a_message_is_printable_and_terminated),
	};

	return cmocka_run_group_tests_name("covered", tests, NULL, NULL);
}
