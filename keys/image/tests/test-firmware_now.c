/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware hands over as options changes between two boots: predicted, sealed to, named. On a software TPM; with
 * real firmware: tests-ovmf/scenarios/firmware-options.sh. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/reseal.h"
#include "keys/image/firmware_now.h"
#include "keys/next/check.h"
#include "keys/store/file.h"
#include "keys/tests/lib/machine.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPTIONS   "SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67"
#define HIBERNATE "HibernateLocation-8cf2644b-4b0b-428f-9387-6d876050dc67"

struct scene {
	struct machine m;
	struct es_boot_record record;
	struct es_check found;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct machine_boot how;
};

static int start(void **state)
{
	struct scene *s = calloc(1, sizeof *s);

	s->how = machine_usual_boot;
	machine_start(&s->m, true);
	assert_int_equal(machine_boot(&s->m, &s->how, NULL, &s->record), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
	assert_int_equal(machine_boot(&s->m, &s->how, NULL, &s->record), ES_OK);
	*state = s;
	return 0;
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
	return machine_boot(&s->m, &s->how, NULL, &s->record);
}

static enum es_reason recover(struct scene *s)
{
	return machine_boot(&s->m, &s->how, s->recovery, &s->record);
}

/* ES_OK: it promises that the next boot opens. */
static enum es_reason check(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);

	memset(&s->found, 0, sizeof s->found);
	assert_int_equal(es_host_check(host, NULL, &s->found), ES_OK);
	return s->found.opens ? ES_OK : s->found.finding[0].reason;
}

static void assert_named(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" isn't in \"%s\"", part, text);
}

/* What check predicts happens. */
static void assert_shut(struct scene *s, const char *named_by_check, const char *named_by_the_boot)
{
	assert_int_equal(check(s), ES_NEXT_LOCKED);
	assert_named(s->found.finding[0].detail, "PCR 12");
	assert_named(s->found.finding[0].detail, named_by_check);
	assert_int_equal(boot(s), ES_LOCKED_PCR);
	assert_named(s->record.refusal_detail, "PCR 12");
	assert_named(s->record.refusal_detail, named_by_the_boot);
}

static void assert_opens(struct scene *s)
{
	assert_int_equal(check(s), ES_OK);
	assert_int_equal(boot(s), ES_OK);
	assert_int_equal(s->record.opened_by, ES_OPENED_BY_TPM);
}

static void reseal(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_resealed done;

	assert_int_equal(es_host_reseal(host, NULL, &done), ES_OK);
}

static void save(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;

	assert_int_equal(machine_backup(host, &report), ES_OK);
}

static void set_mode(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(machine_set_mode(host, ES_MODE_TPM, NULL), ES_OK);
}

static void a_variable_that_is_set_shuts_the_seal(void **state)
{
	struct scene *s = *state;

	machine_set_variable(&s->m, OPTIONS, "systemd.debug_shell");
	assert_shut(s, "EFI variable SystemdOptions: systemd.debug_shell is new",
		    "EFI variable SystemdOptions: systemd.debug_shell is new");
	/* Its owner opened it. Nothing has changed since, and the change is named nevertheless, even after this boot
	 * was saved. */
	assert_int_equal(recover(s), ES_OK);
	assert_int_equal(check(s), ES_NEXT_LOCKED);
	assert_named(s->found.finding[0].detail, "EFI variable SystemdOptions: systemd.debug_shell is new");
	save(s);
	assert_int_equal(check(s), ES_NEXT_LOCKED);
	assert_named(s->found.finding[0].detail, "EFI variable SystemdOptions: systemd.debug_shell is set");
	machine_set_variable(&s->m, OPTIONS, NULL);
	assert_opens(s); /* the seal is to none, and there is none again */
}

/* Its owner wants the change: sealed to beforehand, nobody has to be there with the key. Each change is relative to the
 * previous one. */
static void a_resealed_host_opens_with_the_current_values(void **state)
{
	struct scene *s = *state;

	machine_set_variable(&s->m, OPTIONS, "quiet");
	reseal(s);
	assert_opens(s);
	set_mode(s); /* the previous seal is dropped */
	assert_opens(s);

	machine_set_variable(&s->m, OPTIONS, "systemd.debug_shell");
	assert_shut(s, "EFI variable SystemdOptions: systemd.debug_shell is new",
		    "EFI variable SystemdOptions: systemd.debug_shell in place of EFI variable SystemdOptions");
	assert_named(s->found.finding[0].detail, "EFI variable SystemdOptions: quiet is gone");

	machine_set_variable(&s->m, OPTIONS, NULL);
	assert_int_equal(recover(s), ES_OK);
	assert_shut(s, "PCR 12", "EFI variable SystemdOptions is gone");
	assert_int_equal(recover(s), ES_OK);
	reseal(s);
	assert_opens(s);
}

static void a_seal_before_the_restart_is_to_the_values_after_it(void **state)
{
	struct scene *s = *state;

	machine_set_variable(&s->m, OPTIONS, "quiet");
	set_mode(s);
	assert_opens(s);
	machine_set_variable(&s->m, OPTIONS, NULL);
	set_mode(s);
	assert_opens(s);
	/* And the seal isn't to the previous value: its owner has removed it. */
	machine_set_variable(&s->m, OPTIONS, "quiet");
	assert_int_equal(boot(s), ES_LOCKED_PCR);
}

static void a_host_can_be_sealed_while_something_is_set(void **state)
{
	struct scene *s = *state;

	end(state);
	s = calloc(1, sizeof *s);
	*state = s;
	s->how = machine_usual_boot;
	machine_start(&s->m, true);
	machine_set_variable(&s->m, HIBERNATE, "{}"); /* left by another system; systemd removes it in this boot */
	assert_int_equal(boot(s), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	machine_set_variable(&s->m, HIBERNATE, NULL);
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
	assert_int_equal(boot(s), ES_OK);
}

static void strings_count_like_variables(void **state)
{
	struct scene *s = *state;

	s->m.smbios[0] = "To be filled by O.E.M.";
	machine_publish_strings(&s->m);
	assert_opens(s);
	s->m.smbios[1] = "io.systemd.credential:passwd=canary";
	machine_publish_strings(&s->m);
	assert_shut(s, "SMBIOS string io.systemd.credential:passwd is new",
		    "SMBIOS string io.systemd.credential:passwd is new");
	assert_null(strstr(s->found.finding[0].detail, "canary"));
	assert_null(strstr(s->record.refusal_detail, "canary"));
	assert_int_equal(recover(s), ES_OK);
	reseal(s);
	assert_opens(s);
	set_mode(s); /* the previous seal is dropped */
	s->m.smbios[1] = NULL;
	machine_publish_strings(&s->m);
	assert_shut(s, "SMBIOS string io.systemd.credential:passwd is gone",
		    "SMBIOS string io.systemd.credential:passwd is gone");
}

/* The copy of the log on disk contains only the names. */
static void credentials_do_not_reach_the_disk(void **state)
{
	struct scene *s = *state;
	ES_BUF log = { NULL, 0 };
	char path[128];

	s->m.smbios[0] = "io.systemd.credential:passwd=canary";
	machine_publish_strings(&s->m);
	reseal(s);
	assert_int_equal(boot(s), ES_OK);
	set_mode(s);
	machine_bank_path(&s->m, 0, ES_LOG_NAME, path);
	assert_int_equal(es_file_read(AT_FDCWD, path, ES_LOG_MAX, &log), ES_OK);
	assert_non_null(memmem(log.data, log.len, "io.systemd.credential:passwd", 28));
	assert_null(memmem(log.data, log.len, "canary", 6));
}

/* What isn't shown is assumed to stay. What will make the stub shut the seal is reported, and nothing is sealed to
 * it. */
static void unknown_values_are_not_guessed(void **state)
{
	struct scene *s = *state;
	ES_HOST host = NULL;
	char path[256], long_text[ES_FIRMWARE_VALUE_MAX + 8];
	int fd;

	machine_set_variable(&s->m, OPTIONS, "quiet");
	set_mode(s);
	assert_opens(s);
	snprintf(path, sizeof path, "%s/efi/efivars", s->m.firmware_dir);
	snprintf(long_text, sizeof long_text, "%s.away", path);
	assert_int_equal(rename(path, long_text), 0); /* not mounted */
	assert_int_equal(check(s), ES_OK);
	assert_int_equal(rename(long_text, path), 0);

	memset(long_text, 'x', sizeof long_text);
	snprintf(path, sizeof path, "%s/efi/efivars/" OPTIONS, s->m.firmware_dir);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, long_text, sizeof long_text), sizeof long_text);
	close(fd);
	assert_int_equal(check(s), ES_NEXT_UNKNOWN);
	assert_named(s->found.finding[0].detail, "EFI variable SystemdOptions is too long");
	host = machine_host(&s->m);
	assert_int_equal(machine_set_mode(host, ES_MODE_TPM, NULL), ES_NEXT_UNKNOWN);
}

/* The stub of 0.1.0 measures none of these. */
static void an_older_stub_is_recognised(void **state)
{
	struct scene *s = *state;

	s->how.old_stub = true;
	assert_int_equal(boot(s), ES_OK);
	machine_set_variable(&s->m, OPTIONS, "quiet");
	assert_opens(s);
	set_mode(s);
	assert_opens(s);
}

static void options_from_a_menu_and_from_firmware_go_together(void **state)
{
	struct scene *s = *state;

	s->how.options = "from the menu";
	machine_set_variable(&s->m, OPTIONS, "quiet");
	assert_int_equal(boot(s), ES_LOCKED_PCR);
	s->how.recovery = true; /* the key was given with the boot options */
	assert_int_equal(recover(s), ES_OK);
	machine_set_variable(&s->m, OPTIONS, "verbose");
	set_mode(s);
	s->how.recovery = false;
	assert_int_equal(boot(s), ES_OK);
	assert_opens(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_variable_that_is_set_shuts_the_seal, start, end),
		cmocka_unit_test_setup_teardown(a_resealed_host_opens_with_the_current_values, start, end),
		cmocka_unit_test_setup_teardown(a_seal_before_the_restart_is_to_the_values_after_it, start, end),
		cmocka_unit_test_setup_teardown(a_host_can_be_sealed_while_something_is_set, start, end),
		cmocka_unit_test_setup_teardown(strings_count_like_variables, start, end),
		cmocka_unit_test_setup_teardown(credentials_do_not_reach_the_disk, start, end),
		cmocka_unit_test_setup_teardown(unknown_values_are_not_guessed, start, end),
		cmocka_unit_test_setup_teardown(an_older_stub_is_recognised, start, end),
		cmocka_unit_test_setup_teardown(options_from_a_menu_and_from_firmware_go_together, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
