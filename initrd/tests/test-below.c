/* SPDX-License-Identifier: Apache-2.0 */
/* apply on a read-only root file system from which adopted files have to go. */
#include "initrd/commands.h"
#include "initrd/finish.h"
#include "initrd/run.h"
#include "keys/adopt/list.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/store/file.h"
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
	return oracle_shell(state,
			    "mkdir root && mount -t tmpfs root root && mkdir root/etc && echo image >root/etc/motd && "
			    "printf secret >root/etc/shadow && mount -o remount,ro root");
}

static void unlocked(void **state, const char *adopted, bool may_remove)
{
	struct es_boot_record record = { .state = ES_BOOT_UNLOCKED, .bank = -1, .path_count = 1, .paths = { "/etc" } };
	const struct es_span content = es_text_span(adopted);
	struct es_digest digest;
	ES_ADOPTED list = { 0 };
	ES_BUF text = { NULL, 0 };
	ES_RUN run = ES_RUN_NONE;
	char path[256];

	snprintf(path, sizeof path, "%s/run", (const char *)*state);
	assert_int_equal(es_run_make(path, &run), ES_OK);
	assert_int_equal(es_run_mount_ram(&run), ES_OK);
	assert_int_equal(es_run_write_record(&run, &record), ES_OK);
	assert_true(es_sha256(&content, 1, &digest));
	assert_int_equal(es_adopted_add(&list, ES_ADOPTED_FILE, &digest, "/etc/shadow"), ES_OK);
	assert_int_equal(es_adopted_write(&list, &text), ES_OK);
	assert_int_equal(es_run_write_adopted(&run, es_buf_span(&text), may_remove), ES_OK);
	shell_ok("mkdir -p run/ram/tree/etc && printf sealed >run/ram/tree/etc/shadow");
}

static enum es_exit apply(void **state)
{
	char run[256], root[256];
	const struct es_apply_options options = { .root = root, .run_dir = run };

	snprintf(run, sizeof run, "%s/run", (const char *)*state);
	snprintf(root, sizeof root, "%s/root", (const char *)*state);
	return es_apply(&options);
}

static void what_was_adopted_goes_and_the_root_is_read_only_again(void **state)
{
	unlocked(state, "secret", true);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok(
	    "test \"$(cat root/etc/shadow)\" = sealed && test ! -e run/below/etc/shadow && test -e run/below/etc/motd");
	shell_ok("! touch root/x 2>/dev/null && ! touch run/below/x 2>/dev/null");
	shell_ok("grep -q \" $PWD/root tmpfs ro,\" /proc/self/mounts");
	shell_ok("grep -q \"lowerdir=$PWD/run/below/etc,upperdir=$PWD/run/ram/tree/etc,workdir=$PWD/run/ram/work/0\" "
		 "/proc/self/mounts");
}

static void without_the_mark_nothing_goes(void **state)
{
	unlocked(state, "secret", false);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("test \"$(cat run/below/etc/shadow)\" = secret && test \"$(cat root/etc/shadow)\" = sealed");
}

static void nor_what_has_another_content(void **state)
{
	unlocked(state, "older", true);
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("test \"$(cat run/below/etc/shadow)\" = secret");
}

static void a_list_that_cannot_be_read_does_not_stop_the_boot(void **state)
{
	unlocked(state, "secret", true);
	shell_ok("echo garbage >run/ram/adopted");
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("test \"$(cat run/below/etc/shadow)\" = secret && test \"$(cat root/etc/shadow)\" = sealed");
}

static void a_path_with_a_separator_of_layers_is_covered_all_the_same(void **state)
{
	assert_int_equal(
	    oracle_shell(state, "mount -o remount,rw root && mkdir 'root/s:v' && mount -o remount,ro root"), 0);
	unlocked(state, "secret", false);
	{
		struct es_boot_record record = {
			.state = ES_BOOT_UNLOCKED, .bank = -1, .path_count = 1, .paths = { "/s:v" }
		};
		struct es_boot_record before;
		ES_RUN run = ES_RUN_NONE;
		char path[256];

		snprintf(path, sizeof path, "%s/run", (const char *)*state);
		assert_int_equal(es_run_open(path, &run, &before), ES_OK);
		assert_int_equal(es_run_write_record(&run, &record), ES_OK);
	}
	assert_int_equal(apply(state), ES_EXIT_DONE);
	shell_ok("echo x >'root/s:v/file' && test -s 'run/ram/tree/s:v/file'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, mounts_folder_remove)
		TEST(what_was_adopted_goes_and_the_root_is_read_only_again),
		TEST(without_the_mark_nothing_goes),
		TEST(nor_what_has_another_content),
		TEST(a_list_that_cannot_be_read_does_not_stop_the_boot),
		TEST(a_path_with_a_separator_of_layers_is_covered_all_the_same),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
