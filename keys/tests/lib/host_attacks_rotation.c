/* SPDX-License-Identifier: Apache-2.0 */
/* What an old copy is worth after the owner has changed the keys. */
#include "keys/tests/lib/host_attacks.h"

#include "keys/core/labels.h"
#include "keys/crypto/envelope.h"
#include "keys/protector/bank_open.h"
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"
#include "keys/store/file.h"
#include "keys/tests/lib/attack_scene.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* The attacker ignores the MAC: they want the archive. */
static bool opens_archive(const struct es_bank *bank, const struct es_secret *key)
{
	ES_SECRET kek = NULL;
	ES_SECRET tar = NULL;

	assert_int_equal(es_config_key_derive(key, ES_LABEL_ARCHIVE, &kek), ES_OK);
	return es_envelope_open(kek, bank->info->key_id, es_buf_span(&bank->archive), &tar) == ES_OK;
}

static bool any_bank_opens(struct attack_scene *s, const struct es_secret *key, const struct es_secret *recovery)
{
	bool opened = false;
	char path[128];
	ES_FD dir = -1;

	snprintf(path, sizeof path, "%s/" ES_BANK_FOLDER, s->m.boot_dir);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		ES_BANK bank = { .state = ES_BANK_ABSENT };
		ES_SECRET recovered = NULL;

		assert_int_equal(es_bank_read(dir, i, &bank), ES_OK);
		assert_int_equal(bank.state, ES_BANK_WHOLE);
		opened |= opens_archive(&bank, key);
		if (es_bank_recover(bank.info, recovery, &recovered) == ES_OK)
			opened |= opens_archive(&bank, recovered);
	}
	return opened;
}

/* The image, the boot and the TPM are genuine: a fault in that image has given the attacker the key. */
bool attack_with_info_from_before_a_rotation(void)
{
	struct attack_scene s;
	ES_SECRET key = NULL;
	ES_SECRET recovery = NULL;
	struct es_code_fault fault;
	bool opened;

	attack_scene_start(&s);
	assert_int_equal(es_recovery_text_read(s.recovery, strlen(s.recovery), &recovery, &fault), ES_OK);
	machine_power_on(&s.m, &machine_usual_boot);
	assert_true(attack_scene_unseal(&s, &key));
	assert_true(any_bank_opens(&s, key, recovery)); /* until the owner rotates */
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	attack_scene_rotate(&s);
	attack_scene_backup(&s, "the second\n");
	es_secret_freep(&key);
	machine_power_on(&s.m, &machine_usual_boot);
	assert_true(attack_scene_unseal(&s, &key)); /* the old copy still gives its key */
	opened = any_bank_opens(&s, key, recovery);
	attack_scene_stop(&s);
	return opened;
}

static void change_mode(struct attack_scene *s, enum es_mode mode)
{
	ES_HOST host = machine_host(&s->m);

	assert_int_equal(machine_set_mode(host, mode, NULL), ES_OK);
}

/* The key that a copy of encryption.info gives without any TPM. */
static void derive_key(struct attack_scene *s, struct es_secret **ret)
{
	ES_FD dir = open(s->genuine, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ES_BANK bank = { .state = ES_BANK_ABSENT };
	const struct es_protector *p;

	assert_true(dir >= 0);
	assert_int_equal(es_bank_read(dir, 0, &bank), ES_OK);
	assert_int_equal(bank.state, ES_BANK_WHOLE);
	p = es_info_find(bank.info, ES_PROTECTOR_KDF);
	assert_non_null(p);
	assert_int_equal(es_protector_open_kdf(p, s->m.uuid, ret), ES_OK);
}

static bool opens_after_backup(struct attack_scene *s, const struct es_secret *key)
{
	ES_SECRET recovery = NULL;
	struct es_code_fault fault;
	bool opened;

	assert_int_equal(es_recovery_text_read(s->recovery, strlen(s->recovery), &recovery, &fault), ES_OK);
	attack_scene_backup(s, "a secret of today\n");
	opened = any_bank_opens(s, key, recovery);
	attack_scene_stop(s);
	return opened;
}

bool attack_with_info_from_before_a_change_of_mode(void)
{
	struct attack_scene s;
	ES_SECRET key = NULL;

	attack_scene_start(&s);
	change_mode(&s, ES_MODE_KDF);
	attack_scene_shell(&s, "rm -r %s && mkdir %s && cp -a bank0 bank1 %s/", s.genuine, s.genuine, s.genuine);
	derive_key(&s, &key);
	change_mode(&s, ES_MODE_TPM);
	return opens_after_backup(&s, key);
}

bool attack_with_key_from_before_a_change_of_mode(void)
{
	struct attack_scene s;
	ES_SECRET key = NULL;

	attack_scene_start(&s);
	machine_power_on(&s.m, &machine_usual_boot);
	assert_true(attack_scene_unseal(&s, &key)); /* a fault in the image of that day */
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	change_mode(&s, ES_MODE_KDF);
	return opens_after_backup(&s, key);
}
