/* SPDX-License-Identifier: Apache-2.0 */
/* The marks that PID 1 looks for, and the last check before a root is started. */
#include "initrd/commands.h"
#include "initrd/finish.h"
#include "initrd/run.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static int setup(void **state)
{
	if (mounts_folder_make(state) != 0)
		return -1;
	return oracle_shell(state, "mkdir -p root/etc/net root/srv/app && echo image >root/etc/hostname && "
				   "echo image >root/srv/app/id");
}

static void unlocked(void **state, enum es_boot_state boot_state, unsigned path_count, const char *const *paths)
{
	struct es_boot_record record = { .state = boot_state, .bank = -1, .path_count = path_count };
	ES_RUN run = ES_RUN_NONE;
	char path[256];

	for (unsigned i = 0; i < path_count; i++)
		snprintf(record.paths[i], sizeof record.paths[i], "%s", paths[i]);
	snprintf(path, sizeof path, "%s/run", (const char *)*state);
	assert_int_equal(es_run_make(path, &run), ES_OK);
	assert_int_equal(es_run_mount_ram(&run), ES_OK);
	assert_int_equal(es_run_write_record(&run, &record), ES_OK);
	if (boot_state == ES_BOOT_LOCKED)
		es_run_drop(&run);
}

static enum es_exit with_root(void **state, bool check)
{
	char run[256], root[256];

	snprintf(run, sizeof run, "%s/run", (const char *)*state);
	snprintf(root, sizeof root, "%s/root", (const char *)*state);
	return check ? es_check(&(struct es_check_options){ .root = root, .run_dir = run })
		     : es_apply(&(struct es_apply_options){ .root = root, .run_dir = run });
}

#define apply() with_root(state, false)
#define check() with_root(state, true)

static const char *const all[] = { "/etc", "/srv/app/id", "/etc/net" };

static void what_apply_laid_is_found(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 3, all);
	assert_int_equal(apply(), ES_EXIT_DONE);
	assert_int_equal(check(), ES_EXIT_DONE);
	shell_ok("test \"$(stat -c %%a run/applied)\" = 600 && test $(wc -l <run/applied) = 2");
	/* Changes in it don't matter. */
	shell_ok("echo new >root/etc/hostname && mkdir root/etc/more && echo mine >root/srv/app/id");
	assert_int_equal(check(), ES_EXIT_DONE);
}

static void an_unconfigured_host_is_covered_too(void **state)
{
	unlocked(state, ES_BOOT_UNCONFIGURED, 1, all);
	assert_int_equal(check(), ES_EXIT_FAILED);
	assert_int_equal(apply(), ES_EXIT_DONE);
	assert_int_equal(check(), ES_EXIT_DONE);
}

static void before_apply_has_finished_nothing_is(void **state)
{
	assert_int_equal(check(), ES_EXIT_FAILED);
	unlocked(state, ES_BOOT_UNLOCKED, 3, all);
	assert_int_equal(check(), ES_EXIT_FAILED);
	assert_int_equal(apply(), ES_EXIT_DONE);
	shell_ok("rm run/applied");
	assert_int_equal(check(), ES_EXIT_FAILED);
}

static void one_that_fails_takes_the_mark_of_before_away(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 1, all);
	assert_int_equal(apply(), ES_EXIT_DONE);
	shell_ok("umount root/etc && mv root/etc root/elsewhere && ln -s nowhere root/etc");
	assert_int_equal(apply(), ES_EXIT_FAILED);
	shell_ok("test ! -e run/applied");
}

static void a_mount_that_was_taken_away_is_missed(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 3, all);
	assert_int_equal(apply(), ES_EXIT_DONE);
	shell_ok("umount root/etc");
	assert_int_equal(check(), ES_EXIT_FAILED);
}

static void so_is_that_of_a_file(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 3, all);
	assert_int_equal(apply(), ES_EXIT_DONE);
	shell_ok("umount root/srv/app/id");
	assert_int_equal(check(), ES_EXIT_FAILED);
}

static void one_that_something_else_lies_over_is_missed(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 1, all);
	assert_int_equal(apply(), ES_EXIT_DONE);
	shell_ok("mount -t tmpfs tmpfs root/etc");
	assert_int_equal(check(), ES_EXIT_FAILED);
	shell_ok("umount root/etc");
	assert_int_equal(check(), ES_EXIT_DONE);
}

static void another_overlay_does_not_pass_for_it(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 1, all);
	assert_int_equal(apply(), ES_EXIT_DONE);
	shell_ok("mkdir over work && mount -t tmpfs tmpfs over && mkdir over/up over/work && "
		 "mount -t overlay -o lowerdir=root/srv,upperdir=over/up,workdir=over/work etcseal root/etc");
	assert_int_equal(check(), ES_EXIT_FAILED);
}

static void a_path_more_in_the_record_is_missed(void **state)
{
	static const char *const two[] = { "/etc", "/srv" };

	unlocked(state, ES_BOOT_UNLOCKED, 2, two);
	assert_int_equal(apply(), ES_EXIT_DONE);
	shell_ok("sed -i '$d' run/applied");
	assert_int_equal(check(), ES_EXIT_FAILED);
}

static void a_locked_host_is_not_started(void **state)
{
	unlocked(state, ES_BOOT_LOCKED, 1, all);
	shell_ok("touch run/applied");
	assert_int_equal(check(), ES_EXIT_LOCKED);
}

static void a_root_that_is_missing_is_an_error(void **state)
{
	unlocked(state, ES_BOOT_UNLOCKED, 1, all);
	assert_int_equal(apply(), ES_EXIT_DONE);
	shell_ok("umount root/etc && mv root elsewhere");
	assert_int_equal(check(), ES_EXIT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, mounts_folder_remove)
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
