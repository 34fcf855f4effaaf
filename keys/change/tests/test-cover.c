/* SPDX-License-Identifier: Apache-2.0 */
/* Covering more paths, and what is in them before they are covered. With real overlays. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine.h"
#include "keys/tests/lib/mounts.h"

#include "keys/adopt/remove.h"
#include "keys/change/adopt.h"
#include "keys/change/cover.h"
#include "keys/change/init.h"
#include "keys/core/labels.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static const char *const srv[] = { "/srv" };

struct scene {
	struct machine m;
	struct es_boot_record record;
	char below[96], host[96]; /* the root file system; and the host's view of it */
	struct es_adopt_report report;
	struct es_saved saved;
};

static void shell(const struct scene *s, const char *command)
{
	char line[1024];

	snprintf(line, sizeof line, "cd %s && %s", s->m.folder, command);
	if (system(line) != 0)
		fail_msg("%s", line);
}

static enum es_reason boot(struct scene *s)
{
	return machine_boot(&s->m, &machine_usual_boot, NULL, &s->record);
}

/* What `etcseal-boot apply` does for one path. */
static void cover(const struct scene *s, const char *path)
{
	char line[1024];

	snprintf(line, sizeof line,
		 "mkdir -p run/ram/tree%s run/ram/work%s && mount -t overlay -o "
		 "lowerdir=below%s,upperdir=run/ram/tree%s,workdir=run/ram/work%s,index=off etcseal host%s",
		 path, path, path, path, path, path);
	shell(s, line);
}

/* /etc and /srv with a file each, the host sealed, and what is in /etc adopted. */
static void adopted(struct scene *s)
{
	struct es_adopt_request adopt;
	struct es_init_request init;
	ES_SECRET recovery = NULL;

	memset(s, 0, sizeof *s);
	machine_start(&s->m, true);
	snprintf(s->below, sizeof s->below, "%s/below", s->m.folder);
	snprintf(s->host, sizeof s->host, "%s/host", s->m.folder);
	shell(s, "mkdir -p below/etc below/srv host/etc host/srv && printf secret >below/etc/shadow && "
		 "printf token >below/srv/job");
	assert_int_equal(boot(s), ES_NOT_CONFIGURED);
	cover(s, "/etc");
	adopt = (struct es_adopt_request){ .host_root = s->host, .below = s->below };
	init = (struct es_init_request){ .adopt = &adopt, .ret_adopted = &s->report };
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(es_host_init(host, &init, &recovery), ES_OK);
	assert_int_equal(s->report.files, 1);
	shell(s, "umount host/etc");
}

static unsigned cover_more(struct scene *s, unsigned count, const char *const *paths, enum es_reason expect)
{
	unsigned added = 7;
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(es_host_cover(host, count, paths, &added, &s->saved), expect);
	return added;
}

static uint64_t remove_below(struct scene *s)
{
	struct es_remove_report done;
	ES_ADOPTED list = { 0 };
	ES_BUF text = { NULL, 0 };
	char path[160];
	ES_FD root = open(s->below, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	snprintf(path, sizeof path, "%s/ram/" ES_ADOPTED_NAME, s->m.run_dir);
	assert_int_equal(es_file_read(AT_FDCWD, path, ES_ADOPTED_MAX, &text), ES_OK);
	assert_int_equal(es_adopted_parse(es_buf_span(&text), &list), ES_OK);
	assert_int_equal(
	    es_remove(&(struct es_remove_request){ root, &list, s->record.path_count, s->record.paths }, &done), ES_OK);
	return done.removed;
}

static void look(struct scene *s, bool only_first)
{
	const struct es_adopt_request request = {
		.host_root = s->host, .below = s->below, .dry_run = !only_first, .first_covered = only_first
	};
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(es_host_adopt(host, &request, &s->report, &s->saved), ES_OK);
}

static void what_is_covered_for_the_first_time_can_be_adopted_alone(void **state)
{
	struct scene s;

	(void)state;
	adopted(&s);
	assert_int_equal(cover_more(&s, 1, srv, ES_OK), 1);
	assert_int_equal(boot(&s), ES_OK);
	assert_int_equal(s.record.path_count, 2);
	assert_int_equal(remove_below(&s), 1);
	cover(&s, "/etc");
	cover(&s, "/srv");
	shell(&s, "printf '/srv\\n' >run/first-covered && printf x >below/etc/planted");
	look(&s, true);
	assert_int_equal(s.report.files, 1);
	look(&s, false);
	assert_int_equal(s.report.pending, 1);
	assert_int_equal(s.report.files, 1);
	shell(&s, "umount host/etc host/srv");
	assert_int_equal(boot(&s), ES_OK);
	assert_int_equal(remove_below(&s), 1);
	shell(&s, "test ! -e below/srv/job && test \"$(cat run/ram/tree/srv/job)\" = token && "
		  "test -e below/etc/planted && test ! -e run/ram/tree/etc/planted");
	machine_stop(&s.m);
}

static void without_the_helpers_list_no_path_is_new(void **state)
{
	struct scene s;

	(void)state;
	adopted(&s);
	assert_int_equal(boot(&s), ES_OK);
	shell(&s, "printf x >below/etc/planted");
	look(&s, true);
	assert_int_equal(s.report.files, 0);
	machine_stop(&s.m);
}

static void a_covered_path_that_is_not_on_the_root_is_named(void **state)
{
	struct scene s;

	(void)state;
	adopted(&s);
	assert_int_equal(s.report.unseen, 0);
	assert_int_equal(cover_more(&s, 1, srv, ES_OK), 1);
	shell(&s, "rm -r below/srv");
	look(&s, false);
	assert_int_equal(s.report.unseen, 1);
	assert_string_equal(s.report.unseen_path, "/srv");
	machine_stop(&s.m);
}

static void bad_paths_are_refused_and_change_nothing(void **state)
{
	static const char *const bad[] = { "/srv", "/a/../b" };
	static const char *const within[] = { "/etc/ssh", "/etc" };
	struct scene s;

	(void)state;
	adopted(&s);
	assert_int_equal(cover_more(&s, 2, bad, ES_ARGUMENT), 7);
	assert_int_equal(cover_more(&s, 2, within, ES_OK), 0);
	assert_true(s.saved.unchanged);
	assert_int_equal(boot(&s), ES_OK);
	assert_int_equal(s.record.path_count, 1);
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_covered_for_the_first_time_can_be_adopted_alone),
		cmocka_unit_test(without_the_helpers_list_no_path_is_new),
		cmocka_unit_test(a_covered_path_that_is_not_on_the_root_is_named),
		cmocka_unit_test(bad_paths_are_refused_and_change_nothing),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
