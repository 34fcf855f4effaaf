/* SPDX-License-Identifier: Apache-2.0 */
/* A rotation that was interrupted or refused: which key is then in force, and that the running host knows it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/rotate.h"

#include "keys/protector/bank_open.h"
#include "keys/protector/keyring_named.h"
#include "keys/tests/lib/cut.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/rotation.h"
#include "keys/tests/lib/same_secret.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tests/lib/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>

enum { CC_NV_INCREMENT = 0x134, RC_FAILURE = 0x101, STRIDE = 41 };

static struct es_proxy_refusal no_count;

static const char *without_count(struct machine *m)
{
	struct es_proxy **p = m->way_arg;

	no_count = (struct es_proxy_refusal){ .code = CC_NV_INCREMENT, .rc = RC_FAILURE, .times = 1000 };
	es_proxy_stop(*p);
	*p = es_proxy_start(es_swtpm_port(m->tpm), es_proxy_refuse, NULL, &no_count);
	return es_proxy_tcti(*p);
}

/* Killed between the commit and the keyring: the key that was staged beforehand is usable. */
static void a_host_whose_rotation_died_takes_the_key_of_the_newest_bank(void **state)
{
	ES_SECRET old_key = NULL;
	ES_SECRET new_key = NULL;
	char next[ES_KEYRING_NAME_MAX];
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	rotation_key(&s, &old_key);
	rotation_whole(&s);
	rotation_key(&s, &new_key);
	assert_int_equal(es_keyring_next_name(s.m.key_name, next), ES_OK);
	assert_int_equal(es_keyring_put_named(s.m.key_name, old_key), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_verify(host), ES_TAMPERED_INFO); /* it uses the second name */
	}
	assert_int_equal(es_keyring_put_named(next, new_key), ES_OK);
	assert_rotation_lists(&s, s.after);
	assert_int_equal(rotation_backup(&s), ES_OK);
	es_secret_freep(&old_key);
	rotation_key(&s, &old_key);
	assert_true(same_secret(old_key, new_key));
	machine_stop(&s.m);
}

static void a_key_that_was_staged_for_nothing_goes(void **state)
{
	ES_SECRET key = NULL;
	ES_SECRET stray = NULL;
	ES_SECRET now = NULL;
	char next[ES_KEYRING_NAME_MAX];
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	rotation_key(&s, &key);
	assert_int_equal(es_secret_new(ES_KEY_LEN, &stray), ES_OK);
	assert_int_equal(es_keyring_next_name(s.m.key_name, next), ES_OK);
	assert_int_equal(es_keyring_put_named(next, stray), ES_OK);
	assert_rotation_lists(&s, s.before);
	assert_int_equal(rotation_backup(&s), ES_OK);
	rotation_key(&s, &now);
	assert_true(same_secret(key, now));
	machine_stop(&s.m);
}

static void where_it_could_not_be_counted_the_key_is_handed_out_and_both_open(void **state)
{
	ES_SCOPED(es_proxy_stopp) struct es_proxy *p = NULL;
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	s.m.way = without_count;
	s.m.way_arg = &p;
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_not_equal(rotation_on(&s, host), ES_OK);
	}
	assert_true(no_count.done > 0);
	s.m.way = NULL;
	assert_true(s.after[0] != '\0');
	assert_rotation_lists(&s, s.after);
	assert_rotation_opens(&s, s.before, "first\n");
	assert_rotation_opens(&s, NULL, "second\n");
	assert_rotation_opens(&s, s.after, "second\n");
	assert_int_equal(rotation_backup(&s), ES_OK);
	assert_int_equal(rotation_boot(&s, s.before), ES_RECOVERY_WRONG);
	machine_stop(&s.m);
}

static void where_nothing_can_be_written_nothing_has_changed(void **state)
{
	ES_SECRET before = NULL;
	ES_SECRET after = NULL;
	struct rotation s;

	(void)state;
	rotation_start(&s, false);
	rotation_key(&s, &before);
	assert_int_equal(mount(s.m.boot_dir, s.m.boot_dir, NULL, MS_BIND, NULL), 0);
	assert_int_equal(mount(NULL, s.m.boot_dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(rotation_on(&s, host), ES_READ_ONLY);
	}
	assert_int_equal(umount2(s.m.boot_dir, MNT_DETACH), 0);
	assert_string_equal(s.after, "");
	rotation_key(&s, &after);
	assert_true(same_secret(before, after));
	assert_rotation_lists(&s, s.before);
	assert_rotation_opens(&s, NULL, "first\n");
	assert_rotation_opens(&s, s.before, "first\n");
	machine_stop(&s.m);
}

static void work(void *arg)
{
	struct endured *h = arg;
	ES_HOST host = machine_host(&h->m);
	ES_SECRET recovery = NULL;
	char old_id[ES_RECOVERY_ID_TEXT];

	assert_int_equal(es_host_rotate(host, old_id, &recovery), ES_OK);
	es_recovery_code_write(es_secret_bytes(recovery), h->given);
	assert_int_equal(es_host_rotate_finish(host), ES_OK);
}

static void listed(struct endured *h, char ret[static ES_RECOVERY_TEXT_LEN + 1])
{
	ES_HOST host = machine_host(&h->m);
	ES_SECRET recovery = NULL;
	ES_SECRET key = NULL;

	assert_int_equal(es_host_recovery_key(host, &recovery), ES_OK);
	assert_int_equal(es_bank_recover(es_host_bank(host)->info, recovery, &key), ES_OK);
	es_recovery_code_write(es_secret_bytes(recovery), ret);
}

/* The command dies and the host keeps running: it lists the key that is in force and saves, and that key opens the
 * save. */
static void the_running_host_goes_on_wherever_it_was_killed(void **state)
{
	struct endured *h = mmap(NULL, sizeof *h, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned with_old = 0, with_new = 0;
	bool killed = true;

	(void)state;
	assert_true(h != MAP_FAILED);
	endured_start(h);
	assert_int_equal(machine_init(&h->m, false, h->recovery), ES_OK);
	assert_int_equal(endured_boot(h, NULL), ES_OK);
	endured_keep(h);
	for (unsigned nth = 0; killed; nth += STRIDE) {
		char key[ES_RECOVERY_TEXT_LEN + 1], later[ES_RECOVERY_TEXT_LEN + 1];
		struct es_pack_report report;

		endured_back(h);
		machine_write(&h->m, ENDURED_FILE, ENDURED_NEW);
		killed = cut_at(nth, work, h);
		listed(h, key);
		if (h->given[0] != '\0')
			assert_string_equal(key, h->given);
		{
			ES_HOST host = machine_host(&h->m);

			assert_int_equal(machine_backup(host, &report), ES_OK);
		}
		listed(h, later);
		assert_string_equal(key, later);
		assert_int_equal(endured_boot(h, NULL), ES_OK);
		assert_true(machine_has(&h->m, ENDURED_FILE, ENDURED_NEW));
		assert_int_equal(endured_boot(h, key), ES_OK);
		if (strcmp(key, h->recovery) == 0)
			with_old++;
		else
			with_new++;
	}
	print_message("killed: the old key in force %u times, the new one %u\n", with_old, with_new);
	assert_true(with_old > 1 && with_new > 1);
	endured_stop(h);
	munmap(h, sizeof *h);
}

static void save(void *arg)
{
	struct endured *h = arg;
	ES_HOST host = machine_host(&h->m);
	struct es_pack_report report;

	assert_int_equal(machine_backup(host, &report), ES_OK);
}

/* The owner has only the old key, and opened the older bank with it: a save doesn't overwrite that bank first. */
static void who_opened_with_the_old_key_can_at_any_time_again(void **state)
{
	struct endured *h = mmap(NULL, sizeof *h, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool killed = true;

	(void)state;
	assert_true(h != MAP_FAILED);
	endured_start(h);
	assert_int_equal(machine_init(&h->m, false, h->recovery), ES_OK);
	assert_int_equal(endured_boot(h, NULL), ES_OK);
	{
		ES_HOST host = machine_host(&h->m);
		char old_id[ES_RECOVERY_ID_TEXT];
		ES_SECRET recovery = NULL;

		assert_int_equal(es_host_rotate(host, old_id, &recovery), ES_OK);
	}
	assert_int_equal(endured_boot(h, h->recovery), ES_OK);
	endured_keep(h);
	for (unsigned nth = 0; killed; nth += STRIDE) {
		endured_back(h);
		machine_write(&h->m, ENDURED_FILE, ENDURED_NEW);
		killed = cut_at(nth, save, h);
		assert_int_equal(endured_boot(h, h->recovery), ES_OK);
		assert_true(machine_has(&h->m, ENDURED_FILE, killed ? ENDURED_OLD : ENDURED_NEW) ||
			    machine_has(&h->m, ENDURED_FILE, ENDURED_NEW));
	}
	endured_stop(h);
	munmap(h, sizeof *h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_whose_rotation_died_takes_the_key_of_the_newest_bank),
		cmocka_unit_test(a_key_that_was_staged_for_nothing_goes),
		cmocka_unit_test(where_it_could_not_be_counted_the_key_is_handed_out_and_both_open),
		cmocka_unit_test(where_nothing_can_be_written_nothing_has_changed),
		cmocka_unit_test(the_running_host_goes_on_wherever_it_was_killed),
		cmocka_unit_test(who_opened_with_the_old_key_can_at_any_time_again),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
