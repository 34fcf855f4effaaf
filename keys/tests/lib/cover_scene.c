/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/cover_scene.h"

#include "keys/adopt/remove.h"
#include "keys/change/cover.h"
#include "keys/change/init.h"
#include "keys/core/labels.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

void cover_shell(const struct cover_scene *s, const char *command)
{
	char line[1024];

	snprintf(line, sizeof line, "cd %s && %s", s->m.folder, command);
	if (system(line) != 0)
		fail_msg("%s", line);
}

enum es_reason cover_boot(struct cover_scene *s)
{
	return machine_boot(&s->m, &machine_usual_boot, NULL, &s->record);
}

void cover_path(const struct cover_scene *s, const char *path)
{
	char line[1024];

	snprintf(line, sizeof line,
		 "mkdir -p run/ram/tree%s run/ram/work%s && mount -t overlay -o "
		 "lowerdir=below%s,upperdir=run/ram/tree%s,workdir=run/ram/work%s,index=off etcseal host%s",
		 path, path, path, path, path, path);
	cover_shell(s, line);
}

void cover_adopted(struct cover_scene *s)
{
	struct es_adopt_request adopt;
	struct es_init_request init;
	ES_SECRET recovery = NULL;

	memset(s, 0, sizeof *s);
	machine_start(&s->m, true);
	snprintf(s->below, sizeof s->below, "%s/below", s->m.folder);
	snprintf(s->host, sizeof s->host, "%s/host", s->m.folder);
	cover_shell(s, "mkdir -p below/etc below/srv host/etc host/srv && printf secret >below/etc/shadow && "
		       "printf token >below/srv/job");
	assert_int_equal(cover_boot(s), ES_NOT_CONFIGURED);
	cover_path(s, "/etc");
	adopt = (struct es_adopt_request){ .host_root = s->host, .below = s->below };
	init = (struct es_init_request){ .adopt = &adopt, .ret_adopted = &s->report };
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(es_host_init(host, &init, &recovery), ES_OK);
	assert_int_equal(s->report.files, 1);
	cover_shell(s, "umount host/etc");
}

unsigned cover_more(struct cover_scene *s, unsigned count, const char *const *paths, enum es_reason expect)
{
	unsigned added = 7;
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(es_host_cover(host, count, paths, &added, &s->saved), expect);
	return added;
}

uint64_t cover_remove(struct cover_scene *s)
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

void cover_look(struct cover_scene *s, bool only_first)
{
	const struct es_adopt_request request = {
		.host_root = s->host, .below = s->below, .dry_run = !only_first, .first_covered = only_first
	};
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(es_host_adopt(host, &request, &s->report, &s->saved), ES_OK);
}

bool cover_attack_planted_below(void)
{
	static const char *const srv[] = { "/srv" };
	struct cover_scene s;
	bool adopted_too;

	cover_adopted(&s);
	assert_int_equal(cover_more(&s, 1, srv, ES_OK), 1);
	assert_int_equal(cover_boot(&s), ES_OK);
	assert_int_equal(cover_remove(&s), 1);
	cover_path(&s, "/etc");
	cover_path(&s, "/srv");
	cover_shell(&s, "printf '/srv\\n' >run/first-covered && printf x >below/etc/planted");
	cover_look(&s, true);
	adopted_too = s.report.files == 2;
	cover_shell(&s, "umount host/etc host/srv");
	machine_stop(&s.m);
	return adopted_too;
}
