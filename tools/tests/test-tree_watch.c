/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"
#include "tools/tree_watch.h"

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* A run folder whose tree is the upper folder of an overlay at etc/, all in one RAM file system, as on a host. */
static struct es_tree_watch start(void **state)
{
	struct es_boot_record boot = { .path_count = 2, .paths = { "", "/usr" } };
	struct es_tree_watch c;

	assert_int_equal(
	    oracle_shell(state, "mkdir -p lower etc run/ram && mount -t tmpfs ram run/ram && "
				"mkdir -p run/ram/tree/etc run/ram/work && cd lower && echo x >old && "
				"echo x >other && mkdir d && cd .. && "
				"mount -t overlay -o lowerdir=lower,upperdir=run/ram/tree/etc,workdir=run/ram/work,"
				"redirect_dir=off,metacopy=off,index=off etcseal etc"),
	    0);
	snprintf(boot.paths[0], sizeof boot.paths[0], "%s/etc", (const char *)*state);
	assert_int_equal(chdir(*state), 0);
	assert_int_equal(es_tree_watch_open("run", &boot, &c), ES_OK);
	return c;
}

static void each_kind_of_change_is_told_and_found(void **state)
{
	static const char *const changes[] = {
		"echo y >>etc/old", /* copied up */
		"echo z >>etc/old", /* in place */
		"echo n >etc/new",
		"chmod 0600 etc/old",
		"chown 5:6 etc/new",
		"mv etc/new etc/renamed",
		"mv etc/renamed etc/old",
		"rm etc/other",
		"rm etc/old",
		"mkdir etc/dir",
		"ln -s x etc/dir/link",
		"touch -d @1000 etc/dir",
		"rmdir etc/d",
		"echo deep >etc/dir/file",
		": >etc/dir/file",
		"echo direct >run/ram/tree/file", /* a covered file is mounted from there */
	};
	struct es_tree_watch c = start(state);

	assert_int_equal(c.overlays, 1);
	assert_true(c.contents >= 0 && c.names >= 0);
	assert_false(es_tree_watch_drain(&c));
	assert_false(es_tree_watch_walk(&c));
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		assert_int_equal(oracle_shell(state, "%s", changes[i]), 0);
		if (!es_tree_watch_drain(&c))
			fail_msg("the kernel doesn't report: %s", changes[i]);
		if (!es_tree_watch_walk(&c))
			fail_msg("the walk doesn't find: %s", changes[i]);
		assert_false(es_tree_watch_drain(&c));
		assert_false(es_tree_watch_walk(&c));
	}
	es_tree_watch_close(&c);
}

static void reading_is_no_change(void **state)
{
	struct es_tree_watch c = start(state);

	assert_int_equal(oracle_shell(state, "cat etc/old etc/other >/dev/null && ls -lR etc >/dev/null && "
					     "find run/ram/tree >/dev/null && echo elsewhere >file"),
			 0);
	assert_false(es_tree_watch_drain(&c));
	assert_false(es_tree_watch_walk(&c));
	es_tree_watch_close(&c);
}

static void many_events_leave_no_descriptor_open(void **state)
{
	struct es_tree_watch c = start(state);
	int before = dup(0), after;

	close(before);
	assert_int_equal(oracle_shell(state, "for i in $(seq 300); do echo $i >etc/f$i; done"), 0);
	assert_true(es_tree_watch_drain(&c));
	after = dup(0);
	close(after);
	assert_int_equal(after, before);
	es_tree_watch_close(&c);
}

static void a_tree_that_is_no_ram_of_its_own_is_walked_alone(void **state)
{
	struct es_boot_record boot = { .path_count = 1, .paths = { "/etc" } };
	struct es_tree_watch c;

	assert_int_equal(oracle_shell(state, "mkdir -p run/ram/tree/etc"), 0);
	assert_int_equal(chdir(*state), 0);
	assert_int_equal(es_tree_watch_open("run", &boot, &c), ES_OK);
	assert_int_equal(c.overlays, 0);
	assert_int_equal(c.contents, -1);
	assert_int_equal(oracle_shell(state, "echo >run/ram/tree/etc/x"), 0);
	assert_true(es_tree_watch_walk(&c));
	es_tree_watch_close(&c);
	assert_int_equal(es_tree_watch_open("none", &boot, &c), ES_MISSING);
}

static int leave(void **state)
{
	return chdir("/") == 0 ? mounts_folder_remove(state) : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_kind_of_change_is_told_and_found, mounts_folder_make, leave),
		cmocka_unit_test_setup_teardown(reading_is_no_change, mounts_folder_make, leave),
		cmocka_unit_test_setup_teardown(many_events_leave_no_descriptor_open, mounts_folder_make, leave),
		cmocka_unit_test_setup_teardown(a_tree_that_is_no_ram_of_its_own_is_walked_alone, mounts_folder_make,
						leave),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
