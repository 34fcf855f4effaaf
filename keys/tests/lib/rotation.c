/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/rotation.h"

#include "keys/change/rotate.h"
#include "keys/protector/keyring_named.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum es_reason rotation_boot(struct rotation *s, const char *recovery)
{
	struct machine_boot b = machine_usual_boot;

	b.recovery = recovery != NULL;
	b.consent = recovery != NULL; /* the owner is there: a bank that the old key opens is old */
	return machine_boot(&s->m, &b, recovery, &s->record);
}

void rotation_start(struct rotation *s, bool kdf)
{
	memset(s, 0, sizeof *s);
	machine_start(&s->m, !kdf);
	assert_int_equal(rotation_boot(s, NULL), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s->m, kdf, s->before), ES_OK);
	assert_int_equal(rotation_boot(s, NULL), ES_OK);
	machine_write(&s->m, "etc/secret", "second\n");
}

enum es_reason rotation_on(struct rotation *s, struct es_host *host)
{
	ES_SECRET recovery = NULL;
	enum es_reason r = es_host_rotate(host, s->old_id, &recovery);

	s->after[0] = '\0';
	if (recovery != NULL)
		es_recovery_code_write(es_secret_bytes(recovery), s->after);
	return r;
}

void rotation_half(struct rotation *s)
{
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(rotation_on(s, host), ES_OK);
}

void rotation_whole(struct rotation *s)
{
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(rotation_on(s, host), ES_OK);
	assert_int_equal(es_host_rotate_finish(host), ES_OK);
}

enum es_reason rotation_backup(struct rotation *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;

	return machine_backup(host, &report);
}

void assert_rotation_opens(struct rotation *s, const char *recovery, const char *text)
{
	assert_int_equal(rotation_boot(s, recovery), ES_OK);
	assert_true(machine_has(&s->m, "etc/secret", text));
}

void assert_rotation_lists(struct rotation *s, const char *key)
{
	ES_HOST host = machine_host(&s->m);
	ES_SECRET recovery = NULL;
	char text[ES_RECOVERY_TEXT_LEN + 1];

	assert_int_equal(es_host_recovery_key(host, &recovery), ES_OK);
	es_recovery_code_write(es_secret_bytes(recovery), text);
	assert_string_equal(text, key);
}

void rotation_key(const struct rotation *s, struct es_secret **ret)
{
	char next[ES_KEYRING_NAME_MAX];
	ES_SECRET other = NULL;

	assert_int_equal(es_keyring_get_named(s->m.key_name, ret), ES_OK);
	assert_int_equal(es_keyring_next_name(s->m.key_name, next), ES_OK);
	assert_int_equal(es_keyring_get_named(next, &other), ES_NOT_UNLOCKED);
}
