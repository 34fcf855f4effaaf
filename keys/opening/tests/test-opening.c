/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and sealing together, on a real TPM (swtpm). The machine plays the firmware and the helper's steps. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine.h"

#include "keys/core/labels.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scene {
	struct machine m;
	struct es_boot_record record;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

/* A host that was sealed with one file in /etc. */
static void sealed_scene(struct scene *s, bool with_tpm)
{
	machine_start(&s->m, with_tpm);
	assert_int_equal(machine_boot(&s->m, &machine_usual_boot, NULL, &s->record), ES_NOT_CONFIGURED);
	assert_int_equal(s->record.state, ES_BOOT_UNCONFIGURED);
	machine_write(&s->m, "etc/secret", "the first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
}

static void backup(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;
	enum es_reason r = machine_backup(host, &report);

	if (r != ES_OK)
		fail_msg("backup: %s: %s", es_reason_words(r)->id, es_host_detail(host));
}

static void a_sealed_host_opens_automatically_with_its_backup(void **state)
{
	struct scene s;

	(void)state;
	sealed_scene(&s, true);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	assert_true(s.record.fenced);
	assert_true(machine_has(&s.m, "etc/secret", "the first\n"));
	print_message("a whole boot took %u TPM commands\n", s.record.tpm_commands);
	assert_int_equal(s.record.tpm_commands, 9);
	machine_write(&s.m, "etc/secret", "the second\n");
	backup(&s);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "the second\n"));
	machine_stop(&s.m);
}

static void each_change_of_the_boot_is_named_and_only_the_recovery_key_opens(void **state)
{
	struct {
		struct machine_boot boot;
		const char *named; /* NULL: it opens nevertheless */
	} changes[4] = { 0 };
	struct machine_boot recovery_boot = machine_usual_boot;
	struct scene s;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		changes[i].boot = machine_usual_boot;
	changes[0].boot.boot_loader = "another image";
	changes[1].boot.secure_boot = "Secure Boot is off";
	changes[1].named = "PCR 7";
	changes[2].boot.image = ".evil";
	changes[2].named = "PCR 11";
	changes[3].boot.options = "init=/bin/sh";
	changes[3].named = "PCR 12";
	sealed_scene(&s, true);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		enum es_reason r = machine_boot(&s.m, &changes[i].boot, NULL, &s.record);

		/* Sealed with Secure Boot on: PCR 7 covers the boot loader, and PCR 4 may change. */
		if (changes[i].named == NULL) {
			assert_int_equal(r, ES_OK);
			continue;
		}
		assert_int_equal(r, ES_LOCKED_PCR);
		assert_true(s.record.fenced);
		assert_int_equal(s.record.state, ES_BOOT_LOCKED);
		assert_false(machine_has(&s.m, "etc/secret", "the first\n"));
		if (strstr(s.record.refusal_detail, changes[i].named) == NULL)
			fail_msg("%s is not named in: %s", changes[i].named, s.record.refusal_detail);
		recovery_boot = changes[i].boot;
		recovery_boot.recovery = true;
		assert_int_equal(machine_boot(&s.m, &recovery_boot, s.recovery, &s.record), ES_OK);
		assert_int_equal(s.record.opened_by, ES_OPENED_BY_RECOVERY);
		assert_true(s.record.fenced);
		assert_true(machine_has(&s.m, "etc/secret", "the first\n"));
	}
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	machine_stop(&s.m);
}

static void after_a_recovery_boot_it_can_be_sealed_to_its_new_state(void **state)
{
	struct machine_boot changed = machine_usual_boot;
	struct scene s;
	struct es_host *host;

	(void)state;
	sealed_scene(&s, true);
	changed.image = ".new";
	changed.recovery = true;
	assert_int_equal(machine_boot(&s.m, &changed, s.recovery, &s.record), ES_OK);
	host = machine_host(&s.m);
	assert_int_equal(machine_set_mode(host, ES_MODE_TPM, NULL), ES_OK);
	es_host_close(host);
	changed.recovery = false;
	assert_int_equal(machine_boot(&s.m, &changed, NULL, &s.record), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	machine_stop(&s.m);
}

static void a_boot_that_could_not_measure_gets_no_key(void **state)
{
	struct machine_boot boot = machine_usual_boot;
	struct scene s;

	(void)state;
	sealed_scene(&s, true);
	boot.measured = ES_MEASURED_FAILED;
	assert_int_equal(machine_boot(&s.m, &boot, NULL, &s.record), ES_MEASURE_FAILED);
	assert_true(s.record.fenced);
	assert_int_equal(machine_boot(&s.m, &boot, s.recovery, &s.record), ES_OK);
	machine_stop(&s.m);
}

static void another_tpm_and_a_cleared_one_are_distinguished_and_the_recovery_key_opens(void **state)
{
	struct scene s;

	(void)state;
	sealed_scene(&s, true);
	es_swtpm_clear(s.m.tpm);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_TPM_CLEARED);
	assert_true(s.record.fenced);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, s.recovery, &s.record), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "the first\n"));
	es_swtpm_replace(s.m.tpm);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_TPM_CLEARED);
	es_swtpm_tool_ok(s.m.tpm,
			 "tpm2_createprimary -C o -G ecc256:aes128cfb -c p.ctx && tpm2_flushcontext -t && "
			 "tpm2_evictcontrol -C o -c p.ctx 0x81000001 && tpm2_flushcontext -t",
			 NULL, 0);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_TPM_OTHER);
	assert_true(s.record.fenced);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, s.recovery, &s.record), ES_OK);
	/* Sealed again on that board, it opens automatically again. */
	{
		ES_HOST host = machine_host(&s.m);
		enum es_reason r = machine_set_mode(host, ES_MODE_TPM, NULL);

		if (r != ES_OK)
			fail_msg("%s: %s", es_reason_words(r)->id, es_host_detail(host));
	}
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	machine_stop(&s.m);
}

static void a_missing_tpm_does_not_cause_a_fallback(void **state)
{
	struct es_swtpm *tpm;
	struct scene s;

	(void)state;
	sealed_scene(&s, true);
	tpm = s.m.tpm;
	s.m.tpm = NULL;
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_TPM_ABSENT);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, s.recovery, &s.record), ES_OK);
	s.m.tpm = tpm;
	machine_stop(&s.m);
}

static void each_wrong_recovery_key_has_its_reason(void **state)
{
	struct scene s;
	char other[] =
	    "478269-039194-473926-430939-686855-231401-642208-184477-602511-225586-551660-586542-338394-092578-"
	    "687140-267425";

	(void)state;
	sealed_scene(&s, true);
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, other, &s.record), ES_RECOVERY_WRONG);
	assert_true(s.record.fenced);
	other[7 * 2 + 3] ^= 1;
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, other, &s.record), ES_RECOVERY_FORM);
	assert_false(machine_has(&s.m, "etc/secret", "the first\n"));
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sealed_host_opens_automatically_with_its_backup),
		cmocka_unit_test(each_change_of_the_boot_is_named_and_only_the_recovery_key_opens),
		cmocka_unit_test(after_a_recovery_boot_it_can_be_sealed_to_its_new_state),
		cmocka_unit_test(a_boot_that_could_not_measure_gets_no_key),
		cmocka_unit_test(another_tpm_and_a_cleared_one_are_distinguished_and_the_recovery_key_opens),
		cmocka_unit_test(a_missing_tpm_does_not_cause_a_fallback),
		cmocka_unit_test(each_wrong_recovery_key_has_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
