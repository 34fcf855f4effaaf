/* SPDX-License-Identifier: Apache-2.0 */
/* A new config key and a new recovery key: what opens what, before and after. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/rotate.h"

#include "keys/change/save.h"
#include "keys/store/file.h"
#include "keys/tests/lib/rotation.h"
#include "keys/tests/lib/same_secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

static void the_new_key_opens_and_the_old_one_does_not(void **state)
{
	const bool *kdf = *state;
	ES_SECRET old_key = NULL;
	ES_SECRET new_key = NULL;
	uint64_t generation;
	struct rotation s;

	rotation_start(&s, *kdf);
	generation = s.record.generation;
	rotation_key(&s, &old_key);
	rotation_whole(&s);
	rotation_key(&s, &new_key);
	assert_false(same_secret(old_key, new_key));
	assert_string_not_equal(s.before, s.after);
	assert_rotation_lists(&s, s.after);
	assert_rotation_opens(&s, NULL, "second\n");
	assert_int_equal(s.record.generation, generation + 1);
	assert_rotation_opens(&s, s.after, "second\n");
	assert_int_equal(rotation_boot(&s, s.before), ES_RECOVERY_WRONG);
	assert_rotation_opens(&s, NULL, "second\n");
	assert_int_equal(rotation_backup(&s), ES_OK);
	assert_rotation_opens(&s, NULL, "second\n");
	assert_int_equal(s.record.generation, generation + 2);
	machine_stop(&s.m);
}

static void both_banks_are_alike_and_nothing_of_before_is_in_them(void **state)
{
	char line[600];
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	snprintf(line, sizeof line, "cp -r %s %s/before", s.m.boot_dir, s.m.folder);
	assert_int_equal(system(line), 0);
	rotation_whole(&s);
	snprintf(line, sizeof line,
		 "cd %s && diff -r boot/etcseal/bank0 boot/etcseal/bank1 && "
		 "for f in key_id wrapped public private salt escrow id; do "
		 "sed -n \"s/.*\\\"$f\\\": *//p\" before/etcseal/bank0/encryption.info >a; test -s a; "
		 "grep -F -f a boot/etcseal/bank0/encryption.info && exit 1; done; "
		 "for f in srk for pcrs 11 7 host; do "
		 "sed -n \"s/.*\\\"$f\\\": *//p\" before/etcseal/bank0/encryption.info | "
		 "grep -q -F -f - boot/etcseal/bank0/encryption.info || exit 1; done",
		 s.m.folder);
	assert_int_equal(system(line), 0);
	machine_stop(&s.m);
}

/* The previous bank is overwritten only when the owner has the new key. */
static void until_the_key_was_shown_the_old_one_opens_too(void **state)
{
	const bool *kdf = *state;
	struct rotation s;

	rotation_start(&s, *kdf);
	rotation_half(&s);
	assert_rotation_opens(&s, s.before, "first\n");
	assert_rotation_opens(&s, s.after, "second\n");
	assert_rotation_opens(&s, NULL, "second\n");
	assert_rotation_lists(&s, s.after);
	assert_int_equal(rotation_backup(&s), ES_OK);
	assert_int_equal(rotation_boot(&s, s.before), ES_RECOVERY_WRONG);
	machine_stop(&s.m);
}

static void a_save_that_changes_nothing_takes_the_old_bank_away_too(void **state)
{
	struct es_saved saved;
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	rotation_half(&s);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_save(host, &(struct es_save_request){ .count = ES_COUNT_LATER }, &saved),
				 ES_OK);
	}
	assert_false(saved.unchanged);
	assert_int_equal(rotation_boot(&s, s.before), ES_RECOVERY_WRONG);
	machine_stop(&s.m);
}

static bool locked(struct rotation *s)
{
	char path[128];
	ES_FD fd = -1;

	snprintf(path, sizeof path, "%s/lock", s->m.run_dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	return flock(fd, LOCK_EX | LOCK_NB) < 0;
}

/* Otherwise `watch` would overwrite the old bank before the owner has seen the key. */
static void nobody_saves_between_the_two_steps(void **state)
{
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(rotation_on(&s, host), ES_OK);
		assert_true(locked(&s));
		assert_int_equal(es_host_rotate_finish(host), ES_OK);
		assert_false(locked(&s));
	}
	rotation_half(&s);
	assert_false(locked(&s));
	machine_stop(&s.m);
}

/* An owner who opens with the old key keeps using it, and while they save, the bank that it opens stays. */
static void opened_with_the_old_key_it_is_in_force_again(void **state)
{
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	rotation_half(&s);
	assert_rotation_opens(&s, s.before, "first\n");
	assert_rotation_lists(&s, s.before);
	assert_int_equal(rotation_backup(&s), ES_OK);
	assert_rotation_opens(&s, NULL, "first\n");
	assert_rotation_opens(&s, s.before, "first\n");
	assert_int_equal(rotation_boot(&s, s.after), ES_RECOVERY_WRONG);
	machine_stop(&s.m);
}

static void to_another_tpm_it_does_not_seal(void **state)
{
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	es_swtpm_replace(s.m.tpm);
	assert_int_not_equal(rotation_boot(&s, s.before), ES_NOT_CONFIGURED);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(rotation_on(&s, host), ES_TPM_CLEARED);
		assert_string_equal(s.after, "");
		assert_int_equal(machine_set_mode(host, ES_MODE_TPM, NULL), ES_OK);
	}
	rotation_whole(&s);
	assert_rotation_opens(&s, NULL, "first\n");
	assert_rotation_opens(&s, s.after, "first\n");
	machine_stop(&s.m);
}

/* The seal isn't for a recovery boot: its purpose doesn't change. */
static void in_a_recovery_boot_the_seal_stays_for_the_usual_one(void **state)
{
	struct machine_boot other = machine_usual_boot;
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	other.image = "another kernel";
	other.recovery = true;
	assert_int_equal(machine_boot(&s.m, &other, s.before, &s.record), ES_OK);
	rotation_whole(&s);
	other.recovery = false;
	assert_int_equal(machine_boot(&s.m, &other, NULL, &s.record), ES_LOCKED_PCR);
	assert_rotation_opens(&s, NULL, "first\n");
	machine_stop(&s.m);
}

static void a_machine_that_shows_no_uuid_does_not_unbind_the_key(void **state)
{
	struct rotation s;

	(void)state;
	rotation_start(&s, true);
	s.m.uuid = "00000000-0000-0000-0000-000000000000";
	assert_int_equal(rotation_boot(&s, s.before), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(rotation_on(&s, host), ES_LOCKED_MACHINE);
	}
	assert_rotation_lists(&s, s.before);
	machine_stop(&s.m);
}

int main(void)
{
	static bool tpm = false, kdf = true;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(the_new_key_opens_and_the_old_one_does_not, &tpm),
		{ "the_new_key_opens_and_the_old_one_does_not_in_kdf_mode", the_new_key_opens_and_the_old_one_does_not,
		  NULL, NULL, &kdf },
		cmocka_unit_test(both_banks_are_alike_and_nothing_of_before_is_in_them),
		cmocka_unit_test_prestate(until_the_key_was_shown_the_old_one_opens_too, &tpm),
		{ "until_the_key_was_shown_the_old_one_opens_too_in_kdf_mode",
		  until_the_key_was_shown_the_old_one_opens_too, NULL, NULL, &kdf },
		cmocka_unit_test(a_save_that_changes_nothing_takes_the_old_bank_away_too),
		cmocka_unit_test(nobody_saves_between_the_two_steps),
		cmocka_unit_test(opened_with_the_old_key_it_is_in_force_again),
		cmocka_unit_test(to_another_tpm_it_does_not_seal),
		cmocka_unit_test(in_a_recovery_boot_the_seal_stays_for_the_usual_one),
		cmocka_unit_test(a_machine_that_shows_no_uuid_does_not_unbind_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
