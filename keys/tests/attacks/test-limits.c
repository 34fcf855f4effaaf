/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of mode kdf, as SECURITY.md has them: what an attacker can do. A test here that fails has found a limit that
 * is gone, or one that has moved: change SECURITY.md then, and this file.
 */
#include "keys/core/labels.h"
#include "keys/protector/bank_open.h"
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"
#include "keys/store/file.h"
#include "keys/tests/lib/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET  "psk=the owner's\n"
#define PLANTED "the attacker's\n"

/* A host in mode kdf, and a copy of its banks as the attacker took it. */
struct scene {
	struct machine m;
	struct es_boot_record record;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	char copy[128];
};

static void start(struct scene *s, bool with_tpm, const char *uuid)
{
	memset(s, 0, sizeof *s);
	machine_start(&s->m, with_tpm);
	s->m.uuid = uuid != NULL ? uuid : s->m.uuid;
	snprintf(s->copy, sizeof s->copy, "%s/copy", s->m.folder);
	assert_int_equal(machine_boot(&s->m, &machine_usual_boot, NULL, &s->record), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", SECRET);
	assert_int_equal(machine_init(&s->m, true, s->recovery), ES_OK);
	assert_int_equal(machine_shell(&s->m, "cp -a boot/" ES_BANK_FOLDER " copy"), 0);
}

static enum es_reason boot(struct scene *s, const char *pins)
{
	struct machine_boot how = machine_usual_boot;

	how.pins = pins;
	return machine_boot(&s->m, &how, NULL, &s->record);
}

/* What a program does that has a copy of the banks, and says which machine it is on: nothing else is asked for. */
static bool opens_copy(const struct scene *s, const char *uuid)
{
	ES_FD dir = open(s->copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ES_BANK bank = { .state = ES_BANK_ABSENT };
	const struct es_protector *p;
	ES_SECRET key = NULL;
	ES_SECRET tar = NULL;

	assert_true(dir >= 0);
	assert_int_equal(es_bank_read(dir, 0, &bank), ES_OK);
	assert_int_equal(bank.state, ES_BANK_WHOLE);
	p = es_info_find(bank.info, ES_PROTECTOR_KDF);
	assert_non_null(p);
	if (es_protector_open_kdf(p, uuid, &key) != ES_OK)
		return false;
	assert_int_equal(es_bank_decrypt(&bank, key, &tar), ES_OK);
	return es_secret_len(tar) > 0;
}

/* Another host's banks, made with no secret, in the place of the owner's. */
static void plant(struct scene *s)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1], line[256];
	struct es_boot_record record;
	struct machine theirs;

	machine_start(&theirs, false);
	strcat(theirs.key_name, "-attacker");
	theirs.uuid = s->m.uuid;
	assert_int_equal(machine_boot(&theirs, &machine_usual_boot, NULL, &record), ES_NOT_CONFIGURED);
	machine_write(&theirs, "etc/secret", PLANTED);
	assert_int_equal(machine_init(&theirs, true, recovery), ES_OK);
	snprintf(line, sizeof line, "rm -r boot/" ES_BANK_FOLDER " && cp -a %s/" ES_BANK_FOLDER " boot/",
		 theirs.boot_dir);
	assert_int_equal(machine_shell(&s->m, line), 0);
	machine_stop(&theirs);
}

static void limit_kdf_a_planted_system_starts_and_derives_the_key_of_a_copy(void **state)
{
	struct scene s;

	(void)state;
	for (int tpm = 0; tpm < 2; tpm++) {
		start(&s, tpm != 0, NULL);
		plant(&s);
		assert_int_equal(boot(&s, NULL), ES_OK);
		assert_true(machine_has(&s.m, "etc/secret", PLANTED));
		assert_int_equal(s.record.fenced, tpm != 0);
		assert_true(opens_copy(&s, s.m.uuid));
		machine_stop(&s.m);
	}
}

static void limit_kdf_the_fence_keeps_no_program_from_the_key(void **state)
{
	struct scene s;

	(void)state;
	start(&s, true, NULL);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_true(s.record.fenced);
	assert_true(opens_copy(&s, s.m.uuid));
	machine_stop(&s.m);
}

/* With the UUID off its label; the machine isn't needed. */
static void limit_kdf_the_disk_and_the_uuid_open_it_anywhere(void **state)
{
	struct scene s;

	(void)state;
	start(&s, false, NULL);
	assert_true(opens_copy(&s, "4c4c4544-0043-5910-8054-b7c04f4e3432"));
	assert_false(opens_copy(&s, "4c4c4544-0043-5910-8054-b7c04f4e3433")); /* what mode kdf does hold */
	assert_false(opens_copy(&s, NULL));
	machine_stop(&s.m);
}

static void limit_kdf_the_disk_alone_opens_where_the_machine_has_no_uuid(void **state)
{
	static const char *const none[] = { "", "00000000-0000-0000-0000-000000000000",
					    "ffffffff-ffff-ffff-ffff-ffffffffffff",
					    "03000200-0400-0500-0006-000700080009" };
	struct scene s;

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		start(&s, false, none[i]);
		assert_true(opens_copy(&s, NULL));
		assert_true(opens_copy(&s, "4c4c4544-0043-5910-8054-b7c04f4e3432"));
		machine_stop(&s.m);
	}
}

static void limit_kdf_an_old_copy_opens_and_nobody_notices(void **state)
{
	struct scene s;

	(void)state;
	for (int tpm = 0; tpm < 2; tpm++) {
		struct es_pack_report report;

		start(&s, tpm != 0, NULL);
		machine_write(&s.m, "etc/secret", "the second\n");
		{
			ES_HOST host = machine_host(&s.m);

			assert_int_equal(machine_backup(host, &report), ES_OK);
		}
		assert_int_equal(boot(&s, NULL), ES_OK);
		assert_true(machine_has(&s.m, "etc/secret", "the second\n"));
		assert_int_equal(
		    machine_shell(&s.m, "rm -r boot/" ES_BANK_FOLDER " && cp -a copy boot/" ES_BANK_FOLDER), 0);
		assert_int_equal(boot(&s, NULL), ES_OK);
		assert_true(machine_has(&s.m, "etc/secret", SECRET));
		assert_int_equal(s.record.freshness, ES_FRESHNESS_UNKNOWN);
		assert_string_equal(s.record.refusal, "");
		machine_stop(&s.m);
	}
}

/* But not if the image is pinned. */
static void limit_kdf_a_host_whose_banks_are_deleted_starts_as_on_first_boot(void **state)
{
	static const char host_pin[] = "quiet " ES_OPTION_HOST "=0190b8f4-0000-4000-8000-00000000aaaa";
	struct scene s;

	(void)state;
	for (int tpm = 0; tpm < 2; tpm++) {
		start(&s, tpm != 0, NULL);
		assert_int_equal(machine_shell(&s.m, "rm -r boot/" ES_BANK_FOLDER "/bank?"), 0);
		assert_int_equal(boot(&s, NULL), ES_NOT_CONFIGURED);
		assert_int_equal(boot(&s, host_pin), ES_CONFIG_GONE);
		machine_stop(&s.m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limit_kdf_a_planted_system_starts_and_derives_the_key_of_a_copy),
		cmocka_unit_test(limit_kdf_the_fence_keeps_no_program_from_the_key),
		cmocka_unit_test(limit_kdf_the_disk_and_the_uuid_open_it_anywhere),
		cmocka_unit_test(limit_kdf_the_disk_alone_opens_where_the_machine_has_no_uuid),
		cmocka_unit_test(limit_kdf_an_old_copy_opens_and_nobody_notices),
		cmocka_unit_test(limit_kdf_a_host_whose_banks_are_deleted_starts_as_on_first_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
