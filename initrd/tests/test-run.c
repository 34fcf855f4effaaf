/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/run.h"

#include "initrd/fd.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static char *run_path(void **state, char ret_path[static 256])
{
	snprintf(ret_path, 256, "%s/run", (const char *)*state);
	return ret_path;
}

static enum es_reason make(void **state, struct es_run *run)
{
	char path[256];

	return es_run_make(run_path(state, path), run);
}

static void the_run_folder_is_roots_alone(void **state)
{
	ES_RUN run = ES_RUN_NONE;
	ES_RUN again = ES_RUN_NONE;

	assert_int_equal(make(state, &run), ES_OK);
	shell_ok("test \"$(stat -c %%a run)\" = 700 && chmod 755 run");
	assert_int_equal(make(state, &again), ES_OK);
	shell_ok("test \"$(stat -c %%a run)\" = 700");
}

static void a_run_folder_of_somebody_else_is_refused(void **state)
{
	ES_RUN run = ES_RUN_NONE;

	shell_ok("mkdir run && chown 1000 run");
	assert_int_equal(make(state, &run), ES_IO);
	assert_int_equal(run.dir, -1);
	assert_non_null(strstr(run.notes.why, "belongs to root"));
}

static void a_link_in_place_of_the_run_folder_is_refused(void **state)
{
	ES_RUN run = ES_RUN_NONE;

	shell_ok("mkdir elsewhere && ln -s elsewhere run");
	assert_int_equal(make(state, &run), ES_IO);
	shell_ok("rm run && touch run");
	assert_int_equal(make(state, &run), ES_IO);
}

static void ram_is_a_tmpfs_of_its_own_with_a_cap(void **state)
{
	ES_RUN run = ES_RUN_NONE;

	assert_int_equal(make(state, &run), ES_OK);
	assert_int_equal(es_run_mount_ram(&run), ES_OK);
	shell_ok("test \"$(stat -f -c %%T run/ram)\" = tmpfs && test \"$(stat -c %%a run/ram)\" = 700");
	shell_ok("test \"$(stat -c %%a,%%F run/ram/tree)\" = 755,directory && "
		 "test \"$(stat -c %%a,%%F run/ram/work)\" = 700,directory");
	shell_ok("findmnt -n -o OPTIONS run/ram | grep -q 'nosuid,nodev'");
	/* at most 1 GiB and at most half of the memory */
	shell_ok("size=$(stat -f -c '%%b * %%S' run/ram) && test $(($size)) -le 1073741824 && "
		 "test $(($size / 1024)) -le $(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) / 2))");
	/* 6.4: kept out of swap, and where it isn't that is known */
	shell_ok("findmnt -n -o OPTIONS run/ram | grep -q noswap; test $? = %d", run.may_swap ? 1 : 0);
}

static void a_fresh_ram_has_nothing_of_the_last(void **state)
{
	ES_RUN run = ES_RUN_NONE;

	assert_int_equal(make(state, &run), ES_OK);
	assert_int_equal(es_run_mount_ram(&run), ES_OK);
	shell_ok("echo secret >run/ram/tree/half-unpacked");
	assert_int_equal(es_run_mount_ram(&run), ES_OK);
	shell_ok("test -z \"$(ls run/ram/tree)\" && test $(grep -c \"$PWD/run/ram\" /proc/self/mounts) = 1");
	assert_int_equal(faccessat(run.tree, "half-unpacked", F_OK, 0), -1);
}

static void dropping_takes_all_away(void **state)
{
	ES_RUN run = ES_RUN_NONE;

	assert_int_equal(make(state, &run), ES_OK);
	assert_int_equal(es_run_mount_ram(&run), ES_OK);
	shell_ok("echo secret >run/ram/tree/file");
	es_run_drop(&run);
	assert_int_equal(run.ram, -1);
	assert_int_equal(run.tree, -1);
	shell_ok("test -z \"$(ls run/ram)\" && ! grep -q \"$PWD/run/ram\" /proc/self/mounts");
}

/* What an earlier run opened isn't hidden beneath a second mount. */
static void a_second_run_in_one_boot_is_refused(void **state)
{
	ES_RUN first = ES_RUN_NONE;
	ES_RUN second = ES_RUN_NONE;

	assert_int_equal(make(state, &first), ES_OK);
	assert_int_equal(es_run_mount_ram(&first), ES_OK);
	assert_int_equal(make(state, &second), ES_OK);
	assert_int_equal(es_run_mount_ram(&second), ES_IO);
	assert_non_null(strstr(second.notes.why, "already mounted"));
	es_run_drop(&second);
	shell_ok("test -d run/ram/tree");
}

static void leave(void **state, enum es_boot_state boot_state)
{
	const struct es_boot_record record = {
		.state = boot_state, .bank = -1, .path_count = 2, .paths = { "/etc", "/srv/app" }
	};
	ES_RUN run = ES_RUN_NONE;

	assert_int_equal(make(state, &run), ES_OK);
	assert_int_equal(es_run_mount_ram(&run), ES_OK);
	assert_int_equal(es_run_write_record(&run, &record), ES_OK);
	if (boot_state == ES_BOOT_LOCKED)
		es_run_drop(&run);
}

static enum es_reason open_left(void **state, struct es_run *run, struct es_boot_record *ret)
{
	char path[256];

	return es_run_open(run_path(state, path), run, ret);
}

static void what_unlock_left_is_found_by_apply(void **state)
{
	struct es_boot_record record;
	ES_RUN run = ES_RUN_NONE;

	leave(state, ES_BOOT_UNCONFIGURED);
	shell_ok("test \"$(stat -c %%a,%%u run/boot.json)\" = 600,0");
	assert_int_equal(open_left(state, &run, &record), ES_OK);
	assert_int_equal(record.state, ES_BOOT_UNCONFIGURED);
	assert_int_equal(record.path_count, 2);
	assert_string_equal(record.paths[1], "/srv/app");
	assert_true(run.tree >= 0);
}

static void a_locked_boot_has_no_tree(void **state)
{
	struct es_boot_record record;
	ES_RUN run = ES_RUN_NONE;

	leave(state, ES_BOOT_LOCKED);
	assert_int_equal(open_left(state, &run, &record), ES_OK);
	assert_int_equal(record.state, ES_BOOT_LOCKED);
	assert_int_equal(run.tree, -1);
}

static void a_missing_or_broken_record_is_an_error(void **state)
{
	struct es_boot_record record;
	ES_RUN run = ES_RUN_NONE;

	assert_int_equal(open_left(state, &run, &record), ES_MISSING);
	leave(state, ES_BOOT_UNCONFIGURED);
	shell_ok("mv run/boot.json run/kept");
	assert_int_equal(open_left(state, &run, &record), ES_MISSING);
	shell_ok("head -c 50 run/kept >run/boot.json");
	assert_int_equal(open_left(state, &run, &record), ES_FORMAT);
	shell_ok("head -c 70000 /dev/zero >run/boot.json");
	assert_int_equal(open_left(state, &run, &record), ES_TOO_LARGE);
	shell_ok("cp run/kept run/boot.json && umount -l run/ram");
	assert_int_equal(open_left(state, &run, &record), ES_MISSING);
	assert_int_equal(run.tree, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mounts_folder_make, mounts_folder_remove)
		TEST(the_run_folder_is_roots_alone),
		TEST(a_run_folder_of_somebody_else_is_refused),
		TEST(a_link_in_place_of_the_run_folder_is_refused),
		TEST(ram_is_a_tmpfs_of_its_own_with_a_cap),
		TEST(a_fresh_ram_has_nothing_of_the_last),
		TEST(dropping_takes_all_away),
		TEST(a_second_run_in_one_boot_is_refused),
		TEST(what_unlock_left_is_found_by_apply),
		TEST(a_locked_boot_has_no_tree),
		TEST(a_missing_or_broken_record_is_an_error),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
