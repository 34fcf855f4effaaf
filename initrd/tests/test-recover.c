/* SPDX-License-Identifier: Apache-2.0 */
/* The whole helper with somebody at the console who has a recovery key, or none. */
#include "initrd/commands.h"
#include "keys/core/labels.h"
#include "keys/protector/keyring_named.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/pty.h"
#include "keys/tests/lib/sealed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Well-formed, and nobody's here: VMware's example. */
static const char other_key[] = "478269-039194-473926-430939-686855-231401-642208-184477-"
				"602511-225586-551660-586542-338394-092578-687140-267425";

static int unlock_at(const char *path, void *arg)
{
	struct sealed *b = arg;
	const struct es_unlock_options options = {
		.from = { .handover = b->handover,
			  .cmdline = b->cmdline,
			  .product_uuid = b->m.uuid_path,
			  .event_log = b->m.log_path,
			  .power = "/nowhere",
			  .device_wait_ms = 50 },
		.run_dir = b->run,
		.tcti = b->tcti,
		.console = path,
		.ask = true,
		.tries = 2,
		.idle_ms = -1,
	};

	return (int)es_unlock(&options);
}

/* A changed image, at a terminal: to the first question. */
static void ask(struct sealed *b, struct pty *p)
{
	sealed_power_on(b, "another image");
	pty_start(p, unlock_at, b);
	pty_expect(p, "locked: this boot isn't the one that the key was sealed to");
	pty_expect(p, "PCR 11");
	pty_expect(p, "type the recovery key {");
	pty_expect(p, "groups  1 to  4: ");
}

static void assert_ends(struct sealed *b, struct pty *p, enum es_exit expected)
{
	assert_int_equal(pty_end(p), expected);
	assert_null(strstr(p->out, b->recovery));
	pty_hang_up(p);
}

static void the_recovery_key_typed_at_the_console_opens(void **state)
{
	struct sealed *b = *state;
	struct pty p;

	ask(b, &p);
	pty_type(&p, b->recovery);
	pty_expect(&p, "press Enter");
	pty_type(&p, "\r");
	pty_expect(&p, "opened by the recovery key, generation ");
	assert_ends(b, &p, ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_RECOVERY);
	assert_true(b->record.recovery_at_console);
}

static void wrong_keys_are_counted_and_end_with_the_refusal(void **state)
{
	struct sealed *b = *state;
	struct pty p;

	ask(b, &p);
	pty_type(&p, other_key);
	pty_type(&p, "\r");
	pty_expect(&p, "isn't this host's (1 of 2 attempts left)");
	pty_expect(&p, "groups  1 to  4: ");
	pty_type(&p, other_key);
	pty_type(&p, "\r");
	pty_expect(&p, "(0 of 2 attempts left)");
	pty_expect(&p, "no attempts left; reboot to try again");
	assert_ends(b, &p, ES_EXIT_LOCKED);
	sealed_assert_shut(b, "pcr-mismatch");
}

static void giving_up_ends_with_the_refusal(void **state)
{
	struct sealed *b = *state;
	struct pty p;

	ask(b, &p);
	pty_type(&p, "\r");
	pty_expect(&p, "no recovery key was given");
	assert_ends(b, &p, ES_EXIT_LOCKED);
	sealed_assert_shut(b, "pcr-mismatch");
}

/* encryption.info with another text in it: the TPM gives the key, the MAC doesn't fit, and no key mends that. */
static void a_tampered_info_stays_shut_also_to_the_recovery_key(void **state)
{
	struct sealed *b = *state;
	struct pty p;

	sealed_shell("sed -i 's/\"exec_installed_only\": false/\"exec_installed_only\": true/' "
		     "%s/etcseal/bank*/encryption.info",
		     b->m.boot_dir);
	sealed_power_on(b, machine_usual_boot.image);
	pty_start(&p, unlock_at, b);
	pty_expect(&p, "locked: encryption.info failed its integrity check");
	pty_expect(&p, "groups  1 to  4: ");
	pty_type(&p, b->recovery);
	pty_type(&p, "\r");
	pty_expect(&p, "not opened: encryption.info failed its integrity check");
	assert_ends(b, &p, ES_EXIT_TAMPERED);
	sealed_assert_shut(b, "info-tampered");
}

static void where_no_bank_is_whole_nobody_is_asked(void **state)
{
	struct sealed *b = *state;
	struct pty p;

	sealed_shell("for f in %s/etcseal/bank*/config.cms; do echo x >>$f; done", b->m.boot_dir);
	sealed_power_on(b, machine_usual_boot.image);
	pty_start(&p, unlock_at, b);
	pty_expect(&p, "locked: no bank on the boot partition is intact");
	assert_ends(b, &p, ES_EXIT_TAMPERED);
	assert_null(strstr(p.out, "type the recovery key"));
	sealed_assert_shut(b, "banks-damaged");
}

/* Nobody is asked anything: the boot goes on, and the line stands there all the same. */
static void expect_opened(struct sealed *b, const char *damage)
{
	struct pty p;

	sealed_power_on(b, machine_usual_boot.image);
	pty_start(&p, unlock_at, b);
	pty_expect(&p, damage);
	pty_expect(&p, "opened by the TPM, generation ");
	assert_ends(b, &p, ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_TPM);
	assert_int_equal(es_keyring_drop_named(ES_KEYRING_NAME), ES_OK);
	sealed_shell("umount %s", b->ram);
}

static void a_damaged_bank_beside_a_good_one_is_named_at_the_console(void **state)
{
	struct sealed *b = *state;

	sealed_shell("cp -r %s/etcseal %s/whole && echo x >>%s/etcseal/bank0/config.cms", b->m.boot_dir, b->m.folder,
		     b->m.boot_dir);
	expect_opened(b, "etcseal: bank0 is damaged (config.cms: ");
	sealed_shell("cd %s && rm -r etcseal/bank0 && cp -r ../whole/bank0 etcseal/ && : >etcseal/bank1/measured.log",
		     b->m.boot_dir);
	expect_opened(b,
		      "etcseal: bank1 is damaged (measured.log: its SHA-256 differs from the one in encryption.info), "
		      "so bank0 is used. `etcseal backup` rewrites bank1");
	sealed_shell("cd %s/etcseal/bank1 && printf '{ \33[2J' >encryption.info", b->m.boot_dir);
	expect_opened(b, "etcseal: bank1 is damaged (encryption.info: ");
	sealed_shell("rm -r %s/etcseal/bank1", b->m.boot_dir);
	expect_opened(b, "etcseal: bank1 is damaged (its folder is missing, or empty), so bank0 is used");
}

static void whole_banks_are_not_spoken_of(void **state)
{
	struct sealed *b = *state;
	struct pty p;

	sealed_power_on(b, machine_usual_boot.image);
	pty_start(&p, unlock_at, b);
	pty_expect(&p, "opened by the TPM, generation ");
	assert_ends(b, &p, ES_EXIT_DONE);
	assert_null(strstr(p.out, "bank"));
}

/* What was sealed first is put back after two more saves. */
static void roll_back(struct sealed *b)
{
	struct es_pack_report report;

	sealed_shell("cp -r %s/etcseal %s/first", b->m.boot_dir, b->m.folder);
	for (int i = 0; i < 2; i++) {
		ES_HOST host = machine_host(&b->m);

		assert_int_equal(machine_backup(host, &report), ES_OK);
	}
	sealed_shell("rm -r %s/etcseal && mv %s/first %s/etcseal", b->m.boot_dir, b->m.folder, b->m.boot_dir);
	sealed_power_on(b, machine_usual_boot.image);
}

static void an_old_configuration_is_opened_only_if_its_owner_agrees(void **state)
{
	static const char *const noes[] = { "\r", "yes\r", "olds\r", "ol\r", "\x04" };
	struct sealed *b = *state;
	struct pty p;

	roll_back(b);
	for (size_t i = 0; i <= sizeof noes / sizeof noes[0]; i++) {
		bool agrees = i == sizeof noes / sizeof noes[0];

		sealed_power_on(b, machine_usual_boot.image);
		pty_start(&p, unlock_at, b);
		pty_expect(&p, "locked: the configuration is older than the newest");
		pty_expect(&p, "the TPM's counter is at ");
		pty_expect(&p, "groups  1 to  4: ");
		pty_type(&p, b->recovery);
		pty_type(&p, "\r");
		pty_expect(&p, "not opened: the configuration is older than the newest");
		pty_expect(&p, "type OLD, or Enter: ");
		pty_type(&p, agrees ? "xx\b\bOld\r" : noes[i]);
		pty_expect(&p, agrees ? "opened by the recovery key, generation " : "nobody agreed to that");
		if (agrees)
			pty_expect(&p, "this configuration is OLD: generation ");
		assert_ends(b, &p, agrees ? ES_EXIT_DONE : ES_EXIT_TAMPERED);
		if (!agrees)
			sealed_assert_shut(b, "rolled-back");
	}
	sealed_assert_opened(b, ES_OPENED_BY_RECOVERY);
	assert_int_equal(b->record.freshness, ES_FRESHNESS_OLD);
	assert_int_equal(b->record.consent, ES_CONSENT_OLD);
	assert_true(b->record.has_counter && b->record.counter > b->record.generation);
}

static void the_newest_configuration_is_said_to_be_that(void **state)
{
	struct sealed *b = *state;
	struct pty p;

	ask(b, &p);
	pty_type(&p, b->recovery);
	pty_type(&p, "\r");
	pty_expect(&p, "opened by the recovery key, generation ");
	pty_expect(&p, "this configuration is the newest that the TPM has counted");
	assert_ends(b, &p, ES_EXIT_DONE);
	sealed_assert_opened(b, ES_OPENED_BY_RECOVERY);
	assert_int_equal(b->record.freshness, ES_FRESHNESS_NEWEST);
	assert_int_equal(b->record.consent, ES_CONSENT_NONE);
}

static void a_host_whose_configuration_is_gone_starts_only_if_its_owner_agrees(void **state)
{
	struct sealed *b = *state;
	struct pty p;

	sealed_shell("rm -r %s/etcseal/bank0 %s/etcseal/bank1", b->m.boot_dir, b->m.boot_dir);
	for (int agrees = 0; agrees < 2; agrees++) {
		sealed_power_on(b, machine_usual_boot.image);
		pty_start(&p, unlock_at, b);
		pty_expect(&p, "locked: this host was configured, but its boot partition has no configuration");
		pty_expect(&p, "the TPM's counter is at ");
		pty_expect(&p, "type NEW, or Enter: ");
		pty_type(&p, agrees ? "new\r" : "old\r");
		pty_expect(&p, agrees ? "this host isn't configured" : "nobody agreed to that");
		assert_ends(b, &p, agrees ? ES_EXIT_NOT_CONFIGURED : ES_EXIT_TAMPERED);
		if (!agrees)
			sealed_assert_shut(b, "configuration-gone");
	}
	sealed_read_record(b);
	assert_int_equal(b->record.state, ES_BOOT_UNCONFIGURED);
	assert_int_equal(b->record.consent, ES_CONSENT_NEW_HOST);
	assert_string_equal(b->record.refusal, "configuration-gone");
	assert_true(b->record.fenced);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f, setup) cmocka_unit_test_setup_teardown(f, setup, sealed_remove)
		TEST(the_recovery_key_typed_at_the_console_opens, sealed_to_tpm),
		TEST(wrong_keys_are_counted_and_end_with_the_refusal, sealed_to_tpm),
		TEST(giving_up_ends_with_the_refusal, sealed_to_tpm),
		TEST(a_tampered_info_stays_shut_also_to_the_recovery_key, sealed_to_tpm),
		TEST(where_no_bank_is_whole_nobody_is_asked, sealed_to_tpm),
		TEST(a_damaged_bank_beside_a_good_one_is_named_at_the_console, sealed_to_tpm),
		TEST(whole_banks_are_not_spoken_of, sealed_to_tpm),
		TEST(an_old_configuration_is_opened_only_if_its_owner_agrees, sealed_to_tpm),
		TEST(the_newest_configuration_is_said_to_be_that, sealed_to_tpm),
		TEST(a_host_whose_configuration_is_gone_starts_only_if_its_owner_agrees, sealed_to_tpm),
	};

	return cmocka_run_group_tests(tests, mounts_own, NULL);
}
