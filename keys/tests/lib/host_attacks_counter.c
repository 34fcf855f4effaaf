/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on what distinguishes old from new: a counter of the attacker's, banks that name it, missing banks. */
#include "keys/tests/lib/host_attacks.h"

#include "keys/core/labels.h"
#include "keys/tests/lib/attack_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define THEIRS      "0x0180e5f0"
#define THEIRS_MAKE "tpm2_nvdefine -Q -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' " THEIRS
#define THEIRS_READ "$((0x$(tpm2_nvread -C " THEIRS " " THEIRS " | od -An -v -tx1 | tr -d ' \\n')))"

/* Owner auth is empty: any system booted on the machine can make a counter of the same form as ours. */
static void make_counter_of_theirs(struct attack_scene *s, uint64_t value)
{
	char line[512];

	snprintf(line, sizeof line,
		 THEIRS_MAKE " && n=0 && while tpm2_nvincrement -Q -C " THEIRS " " THEIRS " && n=" THEIRS_READ
			     " && [ $n -lt %llu ]; do :; done && [ $n = %llu ]",
		 (unsigned long long)value, (unsigned long long)value);
	es_swtpm_tool_ok(s->m.tpm, line, NULL, 0);
}

static uint64_t generation_now(struct attack_scene *s)
{
	ES_HOST host = machine_host(&s->m);

	return es_host_bank(host)->info->generation;
}

static void several_backups(struct attack_scene *s)
{
	attack_scene_backup(s, "the second\n");
	attack_scene_backup(s, "the third\n");
	attack_scene_backup(s, "the fourth\n");
}

/* A kdf host of the attacker's, in ../theirs; its bank0 names an NV index and a high generation. */
static void make_kdf_host(struct attack_scene *s, const char *index)
{
	char recovery[ES_RECOVERY_TEXT_LEN + 1];

	attack_scene_own_host(s, NULL, "../theirs", recovery);
	attack_scene_shell(s,
			   "sed -i -e 's/\"rollback\": null/\"rollback\": { \"nv_index\": \"%s\" }/' "
			   "-e 's/\"generation\": [0-9]*/\"generation\": 900/' ../theirs/bank0/encryption.info",
			   index);
}

static bool opens_the_old(struct attack_scene *s)
{
	enum es_reason r = machine_boot(&s->m, &machine_usual_boot, NULL, &s->record);
	bool opened = r == ES_OK && machine_has(&s->m, "etc/secret", ATTACK_SECRET);

	print_message("%s: %s\n", es_reason_words(r)->id, s->record.refusal_detail);
	if (r != ES_OK)
		assert_int_equal(r, ES_ROLLED_BACK);
	attack_scene_stop(s);
	return opened;
}

bool attack_with_a_copy_that_names_another_counter(void)
{
	struct attack_scene s;
	uint64_t old;

	attack_scene_start(&s);
	old = generation_now(&s);
	several_backups(&s);
	make_counter_of_theirs(&s, old);
	attack_scene_restore(&s);
	attack_scene_shell(&s, "sed -i -e 's/0x0180e5ea/" THEIRS "/' -e 's/\\(\"generation\": [0-9]*,\\)/\\1\\n  "
			       "\"revision\": 9,/' bank0/encryption.info");
	return opens_the_old(&s);
}

bool attack_with_a_kdf_bank_that_names_another_counter(void)
{
	struct attack_scene s;
	uint64_t old;

	attack_scene_start(&s);
	old = generation_now(&s);
	several_backups(&s);
	make_counter_of_theirs(&s, old);
	attack_scene_restore(&s);
	make_kdf_host(&s, THEIRS);
	attack_scene_shell(&s, "rm -r bank0 && mv ../theirs/bank0 .");
	return opens_the_old(&s);
}

bool attack_with_old_banks_and_the_recovery_key(void)
{
	struct attack_scene s;
	enum es_reason r;

	attack_scene_start(&s);
	several_backups(&s);
	attack_scene_restore(&s);
	r = machine_boot(&s.m, &machine_usual_boot, s.recovery, &s.record);
	if (r != ES_OK)
		assert_int_equal(r, ES_ROLLED_BACK);
	attack_scene_stop(&s);
	return r == ES_OK;
}

bool attack_with_banks_removed(void)
{
	struct attack_scene s;
	enum es_reason r;

	attack_scene_start(&s);
	attack_scene_shell(&s, "rm -r bank0 bank1");
	r = machine_boot(&s.m, &machine_usual_boot, NULL, &s.record);
	if (r != ES_NOT_CONFIGURED)
		assert_int_equal(r, ES_CONFIG_GONE);
	attack_scene_stop(&s);
	return r == ES_NOT_CONFIGURED;
}

bool attack_with_kdf_banks_that_name_no_counter(void)
{
	struct attack_scene s;
	enum es_reason r;

	attack_scene_start(&s);
	make_kdf_host(&s, "0x0180e5f1");
	attack_scene_shell(&s, "rm -r bank0 bank1 && mv ../theirs/bank0 ../theirs/bank1 .");
	r = machine_boot(&s.m, &machine_usual_boot, NULL, &s.record);
	if (r != ES_OK)
		assert_true(r == ES_DOWNGRADE || r == ES_BANKS_DAMAGED);
	attack_scene_stop(&s);
	return r == ES_OK;
}
