/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/attack_scene.h"

#include "keys/change/rotate.h"
#include "keys/core/labels.h"
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"
#include "keys/store/file.h"
#include "keys/tpm/object.h"
#include "keys/tpm/srk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void attack_scene_shell(struct attack_scene *s, const char *format, ...)
{
	char line[600];
	va_list args;
	int n = snprintf(line, sizeof line, "cd %s/" ES_BANK_FOLDER " && ", s->m.boot_dir);

	va_start(args, format);
	vsnprintf(line + n, sizeof line - (size_t)n, format, args);
	va_end(args);
	assert_int_equal(system(line), 0);
}

void attack_scene_start(struct attack_scene *s)
{
	attack_scene_start_as(s, &machine_usual_boot);
}

void attack_scene_start_as(struct attack_scene *s, const struct machine_boot *boot)
{
	memset(s, 0, sizeof *s);
	machine_start(&s->m, true);
	snprintf(s->genuine, sizeof s->genuine, "%s/genuine", s->m.folder);
	assert_int_equal(machine_boot(&s->m, boot, NULL, &s->record), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", ATTACK_SECRET);
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
	attack_scene_shell(s, "mkdir %s && cp -a bank0 bank1 %s/", s->genuine, s->genuine);
}

void attack_scene_stop(struct attack_scene *s)
{
	machine_stop(&s->m);
}

void attack_scene_backup(struct attack_scene *s, const char *text)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;

	machine_write(&s->m, "etc/secret", text);
	assert_int_equal(machine_backup(host, &report), ES_OK);
}

void attack_scene_rotate(struct attack_scene *s)
{
	ES_HOST host = machine_host(&s->m);
	char old_id[ES_RECOVERY_ID_TEXT];
	ES_SECRET recovery = NULL;

	assert_int_equal(es_host_rotate(host, old_id, &recovery), ES_OK);
	assert_int_equal(es_host_rotate_finish(host), ES_OK);
	es_recovery_code_write(es_secret_bytes(recovery), s->recovery);
}

void attack_scene_restore(struct attack_scene *s)
{
	attack_scene_shell(s, "rm -rf bank0 bank1 && cp -a %s/bank0 %s/bank1 .", s->genuine, s->genuine);
}

void attack_scene_own_host(struct attack_scene *s, struct es_swtpm *tpm, const char *folder, char *ret_recovery)
{
	struct machine_boot boot = machine_usual_boot;
	struct es_boot_record record;
	struct machine a;

	boot.consent = true; /* to starting without the owner's configuration */
	machine_start(&a, false);
	strcat(a.key_name, "-attacker");
	a.uuid = s->m.uuid;
	a.tpm = tpm;
	assert_int_equal(machine_boot(&a, &boot, NULL, &record), ES_NOT_CONFIGURED);
	machine_write(&a, "etc/secret", ATTACK_PLANTED);
	assert_int_equal(machine_init(&a, tpm == NULL, ret_recovery), ES_OK);
	attack_scene_shell(s, "mkdir %s && cp -a %s/" ES_BANK_FOLDER "/bank0 %s/" ES_BANK_FOLDER "/bank1 %s/", folder,
			   a.boot_dir, a.boot_dir, folder);
	a.tpm = NULL;
	machine_stop(&a);
}

static enum es_reason unseal(const struct attack_scene *s, const struct es_protector *p, struct es_secret **ret)
{
	const struct es_tpm_unseal_request request = { .public_part = es_buf_span(&p->tpm.public_part),
						       .private_part = es_buf_span(&p->tpm.private_part),
						       .pcrs = p->tpm.pcrs };
	ES_TPM tpm = NULL;

	assert_int_equal(es_tpm_open(es_swtpm_tcti(s->m.tpm), ES_TPM_TIMEOUT_MS, &tpm), ES_OK);
	assert_int_equal(es_tpm_srk_pin(tpm, es_buf_span(&p->tpm.srk)), ES_OK);
	return es_tpm_unseal(tpm, &request, ret);
}

static bool unseal_both(struct attack_scene *s, struct es_secret **ret_sealed, struct es_secret **ret_config_key)
{
	ES_FD dir = open(s->genuine, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ES_BANK bank = { .state = ES_BANK_ABSENT };
	const struct es_protector *p;
	uint8_t key_id[8];
	enum es_reason r;

	assert_true(dir >= 0);
	assert_int_equal(es_bank_read(dir, 0, &bank), ES_OK);
	assert_int_equal(bank.state, ES_BANK_WHOLE);
	p = es_info_find(bank.info, ES_PROTECTOR_TPM);
	assert_non_null(p);
	r = unseal(s, p, ret_sealed);
	if (r != ES_OK) {
		assert_int_equal(r, ES_TPM_POLICY);
		return false;
	}
	assert_int_equal(es_protector_unwrap(p, *ret_sealed, ret_config_key), ES_OK);
	assert_int_equal(es_config_key_id(*ret_config_key, key_id), ES_OK);
	assert_memory_equal(key_id, bank.info->key_id, sizeof key_id);
	return true;
}

bool attack_scene_unseal(struct attack_scene *s, struct es_secret **ret_config_key)
{
	ES_SECRET sealed = NULL;

	return unseal_both(s, &sealed, ret_config_key);
}

bool attack_scene_has_key(struct attack_scene *s)
{
	ES_SECRET key = NULL;

	return attack_scene_unseal(s, &key);
}

void attack_scene_secrets(struct attack_scene *s, struct es_secret **ret_sealed, struct es_secret **ret_config_key)
{
	machine_power_on(&s->m, &machine_usual_boot);
	assert_true(unseal_both(s, ret_sealed, ret_config_key));
}
