/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal reseal` and `etcseal check` as their user calls them. What they decide is tested in
 * keys/change/tests/test-reseal.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/file.h"
#include "keys/tests/lib/command.h"
#include "keys/tests/lib/pe_image.h"
#include "tools/dispatch.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct command command = { .dispatch = es_dispatch };
static struct captured c;

struct scene {
	struct machine m;
	uint8_t image[2][ES_TEST_PE_MAX];
	struct machine_boot boot[2];
	struct es_boot_record record;
};

static void run(struct scene *s, const char *words, int status)
{
	command_run(&command, &s->m, words, status, NULL, &c);
}

/* next.efi and text in the machine's folder; the words get that folder in front of each name. */
static void run_with(struct scene *s, const char *verb, const char *file, int status)
{
	char words[256];

	snprintf(words, sizeof words, "%s%s/%s", verb, s->m.folder, file);
	run(s, words, status);
}

static void make_image(struct scene *s, unsigned n)
{
	const struct es_test_pe_section sections[] = { { ".text", 0x200, 1 },
						       { ".linux", 0x300, (uint8_t)('a' + n) },
						       { ".cmdline", 0x20, 'a' },
						       { ".initrd", 0x100, 3 } };

	s->boot[n] = machine_usual_boot;
	s->boot[n].image = NULL;
	s->boot[n].file = (struct es_span){ s->image[n], es_test_pe_make(sections, 4, s->image[n]) };
}

static void start(struct scene *s)
{
	char key[ES_RECOVERY_TEXT_LEN + 1];

	machine_start(&s->m, true);
	make_image(s, 0);
	make_image(s, 1);
	machine_put(&s->m, "next.efi", s->boot[1].file);
	machine_put(&s->m, "text", es_text_span("no image"));
	assert_int_equal(machine_boot(&s->m, &s->boot[0], NULL, &s->record), ES_NOT_CONFIGURED);
	assert_int_equal(machine_init(&s->m, false, key), ES_OK);
	run(s, "set --require-secure-boot=false", 0);
	assert_int_equal(machine_boot(&s->m, &s->boot[0], NULL, &s->record), ES_OK);
}

static void an_update_is_checked_sealed_to_and_opens(void **state)
{
	static struct scene s;
	char file[160];

	(void)state;
	start(&s);
	run(&s, "check", 0);
	assert_says(c.out, "the next boot will unlock automatically (sealed for: this boot)");
	run_with(&s, "check --image ", "next.efi", 4);
	assert_says(c.err, "etcseal: the next boot will not unlock automatically: PCR ");
	assert_says(c.err, "PCR 11 (");
	assert_says(c.err, "reseal --image=");
	snprintf(file, sizeof file, "%s" MACHINE_IMAGE, s.m.boot_dir);
	assert_int_equal(unlink(file), 0);
	run_with(&s, "reseal --image ", "next.efi", 0);
	assert_says(c.out, "sealed to the next boot with ");
	assert_says(c.err, "not proven: PCR 4");
	run_with(&s, "check --image ", "next.efi", 0);
	assert_says(c.out, "will unlock automatically (sealed for: next image)");
	run_with(&s, "reseal --image ", "next.efi", 0);
	assert_int_equal(machine_boot(&s.m, &s.boot[1], NULL, &s.record), ES_OK);
	run(&s, "reseal", 0);
	assert_says(c.out, "sealed to this boot");
	run_with(&s, "reseal --image ", "next.efi", 0);
	assert_says(c.out, "already");
	machine_stop(&s.m);
}

static void what_is_no_image_changes_nothing(void **state)
{
	static struct scene s;

	(void)state;
	start(&s);
	run_with(&s, "reseal --image ", "text", 1);
	assert_says(c.err, "isn't an EFI program");
	run_with(&s, "check --image ", "missing", 1);
	run(&s, "reseal image", 2);
	run(&s, "check", 0);
	machine_stop(&s.m);
}

static json_t *answer(void)
{
	json_t *j = json_loads(c.out, 0, NULL);

	assert_non_null(j);
	return j;
}

static bool yes(json_t *j, const char *name)
{
	json_t *v = json_object_get(j, name);

	assert_non_null(v);
	return json_is_true(v);
}

static void machines_are_told_too(void **state)
{
	static struct scene s;
	json_t *j;

	(void)state;
	start(&s);
	run_with(&s, "check --json --image ", "next.efi", 4);
	j = answer();
	json_decref(j);
	run_with(&s, "reseal --json --image ", "next.efi", 0);
	j = answer();
	assert_true(yes(j, "next_image"));
	assert_false(yes(j, "this_boot"));
	json_decref(j);
	run_with(&s, "check --json --image ", "next.efi", 0);
	j = answer();
	assert_true(yes(j, "opens"));
	json_decref(j);
	machine_stop(&s.m);
}

static const char *text_of(json_t *j, const char *name)
{
	json_t *v = json_object_get(j, name);

	assert_non_null(v);
	return json_string_value(v);
}

static void findings_come_with_advice_to_people_and_machines(void **state)
{
	static struct scene s;
	json_t *j, *findings;
	char line[200];

	(void)state;
	start(&s);
	snprintf(line, sizeof line, "echo x >>%s/etcseal/bank0/config.cms", s.m.boot_dir);
	assert_int_equal(system(line), 0);
	run(&s, "check", 0);
	assert_says(c.out, "will unlock automatically");
	assert_says(
	    c.err,
	    "warning: one of the two banks is unusable; the host depends on the other alone: bank0: config.cms: ");
	assert_says(c.err, "`etcseal backup` rewrites it");
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvundefine -Q -C o 0x0180e5ea", NULL, 0);
	run(&s, "check", 4);
	assert_says(c.err,
		    "etcseal: the next boot will not unlock automatically: the TPM has lost the rollback counter");
	assert_says(c.err, "  Next: `etcseal set --mode=tpm`");
	assert_says(c.err, "warning: one of the two banks");
	run(&s, "check --json", 4);
	j = answer();
	assert_false(yes(j, "opens"));
	findings = json_object_get(j, "findings");
	assert_int_equal(json_array_size(findings), 2);
	assert_string_equal(text_of(json_array_get(findings, 0), "id"), "counter-missing");
	assert_true(yes(json_array_get(findings, 0), "stops"));
	assert_string_equal(text_of(json_array_get(findings, 1), "id"), "one-bank");
	assert_false(yes(json_array_get(findings, 1), "stops"));
	json_decref(j);
	run(&s, "set --mode=tpm", 0);
	run(&s, "check", 0);
	assert_string_equal(c.err, "");
	machine_stop(&s.m);
}

/* The values that `image predict` prints are those of the boot that follows. */
static void predict_prints_what_comes_true(void **state)
{
	static const unsigned pcrs[] = { 4, 11, 12 };
	static struct scene s;

	(void)state;
	start(&s);
	run_with(&s, "image predict ", "next.efi", 0);
	assert_says(c.err, "not predicted: PCR 7"); /* the machine's Secure Boot is an event of our own */
	assert_int_equal(machine_boot(&s.m, &s.boot[1], NULL, &s.record), ES_LOCKED_PCR);
	for (size_t i = 0; i < sizeof pcrs / sizeof *pcrs; i++) {
		const uint8_t *value = s.record.before_fence.value[pcrs[i]].bytes;
		char line[96];
		int n = snprintf(line, sizeof line, "%u:sha256=", pcrs[i]);

		for (unsigned b = 0; b < 32; b++)
			n += snprintf(line + n, sizeof line - (size_t)n, "%02x", value[b]);
		assert_says(c.out, line);
	}
	machine_stop(&s.m);
}

static void nothing_is_told_by_a_log_that_the_tpm_does_not_confirm(void **state)
{
	static struct scene s;
	char line[300];

	(void)state;
	start(&s);
	/* 0x100 bytes of .initrd end the log, 4 of their length before, and before these the digest. */
	snprintf(line, sizeof line, "printf X | dd of=%s bs=1 conv=notrunc seek=$(($(stat -c %%s %s) - 0x110)) 2>&1",
		 s.m.log_path, s.m.log_path);
	assert_int_equal(system(line), 0);
	run_with(&s, "image predict ", "next.efi", 0);
	assert_says(c.err, "PCR 11: the event log doesn't lead to the TPM's value");
	run_with(&s, "check --image=", "next.efi", 5);
	assert_says(c.err, "PCR 11 (");
	run_with(&s, "reseal --image=", "next.efi", 5);
	assert_says(c.err, "PCR 11 (");
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_update_is_checked_sealed_to_and_opens),
		cmocka_unit_test(what_is_no_image_changes_nothing),
		cmocka_unit_test(machines_are_told_too),
		cmocka_unit_test(findings_come_with_advice_to_people_and_machines),
		cmocka_unit_test(predict_prints_what_comes_true),
		cmocka_unit_test(nothing_is_told_by_a_log_that_the_tpm_does_not_confirm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
