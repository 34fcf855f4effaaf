/* SPDX-License-Identifier: Apache-2.0 */
/* A new config key and a new recovery key: what opens what, before, after, and wherever it was cut short. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/rotate.h"

#include "keys/host_verify.h"
#include "keys/keyring_named.h"
#include "keys/save.h"
#include "keys/testlib/machine.h"
#include "keys/testlib/mounts.h"
#include "keys/testlib/tpm_proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

enum { CC_NV_INCREMENT = 0x134, RC_FAILURE = 0x101 };

struct scene {
	struct machine m;
	struct es_boot_record record;
	char before[ES_RECOVERY_TEXT_LEN + 1], after[ES_RECOVERY_TEXT_LEN + 1]; /* recovery keys */
	char old_id[ES_RECOVERY_ID_TEXT];
};

static enum es_reason boot(struct scene *s, const char *recovery)
{
	struct machine_boot b = machine_usual_boot;

	b.recovery = recovery != NULL;
	return machine_boot(&s->m, &b, recovery, &s->record);
}

static void start(struct scene *s, bool kdf)
{
	memset(s, 0, sizeof *s);
	machine_start(&s->m, !kdf);
	assert_int_equal(boot(s, NULL), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s->m, kdf, s->before), ES_OK);
	assert_int_equal(boot(s, NULL), ES_OK);
	machine_write(&s->m, "etc/secret", "second\n");
}

static enum es_reason rotate_on(struct scene *s, struct es_host *host)
{
	ES_SECRET recovery = NULL;
	enum es_reason r = es_host_rotate(host, s->old_id, &recovery);

	s->after[0] = '\0';
	if (recovery != NULL)
		es_recovery_code_write(es_secret_bytes(recovery), s->after);
	return r;
}

/* The first step alone, as if the command had died behind it. */
static void rotate_half(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(rotate_on(s, host), ES_OK);
}

static void rotate(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(rotate_on(s, host), ES_OK);
	assert_int_equal(es_host_rotate_finish(host), ES_OK);
}

static enum es_reason backup(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;

	return es_host_backup(host, &report);
}

static void assert_opens(struct scene *s, const char *recovery, const char *text)
{
	assert_int_equal(boot(s, recovery), ES_OK);
	assert_true(machine_has(&s->m, "etc/secret", text));
}

static void assert_listed(struct scene *s, const char *key)
{
	ES_HOST host = machine_host(&s->m);
	ES_SECRET recovery = NULL;
	char text[ES_RECOVERY_TEXT_LEN + 1];

	assert_int_equal(es_host_recovery_key(host, &recovery), ES_OK);
	es_recovery_code_write(es_secret_bytes(recovery), text);
	assert_string_equal(text, key);
}

static void key_of(const struct scene *s, struct es_secret **ret)
{
	char next[ES_KEYRING_NAME_MAX];
	ES_SECRET other = NULL;

	assert_int_equal(es_keyring_get_named(s->m.key_name, ret), ES_OK);
	assert_int_equal(es_keyring_next_name(s->m.key_name, next), ES_OK);
	assert_int_equal(es_keyring_get_named(next, &other), ES_NOT_UNLOCKED);
}

static void the_new_key_opens_and_the_old_one_does_not(void **state)
{
	const bool *kdf = *state;
	ES_SECRET old_key = NULL;
	ES_SECRET new_key = NULL;
	uint64_t generation;
	struct scene s;

	start(&s, *kdf);
	generation = s.record.generation;
	key_of(&s, &old_key);
	rotate(&s);
	key_of(&s, &new_key);
	assert_false(es_secret_equal(old_key, new_key));
	assert_string_not_equal(s.before, s.after);
	assert_listed(&s, s.after);
	assert_opens(&s, NULL, "second\n");
	assert_int_equal(s.record.generation, generation + 1);
	assert_opens(&s, s.after, "second\n");
	assert_int_equal(boot(&s, s.before), ES_RECOVERY_WRONG);
	assert_opens(&s, NULL, "second\n");
	assert_int_equal(backup(&s), ES_OK);
	assert_opens(&s, NULL, "second\n");
	assert_int_equal(s.record.generation, generation + 2);
	machine_stop(&s.m);
}

static void both_banks_are_alike_and_nothing_of_before_is_in_them(void **state)
{
	char line[600];
	struct scene s;

	(void)state;
	start(&s, false);
	snprintf(line, sizeof line, "cp -r %s %s/before", s.m.boot_dir, s.m.folder);
	assert_int_equal(system(line), 0);
	rotate(&s);
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

/* The bank of before goes only when the owner has the new key. */
static void until_the_key_was_shown_the_old_one_opens_too(void **state)
{
	const bool *kdf = *state;
	struct scene s;

	start(&s, *kdf);
	rotate_half(&s);
	assert_opens(&s, s.before, "first\n");
	assert_opens(&s, s.after, "second\n");
	assert_opens(&s, NULL, "second\n");
	assert_listed(&s, s.after);
	assert_int_equal(backup(&s), ES_OK);
	assert_int_equal(boot(&s, s.before), ES_RECOVERY_WRONG);
	machine_stop(&s.m);
}

static void a_save_that_changes_nothing_takes_the_old_bank_away_too(void **state)
{
	struct es_saved saved;
	struct scene s;

	(void)state;
	start(&s, false);
	rotate_half(&s);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_save(host, &(struct es_save_request){ .count = ES_COUNT_LATER }, &saved),
				 ES_OK);
	}
	assert_false(saved.unchanged);
	assert_int_equal(boot(&s, s.before), ES_RECOVERY_WRONG);
	machine_stop(&s.m);
}

/* Who opens with the old key goes on with it, and while he saves, the bank that it opens stays. */
static void opened_with_the_old_key_it_is_in_force_again(void **state)
{
	struct scene s;

	(void)state;
	start(&s, false);
	rotate_half(&s);
	assert_opens(&s, s.before, "first\n");
	assert_listed(&s, s.before);
	assert_int_equal(backup(&s), ES_OK);
	assert_opens(&s, NULL, "first\n");
	assert_opens(&s, s.before, "first\n");
	assert_int_equal(boot(&s, s.after), ES_RECOVERY_WRONG);
	machine_stop(&s.m);
}

/* Killed between the commit and the keyring: the key that was put there beforehand serves. */
static void a_host_whose_rotation_died_takes_the_key_of_the_newest_bank(void **state)
{
	ES_SECRET old_key = NULL;
	ES_SECRET new_key = NULL;
	char next[ES_KEYRING_NAME_MAX];
	struct scene s;

	(void)state;
	start(&s, false);
	key_of(&s, &old_key);
	rotate(&s);
	key_of(&s, &new_key);
	assert_int_equal(es_keyring_next_name(s.m.key_name, next), ES_OK);
	assert_int_equal(es_keyring_put_named(s.m.key_name, old_key), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_verify(host), ES_TAMPERED_INFO); /* it is the second name that it takes */
	}
	assert_int_equal(es_keyring_put_named(next, new_key), ES_OK);
	assert_listed(&s, s.after);
	assert_int_equal(backup(&s), ES_OK);
	es_secret_freep(&old_key);
	key_of(&s, &old_key);
	assert_true(es_secret_equal(old_key, new_key));
	machine_stop(&s.m);
}

static void a_key_that_was_staged_for_nothing_goes(void **state)
{
	ES_SECRET key = NULL;
	ES_SECRET stray = NULL;
	ES_SECRET now = NULL;
	char next[ES_KEYRING_NAME_MAX];
	struct scene s;

	(void)state;
	start(&s, false);
	key_of(&s, &key);
	assert_int_equal(es_secret_new(ES_KEY_LEN, &stray), ES_OK);
	assert_int_equal(es_keyring_next_name(s.m.key_name, next), ES_OK);
	assert_int_equal(es_keyring_put_named(next, stray), ES_OK);
	assert_listed(&s, s.before);
	assert_int_equal(backup(&s), ES_OK);
	key_of(&s, &now);
	assert_true(es_secret_equal(key, now));
	machine_stop(&s.m);
}

static struct es_proxy_refusal no_count;

static const char *without_count(struct machine *m)
{
	struct es_proxy **p = m->way_arg;

	no_count = (struct es_proxy_refusal){ .code = CC_NV_INCREMENT, .rc = RC_FAILURE, .times = 1000 };
	es_proxy_stop(*p);
	*p = es_proxy_start(es_swtpm_port(m->tpm), es_proxy_refuse, NULL, &no_count);
	return es_proxy_tcti(*p);
}

static void where_it_could_not_be_counted_the_key_is_handed_out_and_both_open(void **state)
{
	ES_SCOPED(es_proxy_stopp) struct es_proxy *p = NULL;
	struct scene s;

	(void)state;
	start(&s, false);
	s.m.way = without_count;
	s.m.way_arg = &p;
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_not_equal(rotate_on(&s, host), ES_OK);
	}
	assert_true(no_count.done > 0);
	s.m.way = NULL;
	assert_true(s.after[0] != '\0');
	assert_listed(&s, s.after);
	assert_opens(&s, s.before, "first\n");
	assert_opens(&s, NULL, "second\n");
	assert_opens(&s, s.after, "second\n");
	assert_int_equal(backup(&s), ES_OK);
	assert_int_equal(boot(&s, s.before), ES_RECOVERY_WRONG);
	machine_stop(&s.m);
}

static void where_nothing_can_be_written_nothing_has_changed(void **state)
{
	ES_SECRET before = NULL;
	ES_SECRET after = NULL;
	struct scene s;

	(void)state;
	start(&s, false);
	key_of(&s, &before);
	assert_int_equal(mount(s.m.boot_dir, s.m.boot_dir, NULL, MS_BIND, NULL), 0);
	assert_int_equal(mount(NULL, s.m.boot_dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(rotate_on(&s, host), ES_READ_ONLY);
	}
	assert_int_equal(umount2(s.m.boot_dir, MNT_DETACH), 0);
	assert_string_equal(s.after, "");
	key_of(&s, &after);
	assert_true(es_secret_equal(before, after));
	assert_listed(&s, s.before);
	assert_opens(&s, NULL, "first\n");
	assert_opens(&s, s.before, "first\n");
	machine_stop(&s.m);
}

static void to_another_tpm_it_does_not_seal(void **state)
{
	struct scene s;

	(void)state;
	start(&s, false);
	es_swtpm_replace(s.m.tpm);
	assert_int_not_equal(boot(&s, s.before), ES_NOT_CONFIGURED);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(rotate_on(&s, host), ES_TPM_CLEARED);
		assert_string_equal(s.after, "");
		assert_int_equal(es_host_set_mode(host, ES_MODE_TPM), ES_OK);
	}
	rotate(&s);
	assert_opens(&s, NULL, "first\n");
	assert_opens(&s, s.after, "first\n");
	machine_stop(&s.m);
}

/* A recovery boot isn't what the seal is for: it stays for what it was. */
static void in_a_recovery_boot_the_seal_stays_for_the_usual_one(void **state)
{
	struct machine_boot other = machine_usual_boot;
	struct scene s;

	(void)state;
	start(&s, false);
	other.image = "another kernel";
	other.recovery = true;
	assert_int_equal(machine_boot(&s.m, &other, s.before, &s.record), ES_OK);
	rotate(&s);
	other.recovery = false;
	assert_int_equal(machine_boot(&s.m, &other, NULL, &s.record), ES_LOCKED_PCR);
	assert_opens(&s, NULL, "first\n");
	machine_stop(&s.m);
}

static void a_machine_that_shows_no_uuid_does_not_unbind_the_key(void **state)
{
	struct scene s;

	(void)state;
	start(&s, true);
	s.m.uuid = "00000000-0000-0000-0000-000000000000";
	assert_int_equal(boot(&s, s.before), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(rotate_on(&s, host), ES_LOCKED_MACHINE);
	}
	assert_listed(&s, s.before);
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
		cmocka_unit_test(opened_with_the_old_key_it_is_in_force_again),
		cmocka_unit_test(a_host_whose_rotation_died_takes_the_key_of_the_newest_bank),
		cmocka_unit_test(a_key_that_was_staged_for_nothing_goes),
		cmocka_unit_test(where_it_could_not_be_counted_the_key_is_handed_out_and_both_open),
		cmocka_unit_test(where_nothing_can_be_written_nothing_has_changed),
		cmocka_unit_test(to_another_tpm_it_does_not_seal),
		cmocka_unit_test(in_a_recovery_boot_the_seal_stays_for_the_usual_one),
		cmocka_unit_test(a_machine_that_shows_no_uuid_does_not_unbind_the_key),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
