/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/endured.h"

#include "keys/protector/bank_open.h"
#include "keys/protector/keyring_named.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

const char endured_letter[ENDURED_WAYS] = { 'X', '!', '-', 'r', 'o', 'n' };

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	assert_true(vsnprintf(line, sizeof line, format, args) < (int)sizeof line);
	va_end(args);
	assert_int_equal(system(line), 0);
}

void endured_start(struct endured *h)
{
	memset(h, 0, sizeof *h);
	h->usual = machine_usual_boot;
	machine_start(&h->m, true);
	assert_int_equal(endured_boot(h, NULL), ES_NOT_CONFIGURED);
	machine_write(&h->m, ENDURED_FILE, ENDURED_OLD);
}

void endured_stop(struct endured *h)
{
	es_secret_freep(&h->key);
	machine_stop(&h->m);
}

enum es_reason endured_boot(struct endured *h, const char *recovery_text)
{
	struct machine_boot boot = h->usual;

	boot.recovery = recovery_text != NULL;
	boot.consent = recovery_text != NULL; /* the owner is there, and knows what happened */
	return machine_boot(&h->m, &boot, recovery_text, &h->record);
}

/* swtpm writes its state only when NV changes, so it can be copied and replaced while swtpm runs. */
void endured_keep(struct endured *h)
{
	snprintf(h->point, sizeof h->point, "%s/point", h->m.folder);
	shell("rm -rf %s && mkdir %s && cp -a %s %s %s %s/tpm2-00.permall %s", h->point, h->point, h->m.boot_dir,
	      h->m.run_dir, h->m.log_path, es_swtpm_folder(h->m.tpm), h->point);
	es_secret_freep(&h->key);
	if (es_keyring_get_named(h->m.key_name, &h->key) != ES_OK)
		h->key = NULL;
	h->configured = h->key != NULL;
}

void endured_back(struct endured *h)
{
	machine_drop_keys(&h->m);
	shell("rm -rf %s %s && cp -a %s/boot %s/run %s/log %s", h->m.boot_dir, h->m.run_dir, h->point, h->point,
	      h->point, h->m.folder);
	shell("cp %s/tpm2-00.permall %s/next && mv %s/next %s/tpm2-00.permall", h->point, es_swtpm_folder(h->m.tpm),
	      es_swtpm_folder(h->m.tpm), es_swtpm_folder(h->m.tpm));
	if (h->key != NULL)
		assert_int_equal(es_keyring_put_named(h->m.key_name, h->key), ES_OK);
	es_swtpm_power_cycle(h->m.tpm);
	h->given[0] = '\0';
}

/* Without a TPM and without a boot: what the owner needs when nothing else opens. */
static bool opens_a_bank(const struct endured *h, const char *key)
{
	ES_SECRET recovery = NULL;
	struct es_code_fault fault;
	char path[128];
	ES_FD dir = -1;

	snprintf(path, sizeof path, "%s/" ES_BANK_FOLDER, h->m.boot_dir);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	assert_int_equal(es_recovery_text_read(key, strlen(key), &recovery, &fault), ES_OK);
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		ES_BANK bank = { .state = ES_BANK_ABSENT };
		ES_SECRET config_key = NULL;
		ES_SECRET tar = NULL;

		assert_int_equal(es_bank_read(dir, i, &bank), ES_OK);
		if (bank.state == ES_BANK_WHOLE && es_bank_recover(bank.info, recovery, &config_key) == ES_OK &&
		    es_bank_decrypt(&bank, config_key, &tar) == ES_OK)
			return true;
	}
	return false;
}

static bool owner_can_open(const struct endured *h)
{
	if (h->given[0] == '\0' && h->recovery[0] == '\0')
		return true; /* they haven't been given one yet */
	return (h->given[0] != '\0' && opens_a_bank(h, h->given)) ||
	       (h->recovery[0] != '\0' && opens_a_bank(h, h->recovery));
}

/* With whichever of the owner's keys is in force. */
static enum es_reason boot_with_owners_keys(struct endured *h)
{
	enum es_reason r = ES_RECOVERY_WRONG;

	if (h->given[0] != '\0')
		r = endured_boot(h, h->given);
	if (r == ES_RECOVERY_WRONG && h->recovery[0] != '\0')
		r = endured_boot(h, h->recovery);
	return r;
}

static enum es_reason boot_next(struct endured *h)
{
	return machine_boot(&h->m, h->next, NULL, &h->record);
}

enum endured_way endured_judge(struct endured *h, bool done)
{
	enum endured_way way = ENDURED_BY_ITSELF_NEW;
	enum es_reason r = done && h->next != NULL ? boot_next(h) : ES_OK;

	if (r != ES_OK)
		return ENDURED_LOST;
	r = endured_boot(h, NULL);

	if (r == ES_NOT_CONFIGURED)
		return h->configured || done || h->given[0] != '\0' ? ENDURED_LOST : ENDURED_UNCONFIGURED;
	if (r != ES_OK) {
		way = ENDURED_RECOVERY;
		r = boot_with_owners_keys(h);
	}
	if (r != ES_OK)
		return ENDURED_LOST;
	if (!owner_can_open(h)) {
		snprintf(h->record.refusal_detail, sizeof h->record.refusal_detail,
			 "no recovery key of its owner's opens it");
		return ENDURED_LOST;
	}
	if (machine_has(&h->m, ENDURED_FILE, ENDURED_NEW))
		return way;
	if (done || !machine_has(&h->m, ENDURED_FILE, ENDURED_OLD))
		return ENDURED_LOST;
	return way == ENDURED_RECOVERY ? way : ENDURED_BY_ITSELF_OLD;
}

bool endured_goes_on(struct endured *h)
{
	static const char later[] = "what came after all that\n";
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	struct es_pack_report report;
	enum es_reason r;

	machine_write(&h->m, ENDURED_FILE, later);
	if (h->record.state == ES_BOOT_UNCONFIGURED) {
		r = machine_init(&h->m, false, recovery);
	} else {
		ES_HOST host = machine_host(&h->m);

		r = machine_backup(host, &report);
	}
	if (r != ES_OK)
		return false;
	r = endured_boot(h, NULL);
	if (r != ES_OK && r != ES_NOT_CONFIGURED)
		r = boot_with_owners_keys(h);
	return r == ES_OK && machine_has(&h->m, ENDURED_FILE, later);
}
