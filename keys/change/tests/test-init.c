/* SPDX-License-Identifier: Apache-2.0 */
/* What an administrator changes on a running host, and what the next boot does with it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine.h"

#include "keys/change/init.h"
#include "keys/change/require.h"
#include "keys/change/save.h"
#include "keys/core/labels.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static void first_boot(struct scene *s, bool with_tpm)
{
	machine_start(&s->m, with_tpm);
	assert_int_equal(boot(s), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
}

static void a_second_init_is_refused_and_changes_nothing(void **state)
{
	char again[ES_RECOVERY_TEXT_LEN + 1] = "";
	struct scene s;

	(void)state;
	first_boot(&s, true);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	assert_int_equal(machine_init(&s.m, false, again), ES_ALREADY_CONFIGURED);
	assert_string_equal(again, "");
	assert_int_equal(boot(&s), ES_OK);
	machine_stop(&s.m);
}

static void init_needs_a_boot_through_the_helper_and_a_boot_partition(void **state)
{
	struct es_host_request nowhere = { .boot_dir = "/nowhere/at/all" };
	struct es_host *host = NULL;
	struct scene s;
	char path[128];

	(void)state;
	assert_int_equal(es_host_open(&nowhere, &host), ES_MISSING);
	es_host_close(host);
	first_boot(&s, true);
	snprintf(path, sizeof path, "%s/boot.json", s.m.run_dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_NOT_BOOTED);
	machine_stop(&s.m);
}

static void a_tpm_that_cannot_seal_is_an_error_and_kdf_is_taken_only_on_purpose(void **state)
{
	struct scene s;

	(void)state;
	machine_start(&s.m, false);
	s.m.tpm = es_swtpm_start_banks("sha1");
	{
		struct machine_boot silent = { .measured = ES_MEASURED };

		assert_int_equal(machine_boot(&s.m, &silent, NULL, &s.record), ES_NOT_CONFIGURED);
		machine_write(&s.m, "etc/secret", "first\n");
		assert_int_equal(machine_init(&s.m, false, s.recovery), ES_TPM_NO_SHA256);
		assert_int_equal(machine_init(&s.m, true, s.recovery), ES_OK);
		assert_int_equal(machine_boot(&s.m, &silent, NULL, &s.record), ES_OK);
		assert_int_equal(s.record.opened_by, ES_OPENED_BY_KDF);
	}
	machine_stop(&s.m);
}

static void unset_pcrs_are_refused_when_sealing(void **state)
{
	struct machine_boot boots[] = { machine_usual_boot, machine_usual_boot };

	(void)state;
	boots[0].secure_boot = NULL;
	boots[1].image = NULL;
	for (int i = 0; i < 2; i++) {
		struct scene s;

		machine_start(&s.m, true);
		assert_int_equal(machine_boot(&s.m, &boots[i], NULL, &s.record), ES_NOT_CONFIGURED);
		machine_write(&s.m, "etc/secret", "first\n");
		assert_int_equal(machine_init(&s.m, false, s.recovery), ES_TPM_UNSET_PCR);
		machine_stop(&s.m);
	}
}

static void a_log_that_does_not_account_for_the_pcrs_is_not_sealed_to(void **state)
{
	struct scene s;

	(void)state;
	first_boot(&s, true);
	/* One event's digest, near the end of the log. */
	{
		ES_BUF log = { NULL, 0 };

		assert_int_equal(es_file_read(AT_FDCWD, s.m.log_path, ES_LOG_MAX, &log), ES_OK);
		log.data[log.len - 20] ^= 1;
		assert_int_equal(es_file_write(AT_FDCWD, s.m.log_path, es_buf_span(&log)), ES_OK);
	}
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_LOG_MISMATCH);
	machine_stop(&s.m);
}

static void modes_change_both_ways_and_the_configuration_stays(void **state)
{
	struct scene s;

	(void)state;
	first_boot(&s, true);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	for (int i = 0; i < 2; i++) {
		{
			ES_HOST host = machine_host(&s.m);

			assert_int_equal(machine_set_mode(host, ES_MODE_KDF, NULL), ES_OK);
		}
		assert_int_equal(boot(&s), ES_OK);
		assert_int_equal(s.record.opened_by, ES_OPENED_BY_KDF);
		assert_true(machine_has(&s.m, "etc/secret", "first\n"));
		{
			ES_HOST host = machine_host(&s.m);

			assert_int_equal(machine_set_mode(host, ES_MODE_TPM, NULL), ES_OK);
		}
		assert_int_equal(boot(&s), ES_OK);
		assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
		assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	}
	machine_stop(&s.m);
}

static void secure_boot_is_required_by_pcr_7_and_not_required_by_pcr_4(void **state)
{
	struct machine_boot other_loader = machine_usual_boot, other_secure_boot = machine_usual_boot;
	struct scene s;

	(void)state;
	other_loader.boot_loader = "another image, signed all the same";
	other_secure_boot.secure_boot = "other keys";
	first_boot(&s, true);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	assert_int_equal(machine_boot(&s.m, &other_loader, NULL, &s.record), ES_OK);
	assert_int_equal(machine_boot(&s.m, &other_secure_boot, NULL, &s.record), ES_LOCKED_PCR);
	assert_int_equal(boot(&s), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_require_secure_boot(host, false), ES_OK);
	}
	assert_int_equal(machine_boot(&s.m, &other_secure_boot, NULL, &s.record), ES_OK);
	assert_int_equal(machine_boot(&s.m, &other_loader, NULL, &s.record), ES_LOCKED_PCR);
	assert_non_null(strstr(s.record.refusal_detail, "PCR 4"));
	machine_stop(&s.m);
}

static void requirements_that_are_not_met_now_are_refused(void **state)
{
	struct scene s;

	(void)state;
	first_boot(&s, true);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_require_exec_installed_only(host, true), ES_NOT_MET);
		assert_int_equal(es_host_require_secure_boot(host, false), ES_OK);
		assert_int_equal(es_host_require_exec_installed_only(host, true), ES_NOT_MET);
	}
	assert_int_equal(boot(&s), ES_OK);
	machine_stop(&s.m);
}

static void nothing_changes_without_the_key_of_the_running_host(void **state)
{
	struct machine_boot changed = machine_usual_boot;
	struct es_pack_report report;
	struct scene s;

	(void)state;
	first_boot(&s, true);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	changed.image = "another";
	assert_int_equal(machine_boot(&s.m, &changed, NULL, &s.record), ES_LOCKED_PCR);
	{
		ES_HOST host = machine_host(&s.m);
		ES_SECRET recovery = NULL;

		assert_int_equal(machine_backup(host, &report), ES_NOT_UNLOCKED);
		assert_int_equal(machine_set_mode(host, ES_MODE_KDF, NULL), ES_NOT_UNLOCKED);
		assert_int_equal(es_host_recovery_key(host, &recovery), ES_NOT_UNLOCKED);
	}
	assert_int_equal(boot(&s), ES_OK);
	machine_stop(&s.m);
}

static void extract_unpacks_on_the_host_and_anywhere_with_the_recovery_key(void **state)
{
	struct es_extract_request request = { 0 };
	struct es_unpack_report report;
	struct es_code_fault fault;
	struct scene s;
	char to[128], file[160];

	(void)state;
	first_boot(&s, true);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	for (int i = 0; i < 2; i++) {
		ES_HOST host = machine_host(&s.m);
		ES_FD fd = -1;

		snprintf(to, sizeof to, "%s/to%d", s.m.folder, i);
		assert_int_equal(mkdir(to, 0700), 0);
		fd = open(to, O_RDONLY | O_DIRECTORY);
		request.dirfd = fd;
		assert_int_equal(es_host_extract(host, &request, &report, &fault), ES_OK);
		snprintf(file, sizeof file, "%s/etc/secret", to);
		assert_int_equal(access(file, R_OK), 0);
		request.recovery_text = s.recovery;
		request.recovery_len = strlen(s.recovery);
	}
	{
		ES_HOST host = machine_host(&s.m);
		char wrong[] = "111112";

		request.recovery_text = wrong;
		request.recovery_len = strlen(wrong);
		assert_int_equal(es_host_extract(host, &request, &report, &fault), ES_RECOVERY_FORM);
		assert_int_equal(fault.group, 1);
	}
	machine_stop(&s.m);
}

/* `watch` looks, and waits for the lock that an init holds: what it then saves is what that init made. */
static void a_save_that_looked_before_an_init_saves_what_it_covers(void **state)
{
	const char *const paths[] = { "/etc", "/var/lib/thing" };
	const struct es_init_request two = { .path_count = 2, .paths = paths };
	struct es_saved saved;
	struct scene s;

	(void)state;
	first_boot(&s, false);
	machine_write(&s.m, "var/lib/thing/more", "first\n");
	{
		ES_HOST waits = machine_host(&s.m);
		ES_HOST host = machine_host(&s.m);
		ES_SECRET recovery = NULL;

		assert_int_equal(es_host_init(host, &two, &recovery), ES_OK);
		machine_write(&s.m, "var/lib/thing/more", "second\n");
		assert_int_equal(es_host_save(waits, &(struct es_save_request){ .count = ES_COUNT_NEXT }, &saved),
				 ES_OK);
	}
	assert_int_equal(boot(&s), ES_OK);
	assert_int_equal(s.record.path_count, 2);
	assert_true(machine_has(&s.m, "var/lib/thing/more", "second\n"));
	machine_stop(&s.m);
}

static void the_escrow_lists_the_key_that_init_showed(void **state)
{
	char listed[ES_RECOVERY_TEXT_LEN + 1];
	struct scene s;

	(void)state;
	first_boot(&s, true);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);
		ES_SECRET recovery = NULL;

		assert_int_equal(es_host_recovery_key(host, &recovery), ES_OK);
		es_recovery_code_write(es_secret_bytes(recovery), listed);
	}
	assert_string_equal(listed, s.recovery);
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_init_is_refused_and_changes_nothing),
		cmocka_unit_test(init_needs_a_boot_through_the_helper_and_a_boot_partition),
		cmocka_unit_test(a_tpm_that_cannot_seal_is_an_error_and_kdf_is_taken_only_on_purpose),
		cmocka_unit_test(unset_pcrs_are_refused_when_sealing),
		cmocka_unit_test(a_log_that_does_not_account_for_the_pcrs_is_not_sealed_to),
		cmocka_unit_test(modes_change_both_ways_and_the_configuration_stays),
		cmocka_unit_test(secure_boot_is_required_by_pcr_7_and_not_required_by_pcr_4),
		cmocka_unit_test(requirements_that_are_not_met_now_are_refused),
		cmocka_unit_test(nothing_changes_without_the_key_of_the_running_host),
		cmocka_unit_test(extract_unpacks_on_the_host_and_anywhere_with_the_recovery_key),
		cmocka_unit_test(a_save_that_looked_before_an_init_saves_what_it_covers),
		cmocka_unit_test(the_escrow_lists_the_key_that_init_showed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
