/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal recovery rotate` as its user calls it. What opens what is tested in keys/change/tests/test-rotate*.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "tools/dispatch.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CC_NV_INCREMENT = 0x134, RC_FAILURE = 0x101 };

static struct command command = { .dispatch = es_dispatch };
static struct captured c;

struct scene {
	struct machine m;
	struct es_boot_record record;
	char key[ES_RECOVERY_TEXT_LEN + 1], id[ES_RECOVERY_ID_TEXT]; /* the ones before the rotation */
};

static void run_ends(struct scene *s, const char *words, int status, const struct capture_ends *ends)
{
	command_run(&command, &s->m, words, status, ends, &c);
}

static void run(struct scene *s, const char *words, int status)
{
	run_ends(s, words, status, NULL);
}

static enum es_reason boot(struct scene *s, const char *recovery)
{
	struct machine_boot b = machine_usual_boot;

	b.recovery = recovery != NULL;
	b.consent = recovery != NULL; /* what the old key opens is old */
	return machine_boot(&s->m, &b, recovery, &s->record);
}

/* After the head of a table of recovery keys: ID, two spaces, key. */
static void take_key(const char *out, char *ret_id, char *ret_key)
{
	const char *row = strchr(out, '{');

	assert_non_null(row);
	memcpy(ret_id, row, ES_RECOVERY_ID_TEXT - 1);
	ret_id[ES_RECOVERY_ID_TEXT - 1] = '\0';
	assert_memory_equal(row + ES_RECOVERY_ID_TEXT - 1, "  ", 2);
	memcpy(ret_key, row + ES_RECOVERY_ID_TEXT + 1, ES_RECOVERY_TEXT_LEN);
	ret_key[ES_RECOVERY_TEXT_LEN] = '\0';
}

static void start(struct scene *s, const char *init)
{
	machine_start(&s->m, true);
	assert_int_equal(boot(s, NULL), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/hostname", "thor\n");
	run(s, init, 0);
	run(s, "recovery list", 0);
	take_key(c.out, s->id, s->key);
	if (strstr(init, "kdf") == NULL)
		assert_int_equal(boot(s, NULL), ES_OK);
}

static void shows_the_new_key_once_and_says_what_the_old_one_opens(void **state)
{
	char id[ES_RECOVERY_ID_TEXT], key[ES_RECOVERY_TEXT_LEN + 1];
	struct scene s;

	(void)state;
	start(&s, "init");
	run(&s, "recovery rotate", 0);
	take_key(c.out, id, key);
	assert_string_not_equal(id, s.id);
	assert_string_not_equal(key, s.key);
	assert_says(c.out, "WRITE IT DOWN NOW");
	assert_says(c.out, s.id);
	assert_says(c.out, "opens nothing that is saved from now on");
	assert_says(c.out, "still opens copies of older banks");
	assert_says(c.out, "changed the configuration's key and the recovery key, as generation ");
	assert_null(strstr(c.out, s.key));
	assert_string_equal(c.err, "");
	run(&s, "recovery list", 0);
	assert_says(c.out, key);
	run(&s, "status", 0);
	assert_says(c.out, id);
	assert_null(strstr(c.out, "under the previous key"));
	assert_int_equal(boot(&s, s.key), ES_RECOVERY_WRONG);
	assert_int_equal(boot(&s, key), ES_OK);
	machine_stop(&s.m);
}

static void prints_one_object_for_machines(void **state)
{
	json_t *o, *recovery;
	struct scene s;

	(void)state;
	start(&s, "init");
	run(&s, "recovery rotate --json", 0);
	o = json_loads(c.out, 0, NULL);
	assert_non_null(o);
	assert_int_equal(json_object_size(o), 3);
	assert_int_equal(json_integer_value(json_object_get(o, "generation")), (int64_t)s.record.generation + 1);
	assert_string_equal(json_string_value(json_object_get(o, "replaces")), s.id);
	recovery = json_object_get(o, "recovery");
	assert_int_equal(boot(&s, json_string_value(json_object_get(recovery, "key"))), ES_OK);
	json_decref(o);
	machine_stop(&s.m);
}

static void a_key_that_could_not_be_shown_leaves_the_old_one_good(void **state)
{
	char id[ES_RECOVERY_ID_TEXT], key[ES_RECOVERY_TEXT_LEN + 1];
	struct scene s;

	(void)state;
	start(&s, "init");
	run_ends(&s, "recovery rotate", 1, &(struct capture_ends){ .stdout_path = "/dev/full" });
	assert_says(c.err, "can't write the output");
	assert_says(c.err, "keep BOTH recovery keys");
	assert_says(c.err, "`etcseal recovery list`");
	run(&s, "recovery list", 0);
	take_key(c.out, id, key);
	run(&s, "status", 0);
	assert_says(c.out, "under the previous key");
	assert_int_equal(boot(&s, s.key), ES_OK);
	assert_int_equal(boot(&s, key), ES_OK);
	run(&s, "backup", 0);
	run(&s, "status", 0);
	assert_null(strstr(c.out, "under the previous key"));
	assert_int_equal(boot(&s, s.key), ES_RECOVERY_WRONG);
	assert_int_equal(boot(&s, key), ES_OK);
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

static void a_tpm_that_does_not_count_is_told_and_both_keys_open(void **state)
{
	char id[ES_RECOVERY_ID_TEXT], key[ES_RECOVERY_TEXT_LEN + 1], words[800];
	ES_SCOPED(es_proxy_stopp) struct es_proxy *p = NULL;
	struct scene s;

	(void)state;
	start(&s, "init");
	s.m.way_arg = &p;
	snprintf(words, sizeof words,
		 "recovery rotate --boot-dir=%s --run-dir=%s --event-log=%s --product-uuid=%s --key-name=%s --tcti=%s",
		 s.m.boot_dir, s.m.run_dir, s.m.log_path, s.m.uuid_path, s.m.key_name, without_count(&s.m));
	command_run(&command, NULL, words, 6, NULL, &c);
	take_key(c.out, id, key);
	assert_string_not_equal(key, s.key);
	assert_says(c.err, "keep BOTH recovery keys");
	assert_says(c.err, "etcseal: cannot change the recovery key: ");
	assert_null(strstr(c.err, key));
	es_proxy_stop(p);
	p = NULL;
	assert_int_equal(boot(&s, s.key), ES_OK);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(boot(&s, key), ES_OK);
	machine_stop(&s.m);
}

static void says_that_kdf_is_no_seal(void **state)
{
	char id[ES_RECOVERY_ID_TEXT], key[ES_RECOVERY_TEXT_LEN + 1];
	struct scene s;

	(void)state;
	start(&s, "init --kdf");
	run(&s, "recovery rotate", 0);
	take_key(c.out, id, key);
	assert_says(c.err, "mode kdf is NOT a seal");
	assert_int_equal(boot(&s, key), ES_OK);
	machine_stop(&s.m);
}

static void needs_an_open_host(void **state)
{
	struct machine_boot other = machine_usual_boot;
	struct scene s;

	(void)state;
	start(&s, "init");
	other.image = "another kernel";
	assert_int_equal(machine_boot(&s.m, &other, NULL, &s.record), ES_LOCKED_PCR);
	run(&s, "recovery rotate", 4);
	assert_string_equal(c.out, "");
	run(&s, "recovery rotate now", 2);
	assert_int_equal(boot(&s, s.key), ES_OK);
	machine_stop(&s.m);
	machine_start(&s.m, true);
	assert_int_equal(boot(&s, NULL), ES_NOT_CONFIGURED);
	run(&s, "recovery rotate", 3);
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_the_new_key_once_and_says_what_the_old_one_opens),
		cmocka_unit_test(prints_one_object_for_machines),
		cmocka_unit_test(a_key_that_could_not_be_shown_leaves_the_old_one_good),
		cmocka_unit_test(a_tpm_that_does_not_count_is_told_and_both_keys_open),
		cmocka_unit_test(says_that_kdf_is_no_seal),
		cmocka_unit_test(needs_an_open_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
