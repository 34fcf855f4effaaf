/* SPDX-License-Identifier: Apache-2.0 */
/* Covering more paths, and what is in them before they are covered. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/cover_scene.h"
#include "keys/tests/lib/mounts.h"

static const char *const srv[] = { "/srv" };

static void what_is_covered_for_the_first_time_can_be_adopted_alone(void **state)
{
	struct cover_scene s;

	(void)state;
	cover_adopted(&s);
	assert_int_equal(cover_more(&s, 1, srv, ES_OK), 1);
	assert_int_equal(cover_boot(&s), ES_OK);
	assert_int_equal(s.record.path_count, 2);
	assert_int_equal(cover_remove(&s), 1);
	cover_path(&s, "/etc");
	cover_path(&s, "/srv");
	cover_shell(&s, "printf '/srv\\n' >run/first-covered && printf x >below/etc/planted");
	cover_look(&s, true);
	assert_int_equal(s.report.files, 1);
	cover_look(&s, false);
	assert_int_equal(s.report.pending, 1);
	assert_int_equal(s.report.files, 1);
	cover_shell(&s, "umount host/etc host/srv");
	assert_int_equal(cover_boot(&s), ES_OK);
	assert_int_equal(cover_remove(&s), 1);
	cover_shell(&s, "test ! -e below/srv/job && test \"$(cat run/ram/tree/srv/job)\" = token && "
			"test -e below/etc/planted && test ! -e run/ram/tree/etc/planted");
	machine_stop(&s.m);
}

static void without_the_helpers_list_no_path_is_new(void **state)
{
	struct cover_scene s;

	(void)state;
	cover_adopted(&s);
	assert_int_equal(cover_boot(&s), ES_OK);
	cover_shell(&s, "printf x >below/etc/planted");
	cover_look(&s, true);
	assert_int_equal(s.report.files, 0);
	machine_stop(&s.m);
}

static void a_covered_path_that_is_not_on_the_root_is_named(void **state)
{
	struct cover_scene s;

	(void)state;
	cover_adopted(&s);
	assert_int_equal(s.report.unseen, 0);
	assert_int_equal(cover_more(&s, 1, srv, ES_OK), 1);
	cover_shell(&s, "rm -r below/srv");
	cover_look(&s, false);
	assert_int_equal(s.report.unseen, 1);
	assert_string_equal(s.report.unseen_path, "/srv");
	machine_stop(&s.m);
}

static void bad_paths_are_refused_and_change_nothing(void **state)
{
	static const char *const bad[] = { "/srv", "/a/../b" };
	static const char *const within[] = { "/etc/ssh", "/etc" };
	struct cover_scene s;

	(void)state;
	cover_adopted(&s);
	assert_int_equal(cover_more(&s, 2, bad, ES_ARGUMENT), 7);
	assert_int_equal(cover_more(&s, 2, within, ES_OK), 0);
	assert_true(s.saved.unchanged);
	assert_int_equal(cover_boot(&s), ES_OK);
	assert_int_equal(s.record.path_count, 1);
	machine_stop(&s.m);
}

static void attack_with_a_file_planted_below_fails(void **state)
{
	(void)state;
	assert_false(cover_attack_planted_below());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_covered_for_the_first_time_can_be_adopted_alone),
		cmocka_unit_test(attack_with_a_file_planted_below_fails),
		cmocka_unit_test(without_the_helpers_list_no_path_is_new),
		cmocka_unit_test(a_covered_path_that_is_not_on_the_root_is_named),
		cmocka_unit_test(bad_paths_are_refused_and_change_nothing),
	};

	return cmocka_run_group_tests_name("cover", tests, mounts_own, NULL);
}
