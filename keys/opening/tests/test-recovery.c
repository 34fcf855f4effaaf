/* SPDX-License-Identifier: Apache-2.0 */
/* What the recovery key asks of the TPM, and which banks it opens. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/labels.h"
#include "keys/protector/bank_open.h"
#include "keys/protector/config_key.h"
#include "keys/store/file.h"
#include "keys/tests/lib/attack_scene.h"
#include "keys/tests/lib/pcap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* TPM 2.0 Library Part 2, "TPM_CC Constants". */
enum { CC_LOAD = 0x157, CC_UNSEAL = 0x15e, CC_PCR_EVENT = 0x13c };

/* tpm2-tss's own recorder, between the helper and the TPM. */
static const char *recorded(struct machine *m)
{
	snprintf(m->way_arg, 128, "pcap:%s", es_swtpm_tcti(m->tpm));
	return m->way_arg;
}

static unsigned sent(const struct pcap_summary *s, uint32_t code)
{
	unsigned n = 0;

	assert_true(s->commands > 0 && s->commands <= sizeof s->codes / sizeof *s->codes);
	for (unsigned i = 0; i < s->commands; i++)
		n += s->codes[i] == code;
	return n;
}

/* A boot, and every command that the helper sent in it. Each has to raise the fence. */
static enum es_reason boot_recorded(struct attack_scene *s, const struct machine_boot *boot, const char *recovery,
				    struct pcap_summary *ret)
{
	char tcti[128], path[128];
	enum es_reason r;

	snprintf(path, sizeof path, "%s/boot.pcapng", s->m.folder);
	(void)remove(path);
	assert_int_equal(setenv("TCTI_PCAP_FILE", path, 1), 0);
	s->m.way = recorded;
	s->m.way_arg = tcti;
	r = machine_boot(&s->m, boot, recovery, &s->record);
	s->m.way = NULL;
	pcap_read(path, ret);
	assert_int_equal(sent(ret, CC_PCR_EVENT), 1);
	return r;
}

/* Whether the stub took the key out, so that PCR 12 is another, or not, so that the TPM would unseal. */
static void a_boot_that_is_given_the_recovery_key_asks_for_no_unseal(void **state)
{
	static const char wrong[] =
	    "478269-039194-473926-430939-686855-231401-642208-184477-602511-225586-551660-586542-338394-092578-"
	    "687140-267425";
	struct machine_boot boot = machine_usual_boot;
	struct pcap_summary bus;
	struct attack_scene s;

	(void)state;
	attack_scene_start(&s);
	assert_int_equal(boot_recorded(&s, &boot, NULL, &bus), ES_OK); /* the control: the recorder sees one */
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	assert_int_equal(sent(&bus, CC_UNSEAL), 1);
	assert_int_equal(sent(&bus, CC_LOAD), 1);
	for (int marked = 0; marked < 2; marked++) {
		boot.recovery = marked != 0;
		assert_int_equal(boot_recorded(&s, &boot, s.recovery, &bus), ES_OK);
		assert_int_equal(s.record.opened_by, ES_OPENED_BY_RECOVERY);
		assert_int_equal(sent(&bus, CC_UNSEAL), 0);
		assert_int_equal(sent(&bus, CC_LOAD), 0);
		assert_int_equal(boot_recorded(&s, &boot, wrong, &bus), ES_RECOVERY_WRONG);
		assert_int_equal(sent(&bus, CC_UNSEAL), 0);
		assert_int_equal(boot_recorded(&s, &boot, "no key", &bus), ES_RECOVERY_FORM);
		assert_int_equal(sent(&bus, CC_UNSEAL), 0);
	}
	attack_scene_stop(&s);
}

/* Banks of the attacker's in place of the owner's: sealed to the owner's own TPM, or in mode kdf. Their recovery key
 * goes to ret_recovery. */
static void plant(struct attack_scene *s, bool kdf, char *ret_recovery)
{
	attack_scene_start(s);
	attack_scene_own_host(s, kdf ? NULL : s->m.tpm, "../theirs", ret_recovery);
	attack_scene_shell(s, "rm -r bank0 bank1 && cp -a ../theirs/bank0 ../theirs/bank1 .");
}

static enum es_reason recover(struct attack_scene *s, const char *text)
{
	struct machine_boot boot = machine_usual_boot;

	boot.recovery = boot.consent = true;
	return machine_boot(&s->m, &boot, text, &s->record);
}

static void the_owners_recovery_key_opens_no_planted_bank(void **state)
{
	char theirs[ES_RECOVERY_TEXT_LEN + 1];
	struct attack_scene s;

	(void)state;
	for (int kdf = 0; kdf < 2; kdf++) {
		plant(&s, kdf != 0, theirs);
		assert_int_equal(recover(&s, s.recovery), ES_RECOVERY_WRONG);
		assert_int_equal(s.record.state, ES_BOOT_LOCKED);
		assert_false(machine_has(&s.m, "etc/secret", ATTACK_PLANTED));
		/* The control: nothing else is wrong with these banks. */
		assert_int_equal(recover(&s, theirs), ES_OK);
		assert_true(machine_has(&s.m, "etc/secret", ATTACK_PLANTED));
		attack_scene_stop(&s);
	}
}

/* One in mode kdf is passed over as a downgrade. One that is sealed to the same TPM is the newer, and is tried first;
 * that TPM has counted it, so the owner has to agree to the age of theirs. */
static void beside_a_planted_bank_it_opens_the_owners(void **state)
{
	char theirs[ES_RECOVERY_TEXT_LEN + 1];
	struct attack_scene s;

	(void)state;
	for (unsigned i = 0; i < 2 * ES_BANK_COUNT; i++) {
		unsigned own = i % ES_BANK_COUNT;
		bool kdf = i < ES_BANK_COUNT;

		plant(&s, kdf, theirs);
		attack_scene_shell(&s, "rm -r bank%u && cp -a %s/bank%u .", own, s.genuine, own);
		assert_int_equal(recover(&s, s.recovery), ES_OK);
		assert_true(machine_has(&s.m, "etc/secret", ATTACK_SECRET));
		assert_int_equal(s.record.freshness, kdf ? ES_FRESHNESS_NEWEST : ES_FRESHNESS_OLD);
		attack_scene_stop(&s);
	}
}

static void read_bank(const char *folder, struct es_bank *ret)
{
	ES_FD dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(dir >= 0);
	assert_int_equal(es_bank_read(dir, 0, ret), ES_OK);
	assert_int_equal(ret->state, ES_BANK_WHOLE);
}

static struct es_protector **recovery_protector(struct es_info *info)
{
	for (unsigned i = 0; i < info->protector_count; i++)
		if (info->protectors[i]->type == ES_PROTECTOR_RECOVERY)
			return &info->protectors[i];
	fail_msg("no recovery protector");
	return NULL;
}

/* The attacker's encryption.info with the owner's recovery protector in it, under a MAC that is right by the attacker's
 * key. */
static void graft(struct attack_scene *s, const char *theirs)
{
	ES_BANK planted = { .state = ES_BANK_ABSENT };
	ES_BANK genuine = { .state = ES_BANK_ABSENT };
	ES_SECRET recovery = NULL;
	ES_SECRET key = NULL;
	ES_SECRET mac_key = NULL;
	ES_BUF info = { NULL, 0 };
	struct es_protector **a, **b, *swap;
	struct es_code_fault fault;
	char path[128];

	snprintf(path, sizeof path, "%s/" ES_BANK_FOLDER, s->m.boot_dir);
	read_bank(path, &planted);
	read_bank(s->genuine, &genuine);
	assert_int_equal(es_recovery_text_read(theirs, strlen(theirs), &recovery, &fault), ES_OK);
	assert_int_equal(es_bank_recover(planted.info, recovery, &key), ES_OK);
	assert_int_equal(es_config_key_derive(key, ES_LABEL_INFO_MAC, &mac_key), ES_OK);
	a = recovery_protector(planted.info);
	b = recovery_protector(genuine.info);
	swap = *a;
	*a = *b;
	*b = swap;
	assert_int_equal(es_info_write(planted.info, mac_key, &info), ES_OK);
	for (unsigned bank = 0; bank < ES_BANK_COUNT; bank++) {
		machine_bank_path(&s->m, bank, ES_INFO_NAME, path);
		assert_int_equal(es_file_write(AT_FDCWD, path, es_buf_span(&info)), ES_OK);
	}
}

/* The prompt shows the id of the owner's own recovery key, and that key gives the owner's configuration key; but the
 * MAC isn't by it. */
static void nor_one_that_the_owners_recovery_protector_was_put_into(void **state)
{
	char theirs[ES_RECOVERY_TEXT_LEN + 1];
	struct attack_scene s;

	(void)state;
	plant(&s, false, theirs);
	graft(&s, theirs);
	assert_int_equal(recover(&s, s.recovery), ES_TAMPERED_INFO);
	assert_int_equal(s.record.state, ES_BOOT_LOCKED);
	assert_false(machine_has(&s.m, "etc/secret", ATTACK_PLANTED));
	/* The control: the MAC is right, and the TPM opens it as planted. */
	assert_int_equal(machine_boot(&s.m, &machine_usual_boot, NULL, &s.record), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", ATTACK_PLANTED));
	attack_scene_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_boot_that_is_given_the_recovery_key_asks_for_no_unseal),
		cmocka_unit_test(the_owners_recovery_key_opens_no_planted_bank),
		cmocka_unit_test(beside_a_planted_bank_it_opens_the_owners),
		cmocka_unit_test(nor_one_that_the_owners_recovery_protector_was_put_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
