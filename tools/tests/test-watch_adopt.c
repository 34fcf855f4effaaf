/* SPDX-License-Identifier: Apache-2.0 */
/* The service adopts what is in a path that is covered for the first time. With real overlays. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/cover_scene.h"
#include "keys/tests/lib/mounts.h"
#include "tools/dispatch.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BOUND_S = 60 };

/* The command looks at the host's own root: the scene's folders are shown there. */
static void show(const struct cover_scene *s)
{
	cover_shell(s, "mkdir -p run/below && mount -t tmpfs none run/below && cp -a below/. run/below && mount -t "
		       "tmpfs none /srv && "
		       "mount --rbind host/srv /srv");
}

static void watch_until_the_mark_is_gone(struct cover_scene *s)
{
	struct command command = { .dispatch = es_dispatch };
	const struct timespec step = { .tv_nsec = 50000000 };
	char mark[128];
	pid_t pid;
	int status;

	command_prepare(&command, &s->m, "watch");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(command_body(&command));
	snprintf(mark, sizeof mark, "%s/first-covered", s->m.run_dir);
	for (int i = 0; i < BOUND_S * 20 && access(mark, F_OK) == 0; i++)
		nanosleep(&step, NULL);
	assert_true(access(mark, F_OK) < 0);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void what_is_in_a_path_that_is_new_is_adopted(void **state)
{
	static const char *const srv[] = { "/srv" };
	struct cover_scene s;

	(void)state;
	cover_adopted(&s);
	assert_int_equal(cover_more(&s, 1, srv, ES_OK), 1);
	assert_int_equal(cover_boot(&s), ES_OK);
	assert_int_equal(cover_remove(&s), 1);
	cover_path(&s, "/etc");
	cover_path(&s, "/srv");
	cover_shell(&s, "printf '/srv\n' >run/first-covered");
	show(&s);
	watch_until_the_mark_is_gone(&s);
	cover_shell(&s, "umount -R /srv; umount /srv; umount run/below host/etc host/srv");
	assert_int_equal(cover_boot(&s), ES_OK);
	assert_int_equal(cover_remove(&s), 1);
	cover_shell(&s, "test ! -e below/srv/job && test \"$(cat run/ram/tree/srv/job)\" = token");
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_a_path_that_is_new_is_adopted),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
