/* SPDX-License-Identifier: Apache-2.0 */
/* `backup`, `diff`, and what `status` knows of what isn't saved, as their user calls them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/file.h"
#include "keys/store/watch_record.h"
#include "keys/tests/lib/command.h"
#include "tools/common.h"
#include "tools/dispatch.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct captured c;
static struct command command = { .dispatch = es_dispatch };

static void run(const struct machine *m, const char *words, int status)
{
	command_run(&command, m, words, status, NULL, &c);
}

/* Sealed, with one file that the image can't have. */
static void sealed(struct machine *m)
{
	struct es_boot_record record;

	machine_start(m, true);
	assert_int_equal(machine_boot(m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	machine_write(m, "etc/etcseal-test", "x\n");
	run(m, "init", 0);
}

static void an_unchanged_host_is_not_saved_again_unless_forced(void **state)
{
	json_t *root;
	struct machine m;

	(void)state;
	sealed(&m);
	run(&m, "backup", 0);
	assert_says(c.out, "nothing changed since generation ");
	run(&m, "backup --json", 0);
	root = json_loads(c.out, 0, NULL);
	assert_true(json_is_true(json_object_get(root, "unchanged")));
	json_decref(root);
	run(&m, "backup --force", 0);
	assert_says(c.out, "saved generation ");
	machine_write(&m, "etc/etcseal-test", "y\n");
	run(&m, "backup --json", 0);
	root = json_loads(c.out, 0, NULL);
	assert_true(json_is_false(json_object_get(root, "unchanged")));
	assert_true(json_integer_value(json_object_get(root, "archive_bytes")) > 100);
	json_decref(root);
	machine_stop(&m);
}

static void what_loses_a_privilege_is_named(void **state)
{
	struct machine m;
	json_t *root, *names;
	char path[256];

	(void)state;
	sealed(&m);
	machine_write(&m, "etc/tool", "#!/bin/sh\n");
	snprintf(path, sizeof path, "%s/ram/tree/etc/tool", m.run_dir);
	assert_int_equal(chmod(path, 04755), 0);
	run(&m, "backup", 0);
	assert_says(c.err, "1 saved without some privileges (setuid, ");
	assert_says(c.err, "lost at the next boot: /etc/tool\n");
	run(&m, "backup --force --json", 0);
	root = json_loads(c.out, 0, NULL);
	assert_int_equal(json_integer_value(json_object_get(root, "stripped")), 1);
	names = json_object_get(root, "stripped_names");
	assert_string_equal(json_string_value(json_array_get(names, 0)), "/etc/tool");
	json_decref(root);
	assert_int_equal(chmod(path, 0755), 0);
	run(&m, "backup", 0);
	assert_string_equal(c.err, "");
	machine_stop(&m);
}

static void F9_what_is_lost_is_named_by_backup_and_remembered_by_status(void **state)
{
	struct machine m;
	char path[256], other[256];

	(void)state;
	sealed(&m);
	machine_write(&m, "etc/one", "x\n");
	snprintf(path, sizeof path, "%s/ram/tree/etc/one", m.run_dir);
	snprintf(other, sizeof other, "%s/ram/tree/etc/two", m.run_dir);
	assert_int_equal(link(path, other), 0);
	run(&m, "backup", 0);
	assert_says(c.err, "2 hard links, which become separate files at the next boot: /etc/one, /etc/two\n");
	/* Once: nothing is written, and nothing said. */
	run(&m, "backup", 0);
	assert_says(c.out, "nothing changed");
	assert_string_equal(c.err, "");
	run(&m, "status", 0);
	assert_says(c.out, "! 2 hard links");
	run(&m, "status --json", 0);
	assert_says(c.out, "\"linked\": 2");
	assert_int_equal(unlink(other), 0);
	run(&m, "backup", 0);
	assert_string_equal(c.err, "");
	run(&m, "status", 0);
	assert_null(strstr(c.out, "hard links"));
	machine_stop(&m);
}

static void F15_a_full_tree_is_told_with_the_folder_that_fills_it(void **state)
{
	struct machine m;
	char line[400];

	(void)state;
	sealed(&m);
	run(&m, "status", 0);
	assert_says(c.out, "Unsaved         nothing");
	snprintf(
	    line, sizeof line,
	    "cd %s/ram/tree/etc && mkdir -p cache/queue && echo x >cache/queue/0 && cd cache/queue && "
	    "for i in 1 2; do mkdir $i; done && seq -f %%.0f 200001 | xargs -n 2000 sh -c 'for n; do echo $n; done | "
	    "(cd 1 && xargs touch)' x",
	    m.run_dir);
	assert_int_equal(system(line), 0);
	run(&m, "backup", 1);
	assert_says(
	    c.err,
	    "more than 200000 files, 1024 MiB, or 64 MiB packed; most of it is in /etc/cache/queue/1: 200001 files");
	run(&m, "status", 0);
	assert_says(c.out, "Unsaved         unknown: ");
	assert_says(c.out, "most of it is in /etc/cache/queue/1: 200001 files");
	run(&m, "status --json", 0);
	assert_says(c.out, "\"unsaved\": null");
	assert_says(c.out, "\"unsaved_reason\": \"too-large\"");
	machine_stop(&m);
}

static void what_is_left_out_is_named(void **state)
{
	struct machine m;
	char path[256];

	(void)state;
	sealed(&m);
	snprintf(path, sizeof path, "%s/ram/tree/etc/pipe", m.run_dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof path, "%s/ram/tree/etc/other-pipe", m.run_dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	run(&m, "backup --force", 0);
	assert_says(c.err, "2 left out (socket, device or fifo, or file over 64 MiB): /etc/other-pipe, /etc/pipe\n");
	machine_stop(&m);
}

static void the_names_of_many_left_out_fit(void **state)
{
	struct es_pack_report report = { .skipped = 1000 };
	char text[ES_LEFT_OUT_TEXT];

	(void)state;
	assert_false(es_left_out_words(&(struct es_pack_report){ 0 }, text));
	for (int i = 0; i < ES_SKIPPED_NAMED; i++)
		memset(report.skipped_name[i], 'a' + i, ES_PATH_TEXT - 1);
	assert_true(es_left_out_words(&report, text));
	assert_true(strlen(text) < sizeof text);
	assert_string_equal(text + strlen(text) - 5, ", ...");
}

static void diff_compares_with_the_roots_own_files(void **state)
{
	struct machine m;

	(void)state;
	sealed(&m);
	/* The machine that the test runs on is the image. */
	machine_write(&m, "etc/passwd", "changed\n");
	run(&m, "diff", 0);
	assert_says(c.out, "A /etc/etcseal-test\n");
	assert_says(c.out, "M /etc/passwd");
	run(&m, "diff --json", 0);
	assert_says(c.out, "\"path\": \"/etc/etcseal-test\"");
	assert_says(c.out, "\"content\"");
	machine_stop(&m);
	run(NULL, "diff --run-dir=/nonexistent", 1);
}

static void status_tells_what_is_unsaved_and_whether_anybody_watches(void **state)
{
	struct es_watch_record record = { .state = ES_WATCH_FAILING,
					  .since = "2026-11-21T18:00:00Z",
					  .unsaved_since = "2026-11-21T18:05:00Z",
					  .reason = "disk-full",
					  .detail = "/efi" };
	ES_BUF json = { NULL, 0 };
	struct machine m;
	char path[256];
	ES_FD lock = -1;

	(void)state;
	sealed(&m);
	run(&m, "status", 0);
	assert_says(c.out, "Unsaved         nothing");
	assert_says(c.out, "`etcseal watch` isn't running: changes are not being saved");
	machine_write(&m, "etc/etcseal-test", "y\n");
	run(&m, "status", 0);
	assert_says(c.out, "Unsaved         changes");
	assert_says(c.out, "NOT saved, and will be lost at the next boot");
	snprintf(record.reason, sizeof record.reason, "%s", es_reason_words(ES_NO_SPACE)->id);
	assert_int_equal(es_watch_record_write(&record, &json), ES_OK);
	snprintf(path, sizeof path, "%s/" ES_WATCH_RECORD_NAME, m.run_dir);
	assert_int_equal(es_file_write(AT_FDCWD, path, es_buf_span(&json)), ES_OK);
	snprintf(path, sizeof path, "%s/" ES_WATCH_LOCK_NAME, m.run_dir);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	run(&m, "status", 0);
	assert_says(c.out, "running since 2026-11-21T18:00:00Z");
	assert_says(c.out, "changes since 2026-11-21T18:05:00Z are NOT saved: ");
	assert_says(c.out, es_reason_words(ES_NO_SPACE)->what);
	run(&m, "status --json", 0);
	assert_says(c.out, "\"unsaved\": true");
	assert_says(c.out, "\"running\": true");
	machine_stop(&m);
}

static void init_refuses_a_path_that_is_not_there(void **state)
{
	struct es_boot_record record;
	struct machine m;

	(void)state;
	machine_start(&m, false);
	assert_int_equal(machine_boot(&m, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	run(&m, "init --path=/etc --path=/nonexistent", 2);
	assert_says(c.err, "/nonexistent can't be covered");
	run(&m, "init --path=/dev/null", 2);
	run(&m, "get", 3);
	machine_stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unchanged_host_is_not_saved_again_unless_forced),
		cmocka_unit_test(what_is_left_out_is_named),
		cmocka_unit_test(what_loses_a_privilege_is_named),
		cmocka_unit_test(F15_a_full_tree_is_told_with_the_folder_that_fills_it),
		cmocka_unit_test(F9_what_is_lost_is_named_by_backup_and_remembered_by_status),
		cmocka_unit_test(the_names_of_many_left_out_fit),
		cmocka_unit_test(diff_compares_with_the_roots_own_files),
		cmocka_unit_test(status_tells_what_is_unsaved_and_whether_anybody_watches),
		cmocka_unit_test(init_refuses_a_path_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
