/* SPDX-License-Identifier: Apache-2.0 */
/* The marks that PID 1 looks for, and the last check before a root is started. */
#include "initrd/finish.h"
#include "initrd/tests/apply_scene.h"

static int setup_finish(void **state)
{
	return setup(state) == 0 ? oracle_shell(state, "mkdir root/srv/app && echo image >root/srv/app/id") : -1;
}

static enum es_exit check(void **state)
{
	char run[256], root[256];

	snprintf(run, sizeof run, "%s/run", (const char *)*state);
	snprintf(root, sizeof root, "%s/root", (const char *)*state);
	return es_check(&(struct es_check_options){ .root = root, .run_dir = run });
}

static const char *const all[] = { "/etc", "/srv/app/id", "/etc/net" };

static void what_apply_laid_is_found(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 3, all);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	assert_int_equal(check(state), ES_EXIT_DONE);
	shell_ok("test \"$(stat -c %%a run/applied)\" = 600 && test $(wc -l <run/applied) = 2");
	/* Changes in it don't matter. */
	shell_ok("echo new >root/etc/hostname && mkdir root/etc/more && echo mine >root/srv/app/id");
	assert_int_equal(check(state), ES_EXIT_DONE);
}

static void an_unconfigured_host_is_covered_too(void **state)
{
	unlocked(state, ES_BOOT_UNCONFIGURED, 1, all);
	assert_int_equal(check(state), ES_EXIT_FAILED);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	assert_int_equal(check(state), ES_EXIT_DONE);
}

static void before_apply_has_finished_nothing_is(void **state)
{
	assert_int_equal(check(state), ES_EXIT_FAILED);
	unlocked(state, ES_BOOT_UNLOCKED, 3, all);
	assert_int_equal(check(state), ES_EXIT_FAILED);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("rm run/applied");
	assert_int_equal(check(state), ES_EXIT_FAILED);
}

static void one_that_fails_takes_the_mark_of_before_away(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 1, all);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("umount root/etc && mv root/etc root/elsewhere && ln -s nowhere root/etc");
	assert_int_equal(apply(state), ES_EXIT_FAILED);
	shell_ok("test ! -e run/applied");
}

static void a_mount_that_was_taken_away_is_missed(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 3, all);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("umount root/etc");
	assert_int_equal(check(state), ES_EXIT_FAILED);
}

static void so_is_that_of_a_file(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 3, all);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("umount root/srv/app/id");
	assert_int_equal(check(state), ES_EXIT_FAILED);
}

static void one_that_something_else_lies_over_is_missed(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 1, all);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("mount -t tmpfs tmpfs root/etc");
	assert_int_equal(check(state), ES_EXIT_FAILED);
	shell_ok("umount root/etc");
	assert_int_equal(check(state), ES_EXIT_DONE);
}

static void another_overlay_does_not_pass_for_it(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 1, all);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("mkdir over work && mount -t tmpfs tmpfs over && mkdir over/up over/work && "
		 "mount -t overlay -o lowerdir=root/srv,upperdir=over/up,workdir=over/work etcseal root/etc");
	assert_int_equal(check(state), ES_EXIT_FAILED);
}

static void a_path_more_in_the_record_is_missed(void **state)
{
	static const char *const two[] = { "/etc", "/srv" };

	unlocked(state, ES_BOOT_UNLOCKED, 2, two);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("sed -i '$d' run/applied");
	assert_int_equal(check(state), ES_EXIT_FAILED);
}

static void a_locked_host_is_not_started(void **state)
{
	unlocked(state, ES_BOOT_LOCKED, 1, all);
	shell_ok("touch run/applied");
	assert_int_equal(check(state), ES_EXIT_LOCKED);
}

static void a_root_that_is_missing_is_an_error(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 1, all);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("umount root/etc && mv root elsewhere");
	assert_int_equal(check(state), ES_EXIT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_finish, mounts_folder_remove)
		TEST(what_apply_laid_is_found),
		TEST(an_unconfigured_host_is_covered_too),
		TEST(before_apply_has_finished_nothing_is),
		TEST(one_that_fails_takes_the_mark_of_before_away),
		TEST(a_mount_that_was_taken_away_is_missed),
		TEST(so_is_that_of_a_file),
		TEST(one_that_something_else_lies_over_is_missed),
		TEST(another_overlay_does_not_pass_for_it),
		TEST(a_path_more_in_the_record_is_missed),
		TEST(a_locked_host_is_not_started),
		TEST(a_root_that_is_missing_is_an_error),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
