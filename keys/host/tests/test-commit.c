/* SPDX-License-Identifier: Apache-2.0 */
/* A commit to a boot partition that can't take it: nothing that was saved is lost. */
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
#include <sys/mount.h>
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

static enum es_reason backup(struct scene *s, const char *text)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;

	machine_write(&s->m, "etc/secret", text);
	return machine_backup(host, &report);
}

/* The boot partition is a separate file system of a given size. */
static void scene_start(struct scene *s, const char *size)
{
	char options[64];

	machine_start(&s->m, true);
	snprintf(options, sizeof options, "mode=0700,size=%s", size);
	assert_int_equal(mount("boot", s->m.boot_dir, "tmpfs", 0, options), 0);
	assert_int_equal(boot(s), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
}

static void scene_stop(struct scene *s)
{
	assert_int_equal(umount(s->m.boot_dir), 0);
	machine_stop(&s->m);
}

static void both_banks_hold_the_generation_of_the_counter(void **state)
{
	struct scene s;
	uint64_t counter;

	(void)state;
	scene_start(&s, "8m");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(backup(&s, "more\n"), ES_OK);
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_counter(host, &counter), ES_OK);
		for (unsigned bank = 0; bank < ES_BANK_COUNT; bank++) {
			assert_int_equal(es_host_bank_number(host, bank)->state, ES_BANK_WHOLE);
			assert_int_equal(es_host_bank_number(host, bank)->info->generation, counter);
		}
	}
	scene_stop(&s);
}

static void a_full_disk_is_told_and_the_last_generation_opens(void **state)
{
	struct scene s;
	char *big = malloc(600000);

	(void)state;
	assert_non_null(big);
	scene_start(&s, "256k");
	/* Content that can't be compressed. */
	{
		ES_FD random = open("/dev/urandom", O_RDONLY);

		for (size_t done = 0; done < 600000;) {
			ssize_t n = read(random, big + done, 600000 - done);

			assert_true(n > 0);
			done += (size_t)n;
		}
		for (size_t i = 0; i < 600000; i++)
			big[i] = (char)(big[i] == '\0' ? 1 : big[i]);
		big[599999] = '\0';
	}
	assert_int_equal(backup(&s, big), ES_NO_SPACE);
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	/* Once there is room again, saving works. */
	assert_int_equal(backup(&s, "second\n"), ES_OK);
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "second\n"));
	free(big);
	scene_stop(&s);
}

static void a_read_only_partition_is_told_and_the_last_generation_opens(void **state)
{
	struct scene s;

	(void)state;
	scene_start(&s, "8m");
	assert_int_equal(mount(NULL, s.m.boot_dir, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	assert_int_equal(backup(&s, "second\n"), ES_READ_ONLY);
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	assert_int_equal(mount(NULL, s.m.boot_dir, NULL, MS_REMOUNT, NULL), 0);
	assert_int_equal(backup(&s, "second\n"), ES_OK);
	scene_stop(&s);
}

static void without_a_tpm_no_commit_is_made_in_tpm_mode(void **state)
{
	struct scene s;
	struct es_swtpm *tpm;

	(void)state;
	scene_start(&s, "8m");
	assert_int_equal(boot(&s), ES_OK);
	tpm = s.m.tpm;
	s.m.tpm = NULL;
	assert_int_equal(backup(&s, "second\n"), ES_TPM_ABSENT);
	s.m.tpm = tpm;
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	scene_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_banks_hold_the_generation_of_the_counter),
		cmocka_unit_test(a_full_disk_is_told_and_the_last_generation_opens),
		cmocka_unit_test(a_read_only_partition_is_told_and_the_last_generation_opens),
		cmocka_unit_test(without_a_tpm_no_commit_is_made_in_tpm_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
