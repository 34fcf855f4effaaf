/* SPDX-License-Identifier: Apache-2.0 */
/* The service on a whole machine: it saves automatically, survives what keeps it from saving, and ends with everything
 * saved. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/file.h"
#include "keys/store/watch_record.h"
#include "keys/tests/lib/command.h"
#include "keys/tests/lib/mounts.h"
#include "tools/dispatch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BOUND_S = 60 };

struct scene {
	struct machine m;
	struct es_boot_record record;
	struct command command;
	pid_t pid;
	char ram[128];
};

/* If the tree is on a separate file system, the kernel reports changes; otherwise the walk finds them, 20 s later. */
enum tree { WALKED, TOLD };

static void unconfigured_start(struct scene *s, bool with_tpm, enum tree tree)
{
	memset(s, 0, sizeof *s);
	s->command.dispatch = es_dispatch;
	machine_start(&s->m, with_tpm);
	assert_int_equal(machine_boot(&s->m, &machine_usual_boot, NULL, &s->record), ES_NOT_CONFIGURED);
	if (tree == TOLD) {
		snprintf(s->ram, sizeof s->ram, "%s/ram", s->m.run_dir);
		assert_int_equal(mount("ram", s->ram, "tmpfs", 0, NULL), 0);
	}
	machine_write(&s->m, "etc/secret", "first\n");
}

static void scene_start(struct scene *s, bool with_tpm, enum tree tree)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];

	unconfigured_start(s, with_tpm, tree);
	assert_int_equal(machine_init(&s->m, false, recovery), ES_OK);
}

/* The power goes, and comes back: what was in RAM is gone. */
static void reboot(struct scene *s)
{
	if (s->ram[0] != '\0')
		assert_int_equal(umount2(s->ram, MNT_DETACH), 0);
	s->ram[0] = '\0';
	assert_int_equal(machine_boot(&s->m, &machine_usual_boot, NULL, &s->record), ES_OK);
}

static void scene_stop(struct scene *s)
{
	if (s->ram[0] != '\0')
		assert_int_equal(umount2(s->ram, MNT_DETACH), 0);
	machine_stop(&s->m);
}

static void watch_start(struct scene *s)
{
	command_prepare(&s->command, &s->m, "watch");
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0)
		_exit(command_body(&s->command));
}

static int watch_end(struct scene *s)
{
	int status;

	assert_int_equal(kill(s->pid, SIGTERM), 0);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool record_now(struct scene *s, struct es_watch_record *ret)
{
	ES_BUF json = { NULL, 0 };
	char path[128];

	snprintf(path, sizeof path, "%s/" ES_WATCH_RECORD_NAME, s->m.run_dir);
	return es_file_read(AT_FDCWD, path, 65536, &json) == ES_OK &&
	       es_watch_record_parse(es_buf_span(&json), ret) == ES_OK;
}

/* Until watch.json shows that state and reason, and a generation or revision other than before. */
static struct es_watch_record wait_for(struct scene *s, enum es_watch_state state, const char *reason,
				       const struct es_watch_record *before)
{
	const struct timespec step = { .tv_nsec = 50000000 };
	struct es_watch_record is = { 0 };

	for (int i = 0; i < BOUND_S * 20; i++) {
		if (record_now(s, &is) && is.state == state && strcmp(is.reason, reason) == 0 &&
		    (before == NULL || is.generation != before->generation || is.revision != before->revision))
			return is;
		nanosleep(&step, NULL);
	}
	fail_msg("still %s, reason \"%s\" (%s), generation %d.%d", es_watch_state_names[is.state], is.reason, is.detail,
		 (int)is.generation, (int)is.revision);
	return is;
}

static uint64_t counter(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	uint64_t value;

	assert_int_equal(es_host_counter(host, &value), ES_OK);
	return value;
}

static void changes_are_saved_without_being_asked_and_counted_at_the_end(void **state)
{
	struct es_watch_record is;
	struct scene s;
	uint64_t before;

	(void)state;
	scene_start(&s, true, WALKED);
	before = counter(&s);
	watch_start(&s);
	is = wait_for(&s, ES_WATCH_SAVED, "", NULL);
	assert_int_equal(is.generation, before);
	assert_string_equal(is.saved, "");
	machine_write(&s.m, "etc/secret", "second\n");
	is = wait_for(&s, ES_WATCH_SAVED, "", &is);
	assert_int_equal(is.generation, before + 1);
	assert_string_equal(is.unsaved_since, "");
	assert_int_equal(counter(&s), before);
	machine_write(&s.m, "etc/secret", "third\n");
	assert_int_equal(watch_end(&s), 0);
	assert_int_equal(counter(&s), before + 2);
	is = wait_for(&s, ES_WATCH_STOPPED, "", NULL);
	assert_int_equal(is.generation, before + 2);
	reboot(&s);
	assert_true(machine_has(&s.m, "etc/secret", "third\n"));
	scene_stop(&s);
}

static void what_was_saved_survives_a_kill(void **state)
{
	struct es_watch_record is;
	struct scene s;
	int status;

	(void)state;
	scene_start(&s, true, TOLD);
	watch_start(&s);
	is = wait_for(&s, ES_WATCH_SAVED, "", NULL);
	for (int i = 0; i < 2; i++) {
		machine_write(&s.m, "etc/secret", i == 0 ? "second\n" : "third\n");
		is = wait_for(&s, ES_WATCH_SAVED, "", &is);
	}
	assert_int_equal(is.revision, 1);
	assert_int_equal(kill(s.pid, SIGKILL), 0);
	assert_int_equal(waitpid(s.pid, &status, 0), s.pid);
	reboot(&s);
	assert_true(machine_has(&s.m, "etc/secret", "third\n"));
	scene_stop(&s);
}

static void a_partition_that_is_read_only_or_comes_late_is_waited_for(void **state)
{
	struct es_watch_record is;
	struct scene s;
	char real[128];

	(void)state;
	scene_start(&s, false, TOLD);
	snprintf(real, sizeof real, "%s/real", s.m.folder);
	assert_int_equal(rename(s.m.boot_dir, real), 0);
	assert_int_equal(mkdir(s.m.boot_dir, 0700), 0);
	watch_start(&s);
	wait_for(&s, ES_WATCH_FAILING, "not-configured", NULL);
	assert_int_equal(mount(real, s.m.boot_dir, NULL, MS_BIND, NULL), 0);
	is = wait_for(&s, ES_WATCH_SAVED, "", NULL);
	assert_int_equal(mount(NULL, s.m.boot_dir, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	machine_write(&s.m, "etc/secret", "second\n");
	wait_for(&s, ES_WATCH_FAILING, "read-only", NULL);
	assert_int_equal(mount(NULL, s.m.boot_dir, NULL, MS_REMOUNT | MS_BIND, NULL), 0);
	is = wait_for(&s, ES_WATCH_SAVED, "", &is);
	assert_int_equal(watch_end(&s), 0);
	/* And where it never comes back, the end says so. */
	watch_start(&s);
	wait_for(&s, ES_WATCH_SAVED, "", NULL);
	assert_int_equal(mount(NULL, s.m.boot_dir, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	machine_write(&s.m, "etc/secret", "third\n");
	assert_int_equal(watch_end(&s), 1);
	assert_int_equal(umount(s.m.boot_dir), 0);
	scene_stop(&s);
}

static void without_its_tpm_it_saves_all_the_same(void **state)
{
	struct es_watch_record is;
	struct es_swtpm *tpm;
	struct scene s;

	(void)state;
	scene_start(&s, true, TOLD);
	tpm = s.m.tpm;
	s.m.tpm = NULL;
	watch_start(&s);
	is = wait_for(&s, ES_WATCH_SAVED, "", NULL);
	machine_write(&s.m, "etc/secret", "second\n");
	is = wait_for(&s, ES_WATCH_SAVED, "", &is);
	machine_write(&s.m, "etc/secret", "third\n");
	assert_int_equal(watch_end(&s), 0);
	s.m.tpm = tpm;
	reboot(&s);
	assert_true(machine_has(&s.m, "etc/secret", "third\n"));
	scene_stop(&s);
}

static void a_host_that_nobody_configured_is_waited_for_and_never_a_failure(void **state)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct es_watch_record is;
	struct scene s;

	(void)state;
	unconfigured_start(&s, false, TOLD);
	watch_start(&s);
	wait_for(&s, ES_WATCH_WAITING, "", NULL);
	assert_int_equal(watch_end(&s), 0);
	watch_start(&s);
	is = wait_for(&s, ES_WATCH_WAITING, "", NULL);
	assert_string_equal(is.unsaved_since, "");
	assert_int_equal(machine_init(&s.m, false, recovery), ES_OK);
	is = wait_for(&s, ES_WATCH_SAVED, "", NULL);
	assert_int_equal(is.generation, 1);
	machine_write(&s.m, "etc/secret", "second\n");
	assert_int_equal(watch_end(&s), 0);
	reboot(&s);
	assert_true(machine_has(&s.m, "etc/secret", "second\n"));
	scene_stop(&s);
}

static struct captured c;

static void there_is_only_one_and_none_without_the_boot_helper(void **state)
{
	struct scene s;

	(void)state;
	scene_start(&s, false, TOLD);
	watch_start(&s);
	wait_for(&s, ES_WATCH_SAVED, "", NULL);
	command_run(&s.command, &s.m, "watch", 1, NULL, &c);
	assert_says(c.err, "another `etcseal watch` is running");
	assert_int_equal(watch_end(&s), 0);
	command_run(&s.command, NULL, "watch --run-dir=/nonexistent", 1, NULL, &c);
	assert_says(c.err, "wasn't started through etcseal's boot helper");
	scene_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_saved_without_being_asked_and_counted_at_the_end),
		cmocka_unit_test(what_was_saved_survives_a_kill),
		cmocka_unit_test(a_partition_that_is_read_only_or_comes_late_is_waited_for),
		cmocka_unit_test(without_its_tpm_it_saves_all_the_same),
		cmocka_unit_test(a_host_that_nobody_configured_is_waited_for_and_never_a_failure),
		cmocka_unit_test(there_is_only_one_and_none_without_the_boot_helper),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
