/* SPDX-License-Identifier: Apache-2.0 */
/* What apart from the measurements would stop the next boot: it is found beforehand, as the boot would find it, and
 * fixed as advised. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/save.h"
#include "keys/next/check.h"
#include "keys/tests/lib/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scene {
	struct machine m;
	struct es_boot_record record;
	struct es_check found;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

static int start(void **state, bool tpm)
{
	struct scene *s = calloc(1, sizeof *s);

	machine_start(&s->m, tpm);
	assert_int_equal(machine_boot(&s->m, &machine_usual_boot, NULL, &s->record), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s->m, !tpm, s->recovery), ES_OK);
	assert_int_equal(machine_boot(&s->m, &machine_usual_boot, NULL, &s->record), ES_OK);
	*state = s;
	return 0;
}

static int with_tpm(void **state)
{
	return start(state, true);
}

static int without_tpm(void **state)
{
	return start(state, false);
}

static int end(void **state)
{
	struct scene *s = *state;

	machine_stop(&s->m);
	free(s);
	return 0;
}

static enum es_reason boot(struct scene *s)
{
	return machine_boot(&s->m, &machine_usual_boot, NULL, &s->record);
}

/* The first finding; ES_OK: none. */
static enum es_reason check(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);

	memset(&s->found, 0, sizeof s->found);
	assert_int_equal(es_host_check(host, NULL, &s->found), ES_OK);
	for (unsigned i = 0; i < s->found.count; i++)
		assert_true(s->found.finding[i].next[0] != '\0');
	return s->found.count > 0 ? s->found.finding[0].reason : ES_OK;
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

static void set_mode_tpm(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);

	es_host_allow_new_tpm(host);
	assert_int_equal(machine_set_mode(host, ES_MODE_TPM, NULL), ES_OK);
}

static void backup(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_saved saved;

	assert_int_equal(es_host_save(host, &(struct es_save_request){ .force = false }, &saved), ES_OK);
}

/* The helper will ask neither the TPM nor the KDF. */
static void a_kernel_that_could_resume_stops_it(void **state)
{
	struct scene *s = *state;

	machine_hibernation(&s->m, "[platform] shutdown");
	assert_int_equal(check(s), ES_RESUME_POSSIBLE);
	assert_false(s->found.opens);
	assert_non_null(strstr(s->found.finding[0].detail, "disk: [platform] shutdown"));
	machine_hibernation(&s->m, "[disabled]");
	assert_int_equal(check(s), ES_OK);
}

static void a_sound_host_has_no_findings(void **state)
{
	struct scene *s = *state;

	assert_int_equal(check(s), ES_OK);
	assert_true(s->found.opens);
	assert_true(s->found.by[0] != '\0');
	assert_int_equal(boot(s), ES_OK);
}

static void a_damaged_bank_stops_nothing_and_is_named(void **state)
{
	struct scene *s = *state;

	shell(s, "echo x >>boot/etcseal/bank0/config.cms");
	assert_int_equal(check(s), ES_ONE_BANK);
	assert_true(s->found.opens);
	assert_false(s->found.finding[0].stops);
	assert_non_null(strstr(s->found.finding[0].detail, "bank0: config.cms: "));
	backup(s);
	assert_int_equal(check(s), ES_OK);
	shell(s, "rm -r boot/etcseal/bank1");
	assert_int_equal(check(s), ES_ONE_BANK);
	assert_non_null(strstr(s->found.finding[0].detail, "bank1: "));
	backup(s);
	assert_int_equal(check(s), ES_OK);
}

static void a_bank_that_the_counter_has_left_behind_is_named(void **state)
{
	struct scene *s = *state;

	shell(s, "cp -r boot/etcseal/bank1 old");
	machine_write(&s->m, "etc/secret", "second\n");
	backup(s);
	shell(s, "rm -r boot/etcseal/bank1 && mv old boot/etcseal/bank1");
	assert_int_equal(check(s), ES_ONE_BANK);
	assert_true(s->found.opens);
	assert_non_null(strstr(s->found.finding[0].detail, "no longer accepts"));
	backup(s);
	assert_int_equal(check(s), ES_OK);
}

static void a_planted_bank_is_named_and_stops_if_it_would_be_taken(void **state)
{
	struct scene *s = *state;

	/* Both banks are whole, but one was edited, so its MAC doesn't match. */
	shell(s, "sed -i 's/\"exec_installed_only\": false/\"exec_installed_only\": true/' "
		 "boot/etcseal/bank1/encryption.info");
	assert_int_equal(check(s), ES_TAMPERED_INFO);
	assert_non_null(strstr(s->found.finding[0].detail, "bank1"));
	assert_true(s->found.opens);
	assert_int_equal(boot(s), ES_OK);
	backup(s);
	assert_int_equal(check(s), ES_OK);
	shell(s, "sed -i 's/\"wrapped\": \"..../\"wrapped\": \"AAAA/' boot/etcseal/bank0/encryption.info");
	assert_int_equal(check(s), ES_TAMPERED_INFO);
	assert_false(s->found.opens);
	assert_int_equal(boot(s), ES_TAMPERED_INFO);
}

static void a_counter_that_is_gone_is_found_and_made_anew(void **state)
{
	struct scene *s = *state;

	es_swtpm_tool_ok(s->m.tpm, "tpm2_nvundefine -Q -C o 0x0180e5ea", NULL, 0);
	assert_int_equal(check(s), ES_COUNTER_MISSING);
	assert_false(s->found.opens);
	assert_non_null(strstr(s->found.finding[0].next, "set --mode=tpm"));
	set_mode_tpm(s);
	assert_int_equal(check(s), ES_OK);
	assert_int_equal(boot(s), ES_OK);
}

static void a_counter_that_is_ahead_is_found_and_a_backup_mends_it(void **state)
{
	struct scene *s = *state;

	es_swtpm_tool_ok(s->m.tpm, "tpm2_nvincrement -Q 0x0180e5ea", NULL, 0);
	assert_int_equal(check(s), ES_ROLLED_BACK);
	assert_false(s->found.opens);
	assert_non_null(strstr(s->found.finding[0].detail, "the TPM's counter is at"));
	assert_non_null(strstr(s->found.finding[0].next, "etcseal backup"));
	backup(s);
	assert_int_equal(check(s), ES_OK);
	assert_int_equal(boot(s), ES_OK);
}

static void another_tpm_or_a_cleared_one_is_found_and_sealed_to(void **state)
{
	struct scene *s = *state;

	es_swtpm_clear(s->m.tpm);
	assert_int_equal(check(s), ES_TPM_CLEARED);
	assert_false(s->found.opens);
	set_mode_tpm(s);
	assert_int_equal(check(s), ES_OK);
	/* Somebody clears the TPM and makes a storage key of the same form. */
	es_swtpm_clear(s->m.tpm);
	es_swtpm_tool_ok(s->m.tpm,
			 "tpm2_createprimary -Q -C o -g sha256 -G ecc256:null:aes128cfb "
			 "-a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|decrypt' -c p && "
			 "tpm2_flushcontext -t && tpm2_evictcontrol -Q -C o -c p 0x81000001",
			 NULL, 0);
	assert_int_equal(check(s), ES_TPM_OTHER);
	set_mode_tpm(s);
	assert_int_equal(check(s), ES_OK);
}

static void lock_out(struct scene *s)
{
	es_swtpm_tool_ok(s->m.tpm,
			 "tpm2_dictionarylockout -s -n 1 -t 3600 -l 3600 && "
			 "tpm2_createprimary -Q -C o -p right -c da && tpm2_flushcontext -t && "
			 "! tpm2_create -Q -C da -P wrong 2>&1 && tpm2_flushcontext -t",
			 NULL, 0);
}

static void a_lockout_is_told_and_stops_nothing(void **state)
{
	struct scene *s = *state;

	lock_out(s);
	assert_int_equal(check(s), ES_TPM_LOCKOUT);
	assert_true(s->found.opens);
	assert_int_equal(boot(s), ES_OK);
}

/* A storage key that an older etcseal or another program made: init takes it over. */
static void a_lockout_stops_where_the_storage_key_is_not_exempt(void **state)
{
	struct scene *s = *state;

	es_swtpm_clear(s->m.tpm);
	es_swtpm_tool_ok(s->m.tpm,
			 "tpm2_createprimary -Q -C o -g sha256 -G ecc256:null:aes128cfb "
			 "-a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|decrypt' -c p && "
			 "tpm2_flushcontext -t && tpm2_evictcontrol -Q -C o -c p 0x81000001",
			 NULL, 0);
	set_mode_tpm(s);
	assert_int_equal(check(s), ES_OK);
	lock_out(s);
	assert_int_equal(check(s), ES_TPM_LOCKOUT);
	assert_false(s->found.opens);
	assert_int_equal(boot(s), ES_TPM_LOCKOUT);
}

static void no_tpm_at_all_is_found(void **state)
{
	struct scene *s = *state;
	struct es_swtpm *tpm = s->m.tpm;

	s->m.tpm = NULL;
	assert_int_equal(check(s), ES_TPM_ABSENT);
	assert_false(s->found.opens);
	s->m.tpm = tpm;
}

static void another_machine_is_found_in_mode_kdf(void **state)
{
	struct scene *s = *state;

	assert_int_equal(check(s), ES_OK);
	assert_non_null(strstr(s->found.by, "mode kdf"));
	shell(s, "echo 4c4c4544-0043-5910-8054-b7c04f4e3433 >uuid");
	assert_int_equal(check(s), ES_LOCKED_MACHINE);
	assert_false(s->found.opens);
}

/* As many findings as there can be at once: those that stop the boot come first. */
static void several_are_told_at_once(void **state)
{
	struct scene *s = *state;

	shell(s, "echo x >>boot/etcseal/bank0/config.cms");
	lock_out(s);
	es_swtpm_tool_ok(s->m.tpm, "tpm2_nvincrement -Q 0x0180e5ea", NULL, 0);
	assert_int_equal(check(s), ES_ROLLED_BACK);
	assert_int_equal(s->found.count, 3);
	assert_int_equal(s->found.finding[1].reason, ES_TPM_LOCKOUT);
	assert_int_equal(s->found.finding[2].reason, ES_ONE_BANK);
	assert_false(s->found.finding[1].stops || s->found.finding[2].stops);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f, setup) cmocka_unit_test_setup_teardown(f, setup, end)
		TEST(a_sound_host_has_no_findings, with_tpm),
		TEST(a_kernel_that_could_resume_stops_it, with_tpm),
		TEST(a_kernel_that_could_resume_stops_it, without_tpm),
		TEST(a_damaged_bank_stops_nothing_and_is_named, with_tpm),
		TEST(a_bank_that_the_counter_has_left_behind_is_named, with_tpm),
		TEST(a_planted_bank_is_named_and_stops_if_it_would_be_taken, with_tpm),
		TEST(a_counter_that_is_gone_is_found_and_made_anew, with_tpm),
		TEST(a_counter_that_is_ahead_is_found_and_a_backup_mends_it, with_tpm),
		TEST(another_tpm_or_a_cleared_one_is_found_and_sealed_to, with_tpm),
		TEST(a_lockout_is_told_and_stops_nothing, with_tpm),
		TEST(a_lockout_stops_where_the_storage_key_is_not_exempt, with_tpm),
		TEST(no_tpm_at_all_is_found, with_tpm),
		TEST(another_machine_is_found_in_mode_kdf, without_tpm),
		TEST(several_are_told_at_once, with_tpm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
