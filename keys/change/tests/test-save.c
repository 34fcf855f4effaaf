/* SPDX-License-Identifier: Apache-2.0 */
/* Consecutive saves: what is skipped, what the counter does, and how a boot handles every state in between. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine.h"

#include "keys/change/save.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

struct scene {
	struct machine m;
	struct es_boot_record record;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

static enum es_reason boot(struct scene *s)
{
	return machine_boot(&s->m, &machine_usual_boot, NULL, &s->record);
}

static void scene_start(struct scene *s, bool with_tpm)
{
	machine_start(&s->m, with_tpm);
	assert_int_equal(boot(s), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
}

static enum es_reason save_as_is(struct scene *s, struct es_save_request request, struct es_saved *ret)
{
	ES_HOST host = machine_host(&s->m);

	return es_host_save(host, &request, ret);
}

static struct es_saved save(struct scene *s, const char *text, enum es_count count)
{
	struct es_saved saved;

	machine_write(&s->m, "etc/secret", text);
	assert_int_equal(save_as_is(s, (struct es_save_request){ .count = count }, &saved), ES_OK);
	return saved;
}

static uint64_t counter(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	uint64_t value;

	assert_int_equal(es_host_counter(host, &value), ES_OK);
	return value;
}

__attribute__((format(printf, 2, 3))) static void shell(const struct scene *s, const char *format, ...)
{
	char words[512], line[700];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	snprintf(line, sizeof line, "cd %s && { %s; }", s->m.folder, words);
	assert_int_equal(system(line), 0);
}

static bool unsaved(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;
	bool is;

	assert_int_equal(es_host_unsaved(host, &is, &report), ES_OK);
	return is;
}

static void what_has_not_changed_is_not_saved_again(void **state)
{
	struct es_saved saved;
	struct scene s;
	uint64_t before;

	(void)state;
	scene_start(&s, true);
	before = counter(&s);
	shell(&s, "cp -r boot boot-before");
	for (int count = ES_COUNT_NOW; count <= ES_COUNT_LATER; count++) {
		assert_int_equal(save_as_is(&s, (struct es_save_request){ .count = (enum es_count)count }, &saved),
				 ES_OK);
		assert_true(saved.unchanged);
		assert_int_equal(saved.generation, before);
	}
	shell(&s, "diff -r boot boot-before");
	assert_int_equal(counter(&s), before);
	assert_int_equal(save_as_is(&s, (struct es_save_request){ .force = true }, &saved), ES_OK);
	assert_false(saved.unchanged);
	assert_int_equal(counter(&s), before + 1);
	machine_stop(&s.m);
}

static void after_a_boot_nothing_has_changed(void **state)
{
	struct es_saved saved;
	struct scene s;
	char path[128];

	(void)state;
	scene_start(&s, true);
	shell(&s, "cd run/ram/tree/etc && mkdir -p d/e && ln -s x d/link && mknod gone c 0 0 && chmod 2750 d && "
		  "touch -d @1000.5 d/e d");
	snprintf(path, sizeof path, "%s/ram/tree/etc/d", s.m.run_dir);
	assert_int_equal(setxattr(path, "trusted.b", "1", 1, 0), 0);
	assert_int_equal(setxattr(path, "trusted.a", "2", 1, 0), 0);
	save(&s, "second\n", ES_COUNT_NOW);
	assert_int_equal(boot(&s), ES_OK);
	assert_false(unsaved(&s));
	assert_int_equal(save_as_is(&s, (struct es_save_request){ 0 }, &saved), ES_OK);
	assert_true(saved.unchanged);
	shell(&s, "chmod 0640 run/ram/tree/etc/secret");
	assert_true(unsaved(&s));
	assert_int_equal(save_as_is(&s, (struct es_save_request){ 0 }, &saved), ES_OK);
	assert_false(saved.unchanged);
	assert_false(unsaved(&s));
	machine_stop(&s.m);
}

static void a_bank_that_is_no_copy_is_written_anew(void **state)
{
	static const char *const harm[] = {
		"rm -r boot/etcseal/bank1",
		"echo x >>boot/etcseal/bank0/config.cms",
		"rm boot/etcseal/bank0/encryption.info",
		": >boot/etcseal/bank1/measured.log",
		"cd boot/etcseal && rm -r bank0 && echo x >bank0",
		"cd boot/etcseal/bank1 && rm config.cms && mkdir config.cms",
		"cd boot/etcseal/bank0 && rm encryption.info && mkdir encryption.info encryption.info.new",
	};
	struct es_saved saved;
	struct scene s;

	(void)state;
	scene_start(&s, true);
	for (size_t i = 0; i < sizeof harm / sizeof harm[0]; i++) {
		for (int count = ES_COUNT_NOW; count <= ES_COUNT_LATER; count++) {
			const struct es_save_request request = { .count = (enum es_count)count };

			shell(&s, "%s", harm[i]);
			assert_int_equal(save_as_is(&s, request, &saved), ES_OK);
			assert_false(saved.unchanged);
			shell(&s, "diff -r boot/etcseal/bank0 boot/etcseal/bank1");
		}
	}
	machine_stop(&s.m);
}

static void revisions_leave_the_counter_alone_until_a_boot_counts(void **state)
{
	struct es_saved saved;
	struct scene s;
	char text[16];
	uint64_t before;

	(void)state;
	scene_start(&s, true);
	before = counter(&s);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(text, sizeof text, "%u\n", i);
		saved = save(&s, text, ES_COUNT_LATER);
		assert_int_equal(saved.generation, before + 1);
		assert_int_equal(saved.revision, i);
		assert_false(saved.counted);
		assert_int_equal(counter(&s), before);
		shell(&s, "diff -r boot/etcseal/bank0 boot/etcseal/bank1");
	}
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "3\n"));
	assert_int_equal(counter(&s), before + 1);
	/* It counted: the next one is ahead again. */
	saved = save(&s, "4\n", ES_COUNT_LATER);
	assert_int_equal(saved.generation, before + 2);
	assert_int_equal(saved.revision, 0);
	machine_stop(&s.m);
}

static void the_hourly_save_counts_once_and_the_last_one_stands_alone(void **state)
{
	struct es_saved saved;
	struct scene s;
	uint64_t before;

	(void)state;
	scene_start(&s, true);
	before = counter(&s);
	save(&s, "a\n", ES_COUNT_LATER);
	saved = save(&s, "b\n", ES_COUNT_NEXT);
	assert_true(saved.counted);
	assert_int_equal(saved.generation, before + 2);
	assert_int_equal(counter(&s), before + 1);
	assert_true(saved.pending);
	assert_int_equal(save_as_is(&s, (struct es_save_request){ .count = ES_COUNT_NEXT }, &saved), ES_OK);
	assert_true(saved.unchanged && saved.counted && !saved.pending);
	assert_int_equal(counter(&s), before + 2);
	saved = save(&s, "c\n", ES_COUNT_NOW);
	assert_int_equal(saved.generation, before + 3);
	assert_int_equal(saved.revision, 0);
	assert_int_equal(counter(&s), before + 3);
	assert_int_equal(save_as_is(&s, (struct es_save_request){ 0 }, &saved), ES_OK);
	assert_true(saved.unchanged);
	/* A save that wasn't counted is counted now, though nothing has changed. */
	save(&s, "d\n", ES_COUNT_LATER);
	assert_int_equal(save_as_is(&s, (struct es_save_request){ 0 }, &saved), ES_OK);
	assert_false(saved.unchanged);
	assert_int_equal(counter(&s), saved.generation);
	machine_stop(&s.m);
}

/* Power fails while the first bank, or the second, is written: every mixture of old and new banks. */
static void a_cut_leaves_the_last_save_or_the_one_before(void **state)
{
	static const enum es_count before[] = { ES_COUNT_NOW, ES_COUNT_LATER, ES_COUNT_LATER, ES_COUNT_NEXT };
	struct scene s;

	(void)state;
	scene_start(&s, true);
	for (unsigned i = 0; i < sizeof before / sizeof before[0]; i++)
		for (unsigned count = ES_COUNT_NEXT; count <= ES_COUNT_LATER; count++)
			for (unsigned cut = 0; cut < 6; cut++) {
				unsigned first = cut & 1;

				save(&s, "old\n", before[i]);
				shell(&s, "rm -rf was && cp -r boot/etcseal was");
				save(&s, "new\n", (enum es_count)count);
				/* Bank `first` is written, or half of it; or the first is whole and the second is half
				 * written. */
				if (cut < 4)
					shell(&s, "rm -r boot/etcseal/bank%u && cp -r was/bank%u boot/etcseal/",
					      1 - first, 1 - first);
				if (cut >= 2)
					shell(&s, "rm boot/etcseal/bank%u/encryption.info",
					      cut < 4 ? first : 1 - first);
				assert_int_equal(boot(&s), ES_OK);
				assert_true(machine_has(&s.m, "etc/secret", cut < 2 || cut >= 4 ? "new\n" : "old\n"));
				assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
			}
	machine_stop(&s.m);
}

static void an_older_revision_opens_until_a_save_is_counted(void **state)
{
	struct es_saved saved;
	struct scene s;

	(void)state;
	scene_start(&s, true);
	save(&s, "a\n", ES_COUNT_LATER);
	shell(&s, "cp -r boot/etcseal old");
	save(&s, "b\n", ES_COUNT_LATER);
	shell(&s, "cp -r boot/etcseal new && rm -r boot/etcseal && cp -r old boot/etcseal");
	/* The window that SECURITY.md states. */
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "a\n"));
	shell(&s, "rm -r boot/etcseal && cp -r new boot/etcseal");
	assert_int_equal(boot(&s), ES_OK);
	/* Nothing has changed, but it is a revision: older ones would still open. */
	assert_int_equal(save_as_is(&s, (struct es_save_request){ 0 }, &saved), ES_OK);
	assert_false(saved.unchanged);
	assert_int_equal(saved.revision, 0);
	shell(&s, "rm -r boot/etcseal && cp -r new boot/etcseal");
	assert_int_equal(boot(&s), ES_ROLLED_BACK);
	machine_stop(&s.m);
}

static void a_tpm_that_is_gone_does_not_keep_a_revision_from_being_saved(void **state)
{
	struct es_swtpm *tpm;
	struct es_saved saved;
	struct scene s;
	uint64_t generation;

	(void)state;
	scene_start(&s, true);
	generation = save(&s, "a\n", ES_COUNT_LATER).generation;
	tpm = s.m.tpm;
	s.m.tpm = NULL;
	for (int count = ES_COUNT_NEXT; count <= ES_COUNT_LATER; count++) {
		saved = save(&s, count == ES_COUNT_NEXT ? "b\n" : "c\n", (enum es_count)count);
		assert_int_equal(saved.tpm_error, ES_TPM_ABSENT);
		assert_int_equal(saved.generation, generation);
	}
	machine_write(&s.m, "etc/secret", "d\n");
	assert_int_equal(save_as_is(&s, (struct es_save_request){ 0 }, &saved), ES_TPM_ABSENT);
	s.m.tpm = tpm;
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "c\n"));
	machine_stop(&s.m);
}

static void without_a_tpm_every_save_is_a_generation(void **state)
{
	struct scene s;

	(void)state;
	scene_start(&s, false);
	for (unsigned i = 0; i < 3; i++) {
		struct es_saved saved = save(&s, i == 1 ? "x\n" : "y\n", ES_COUNT_LATER);

		assert_int_equal(saved.generation, i + 2);
		assert_int_equal(saved.revision, 0);
	}
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "y\n"));
	machine_stop(&s.m);
}

static void save_thrice(struct scene *s, bool *ret)
{
	struct es_saved saved;

	*ret = true;
	for (int i = 0; i < 3; i++)
		*ret &= save_as_is(s, (struct es_save_request){ .force = true }, &saved) == ES_OK;
}

static void two_commands_at_once_take_turns(void **state)
{
	struct scene s;
	uint64_t before;
	int status;
	pid_t pid;
	bool ok;

	(void)state;
	scene_start(&s, false);
	{
		ES_HOST host = machine_host(&s.m);
		before = es_host_bank(host)->info->generation;
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		save_thrice(&s, &ok);
		_exit(ok ? 0 : 1);
	}
	save_thrice(&s, &ok);
	assert_true(ok);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	ES_HOST host = machine_host(&s.m);

	assert_int_equal(es_host_bank(host)->info->generation, before + 6);
	shell(&s, "diff -r boot/etcseal/bank0 boot/etcseal/bank1");
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_not_changed_is_not_saved_again),
		cmocka_unit_test(after_a_boot_nothing_has_changed),
		cmocka_unit_test(a_bank_that_is_no_copy_is_written_anew),
		cmocka_unit_test(revisions_leave_the_counter_alone_until_a_boot_counts),
		cmocka_unit_test(the_hourly_save_counts_once_and_the_last_one_stands_alone),
		cmocka_unit_test(a_cut_leaves_the_last_save_or_the_one_before),
		cmocka_unit_test(an_older_revision_opens_until_a_save_is_counted),
		cmocka_unit_test(a_tpm_that_is_gone_does_not_keep_a_revision_from_being_saved),
		cmocka_unit_test(without_a_tpm_every_save_is_a_generation),
		cmocka_unit_test(two_commands_at_once_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
