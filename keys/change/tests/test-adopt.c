/* SPDX-License-Identifier: Apache-2.0 */
/* Adopting earlier files: from the root file system into both banks, and only then removed from it. With a real
 * overlay. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine.h"
#include "keys/tests/lib/mounts.h"

#include "keys/adopt/remove.h"
#include "keys/change/adopt.h"
#include "keys/change/init.h"
#include "keys/core/labels.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

struct scene {
	struct machine m;
	struct es_boot_record record;
	char below[96], host[96]; /* the root file system; and the host's view of it */
	bool mounted;
};

__attribute__((format(printf, 2, 3))) static void shell(const struct scene *s, const char *format, ...)
{
	char line[1024];
	va_list list;
	int n = snprintf(line, sizeof line, "cd %s && ", s->m.folder);

	va_start(list, format);
	vsnprintf(line + n, sizeof line - (size_t)n, format, list);
	va_end(list);
	if (system(line) != 0)
		fail_msg("%s", line);
}

static void cover_no_more(struct scene *s)
{
	char path[128];

	if (!s->mounted)
		return;
	snprintf(path, sizeof path, "%s/etc", s->host);
	assert_int_equal(umount2(path, 0), 0);
	s->mounted = false;
}

/* What `etcseal-boot apply` does, except for the removal. */
static void cover(struct scene *s)
{
	char path[128], options[1024];

	shell(s, "mkdir -p run/ram/tree/etc run/ram/work/0");
	snprintf(path, sizeof path, "%s/etc", s->host);
	snprintf(
	    options, sizeof options,
	    "lowerdir=%s/etc,upperdir=%s/ram/tree/etc,workdir=%s/ram/work/0,redirect_dir=off,metacopy=off,index=off",
	    s->below, s->m.run_dir, s->m.run_dir);
	assert_int_equal(mount("etcseal", path, "overlay", 0, options), 0);
	s->mounted = true;
}

static enum es_reason boot(struct scene *s, const char *recovery)
{
	enum es_reason r;

	cover_no_more(s);
	r = machine_boot(&s->m, &machine_usual_boot, recovery, &s->record);
	return r;
}

static void scene_start(struct scene *s, bool with_tpm)
{
	memset(s, 0, sizeof *s);
	machine_start(&s->m, with_tpm);
	snprintf(s->below, sizeof s->below, "%s/below", s->m.folder);
	snprintf(s->host, sizeof s->host, "%s/host", s->m.folder);
	shell(s, "mkdir -p below/etc/own host/etc && printf secret >below/etc/shadow && chmod 640 below/etc/shadow && "
		 "printf key >below/etc/own/key && ln -s there below/etc/link && touch -d 2001-01-01 below/etc/shadow");
	assert_int_equal(boot(s, NULL), ES_NOT_CONFIGURED);
	cover(s);
}

static void scene_stop(struct scene *s)
{
	cover_no_more(s);
	machine_stop(&s->m);
}

static struct es_adopt_request request_of(const struct scene *s)
{
	return (struct es_adopt_request){ .host_root = s->host, .below = s->below };
}

static void init(struct scene *s, struct es_adopt_report *ret)
{
	const struct es_adopt_request adopt = request_of(s);
	const struct es_init_request request = { .adopt = &adopt, .ret_adopted = ret };
	ES_SECRET recovery = NULL;
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(es_host_init(host, &request, &recovery), ES_OK);
}

static struct es_adopt_report adopt(struct scene *s, bool discard_changed)
{
	struct es_adopt_request request = request_of(s);
	struct es_adopt_report report;
	struct es_saved saved;
	ES_HOST host = machine_host(&s->m);

	request.discard_changed = discard_changed;
	assert_int_equal(es_host_adopt(host, &request, &report, &saved), ES_OK);
	return report;
}

static struct es_adopt_report look(struct scene *s)
{
	const struct es_adopt_request request = request_of(s);
	struct es_adopt_report report;
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(es_host_look_below(host, &request, &report), ES_OK);
	return report;
}

static struct es_remove_report remove_below(struct scene *s)
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
	return done;
}

static bool on_host(const struct scene *s, const char *path, const char *content)
{
	char full[160];
	ES_BUF b = { NULL, 0 };

	snprintf(full, sizeof full, "%s%s", s->host, path);
	return es_file_read(AT_FDCWD, full, 4096, &b) == ES_OK && b.len == strlen(content) &&
	       memcmp(b.data, content, b.len) == 0;
}

static void init_adopts_and_the_next_boot_may_remove(void **state)
{
	struct es_adopt_report report;
	struct stat st;
	struct scene s;
	char path[160];

	(void)state;
	scene_start(&s, true);
	init(&s, &report);
	assert_int_equal(report.files, 2);
	assert_int_equal(report.links, 1);
	assert_int_equal(report.folders, 1);
	assert_int_equal(report.bytes, 9);
	assert_int_equal(look(&s).pending, 3);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_true(s.m.may_remove);
	assert_int_equal(remove_below(&s).removed, 3);
	cover(&s);
	assert_true(on_host(&s, "/etc/shadow", "secret") && on_host(&s, "/etc/own/key", "key"));
	snprintf(path, sizeof path, "%s/etc/shadow", s.host);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_mtim.tv_sec, 978307200 - 0);
	shell(&s, "test -z \"$(ls -A below/etc)\" && test -L host/etc/link");
	assert_int_equal(look(&s).pending + look(&s).files, 0);
	scene_stop(&s);
}

static void a_dry_run_changes_nothing(void **state)
{
	struct es_adopt_request request;
	struct es_adopt_report report;
	struct es_saved saved = { .generation = 77 };
	struct scene s;

	(void)state;
	scene_start(&s, false);
	request = request_of(&s);
	request.dry_run = true;
	ES_HOST host = machine_host(&s.m);

	assert_int_equal(es_host_adopt(host, &request, &report, &saved), ES_OK);
	assert_int_equal(report.files, 2);
	assert_int_equal(saved.generation, 77);
	shell(&s, "test ! -e run/ram/adopted && test -z \"$(ls -A run/ram/tree/etc)\"");
	scene_stop(&s);
}

/* Files that the host already has stay; what is below them is an older version, and is removed. */
static void the_hosts_own_version_wins_and_what_it_removed_stays_away(void **state)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct scene s;

	(void)state;
	scene_start(&s, true);
	assert_int_equal(machine_init(&s.m, false, recovery), ES_OK);
	shell(&s, "printf newer >host/etc/shadow && rm -r host/etc/own");
	assert_int_equal(adopt(&s, false).files, 2);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(remove_below(&s).removed, 3);
	cover(&s);
	assert_true(on_host(&s, "/etc/shadow", "newer"));
	shell(&s, "test ! -e host/etc/own && test -z \"$(ls -A below/etc)\"");
	scene_stop(&s);
}

static void a_recovery_boot_or_a_bank_that_is_no_copy_removes_nothing(void **state)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct scene s;

	(void)state;
	scene_start(&s, true);
	assert_int_equal(machine_init(&s.m, false, recovery), ES_OK);
	assert_int_equal(adopt(&s, false).files, 2);
	assert_int_equal(boot(&s, recovery), ES_OK);
	assert_false(s.m.may_remove);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_true(s.m.may_remove);
	shell(&s, "mv boot/etcseal/bank0 aside");
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_false(s.m.may_remove);
	shell(&s, "mv aside boot/etcseal/bank0 && printf x >>boot/etcseal/bank1/config.cms");
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_false(s.m.may_remove);
	scene_stop(&s);
}

/* The list is kept: if a backup of the root file system is restored later, it is cleared as it was the first time. */
static void saves_carry_the_list_on_and_a_restored_root_is_cleared_again(void **state)
{
	struct es_adopt_report report;
	struct scene s;

	(void)state;
	scene_start(&s, true);
	init(&s, &report);
	shell(&s, "cp -a below restored");
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(remove_below(&s).removed, 3);
	cover(&s);
	shell(&s, "printf newer >host/etc/shadow");
	{
		struct es_saved saved;
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_save(host, &(struct es_save_request){ .count = ES_COUNT_NEXT }, &saved),
				 ES_OK);
		assert_false(saved.unchanged);
	}
	cover_no_more(&s);
	shell(&s, "rm -r below && mv restored below");
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(remove_below(&s).removed, 3);
	cover(&s);
	assert_true(on_host(&s, "/etc/shadow", "newer"));
	scene_stop(&s);
}

static void what_was_rewritten_below_waits_for_its_owner(void **state)
{
	struct es_adopt_report report;
	struct scene s;

	(void)state;
	scene_start(&s, true);
	init(&s, &report);
	cover_no_more(&s);
	shell(&s, "printf 'by a rescue system' >below/etc/shadow");
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(remove_below(&s).changed, 1);
	cover(&s);
	assert_int_equal(look(&s).changed, 1);
	assert_int_equal(adopt(&s, false).changed, 1);
	assert_int_equal(adopt(&s, true).files, 1);
	assert_int_equal(look(&s).pending, 1);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(remove_below(&s).removed, 1);
	cover(&s);
	assert_true(on_host(&s, "/etc/shadow", "secret"));
	scene_stop(&s);
}

static void nothing_is_copied_that_would_not_fit(void **state)
{
	struct es_adopt_request request;
	struct es_adopt_report report;
	struct es_saved saved;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct scene s;

	(void)state;
	scene_start(&s, false);
	assert_int_equal(machine_init(&s.m, false, recovery), ES_OK);
	cover_no_more(&s);
	shell(&s, "head -c 40M /dev/urandom >below/etc/one && head -c 40M /dev/urandom >below/etc/two");
	cover(&s);
	request = request_of(&s);
	ES_HOST host = machine_host(&s.m);

	assert_int_equal(es_host_adopt(host, &request, &report, &saved), ES_TOO_LARGE);
	shell(&s, "test ! -e run/ram/adopted && test -z \"$(ls -A run/ram/tree/etc)\"");
	scene_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_adopts_and_the_next_boot_may_remove),
		cmocka_unit_test(a_dry_run_changes_nothing),
		cmocka_unit_test(the_hosts_own_version_wins_and_what_it_removed_stays_away),
		cmocka_unit_test(a_recovery_boot_or_a_bank_that_is_no_copy_removes_nothing),
		cmocka_unit_test(saves_carry_the_list_on_and_a_restored_root_is_cleared_again),
		cmocka_unit_test(what_was_rewritten_below_waits_for_its_owner),
		cmocka_unit_test(nothing_is_copied_that_would_not_fit),
	};

	return cmocka_run_group_tests_name("adopt", tests, mounts_own, NULL);
}
