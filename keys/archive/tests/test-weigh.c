/* SPDX-License-Identifier: Apache-2.0 */
/* Trees that are too large: the folder that causes it is named, wherever it is in the alphabet. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/archive/weigh.h"
#include "keys/store/file.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static const struct es_manifest manifest = {
	.host = "6a1c9a58-2a15-4c07-8a2b-0d0f3e6b9a11",
	.time = "2026-11-21T18:14:32Z",
	.path_count = 2,
	.paths = { "/etc", "/srv" },
};

static int start(void **state)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    oracle_folder_make(state) < 0 || mount("tmpfs", *state, "tmpfs", 0, "nr_inodes=0") < 0)
		return -1;
	return oracle_shell(state, "mkdir -p etc/a etc/z/y srv; echo >etc/a/file; echo >srv/file");
}

static int end(void **state)
{
	while (umount2(*state, MNT_DETACH) == 0)
		;
	return oracle_folder_remove(state);
}

static void make_files(void **state, const char *folder, unsigned count)
{
	char path[300];
	int dir;

	snprintf(path, sizeof path, "%s/%s", (char *)*state, folder);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	for (unsigned i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%u", i);
		assert_int_equal(symlinkat("x", dir, path), 0);
	}
	close(dir);
}

static enum es_reason hash(void **state, struct es_pack_report *ret)
{
	ES_FD tree = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return es_archive_hash(tree, &manifest, ret);
}

static void F15_the_folder_that_holds_most_files_is_named(void **state)
{
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state, "mkdir -p etc/b/c/d"), 0);
	make_files(state, "etc/b/c", 120000);
	make_files(state, "etc/z", 50000);
	make_files(state, "srv", 40000);
	assert_int_equal(hash(state, &report), ES_TOO_LARGE);
	assert_string_equal(report.heavy, "/etc/b/c");
	assert_int_equal(report.heavy_files, 120001);
	assert_false(report.too_deep);
}

/* A single folder, which comes last. */
static void F15_a_folder_that_is_too_large_itself_is_named(void **state)
{
	struct es_pack_report report;

	make_files(state, "srv", ES_ENTRIES_MAX + 1);
	assert_int_equal(hash(state, &report), ES_TOO_LARGE);
	assert_string_equal(report.heavy, "/srv");
	assert_int_equal(report.heavy_files, ES_ENTRIES_MAX + 2);
}

/* No folder below holds half of it: the answer is the one above them. */
static void F15_where_many_folders_share_it_the_one_above_them_is_named(void **state)
{
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state, "mkdir -p etc/s/1 etc/s/2 etc/s/3"), 0);
	make_files(state, "etc/s/1", 70000);
	make_files(state, "etc/s/2", 70000);
	make_files(state, "etc/s/3", 70000);
	assert_int_equal(hash(state, &report), ES_TOO_LARGE);
	assert_string_equal(report.heavy, "/etc/s");
}

static void F15_bytes_count_where_files_are_few(void **state)
{
	struct es_pack_report report;

	/* Holes, which read as zeros. */
	assert_int_equal(oracle_shell(state, "for i in $(seq 17); do truncate -s 63M etc/z/y/$i; done"), 0);
	make_files(state, "srv", 1000);
	assert_int_equal(hash(state, &report), ES_TOO_LARGE);
	assert_string_equal(report.heavy, "/etc/z/y");
	assert_int_equal(report.heavy_bytes >> 20, 17 * 63);
}

static void a_path_that_is_too_long_is_reported(void **state)
{
	struct es_pack_report report;

	assert_int_equal(oracle_shell(state, "mkdir -p etc/z/$(printf 'xxx/%%.0s' $(seq 110))"), 0);
	assert_int_equal(hash(state, &report), ES_TOO_LARGE);
	assert_true(report.too_deep);
	assert_string_equal(report.heavy, "");
	assert_int_equal(strncmp(report.refused, "/etc/z/xxx", 10), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(F15_the_folder_that_holds_most_files_is_named, start, end),
		cmocka_unit_test_setup_teardown(F15_a_folder_that_is_too_large_itself_is_named, start, end),
		cmocka_unit_test_setup_teardown(F15_where_many_folders_share_it_the_one_above_them_is_named, start,
						end),
		cmocka_unit_test_setup_teardown(F15_bytes_count_where_files_are_few, start, end),
		cmocka_unit_test_setup_teardown(a_path_that_is_too_long_is_reported, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
