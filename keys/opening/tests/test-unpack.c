/* SPDX-License-Identifier: Apache-2.0 */
/* Mixed or damaged banks on the boot partition, and what a boot does with them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/bank_scene.h"

#include "keys/core/labels.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void one_damaged_bank_is_skipped(void **state)
{
	static const char *const damages[] = {
		"rm -r $b",
		"rm $b/config.cms",
		"rm $b/encryption.info",
		"truncate -s 100 $b/encryption.info",
		"truncate -s 10 $b/config.cms",
		"head -c 5000 /dev/urandom > $b/config.cms",
		"head -c 5000 /dev/urandom > $b/encryption.info",
		"head -c 5000 /dev/urandom > $b/measured.log",
		"printf x >> $b/config.cms",
		"head -c 70000 /dev/zero > $b/encryption.info",
	};
	struct bank_scene s;

	(void)state;
	bank_scene_start(&s, true);
	bank_scene_shell(&s, "cp -a bank0 ../good0 && cp -a bank1 ../good1");
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
		for (unsigned bank = 0; bank < 2; bank++) {
			bank_scene_shell(&s, "b=bank%u && %s", bank, damages[i]);
			assert_int_equal(bank_scene_boot(&s), ES_OK);
			assert_true(machine_has(&s.m, "etc/secret", "first\n"));
			bank_scene_shell(&s, "rm -rf bank0 bank1 && cp -a ../good0 bank0 && cp -a ../good1 bank1");
		}
	machine_stop(&s.m);
}

static void with_both_banks_damaged_nothing_opens_and_nothing_is_overwritten(void **state)
{
	struct bank_scene s;

	(void)state;
	bank_scene_start(&s, true);
	bank_scene_shell(&s, "truncate -s 10 bank0/config.cms && truncate -s 10 bank1/config.cms");
	assert_int_equal(bank_scene_boot(&s), ES_BANKS_DAMAGED);
	assert_true(s.record.fenced);
	assert_int_equal(bank_scene_recover(&s, false), ES_BANKS_DAMAGED);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_BANKS_DAMAGED);
	bank_scene_shell(&s, "test $(stat -c %%s bank0/config.cms) = 10");
	machine_stop(&s.m);
}

static void edited_or_mixed_banks_are_noticed(void **state)
{
	struct bank_scene s;

	(void)state;
	bank_scene_start(&s, true);
	bank_scene_shell(&s, "cp -a bank0 ../old0 && cp -a bank1 ../old1");
	bank_scene_backup(&s, "second\n");
	/* One digit of the MAC, in both banks, so that neither is left. */
	bank_scene_shell(&s, "for b in bank0 bank1; do sed -i '$ { s/0/1/; t; s/1/0/ }' $b/encryption.info; done");
	assert_int_equal(bank_scene_boot(&s), ES_TAMPERED_INFO);
	assert_true(s.record.fenced);
	assert_false(machine_has(&s.m, "etc/secret", "second\n"));
	assert_int_equal(bank_scene_recover(&s, false), ES_TAMPERED_INFO);
	machine_stop(&s.m);
}

static void a_kdf_bank_beside_our_counter_is_a_downgrade(void **state)
{
	struct bank_scene s, attacker;

	(void)state;
	bank_scene_start(&s, true);
	/* The attacker makes an archive of their own, which takes no secret. */
	machine_start(&attacker.m, false);
	attacker.m.uuid = s.m.uuid;
	assert_int_equal(bank_scene_boot(&attacker), ES_NOT_CONFIGURED);
	machine_write(&attacker.m, "etc/secret", "the attacker's\n");
	assert_int_equal(machine_init(&attacker.m, true, attacker.recovery), ES_OK);
	bank_scene_shell(&s, "rm -r bank0 bank1 && cp -a %s/" ES_BANK_FOLDER "/bank0 %s/" ES_BANK_FOLDER "/bank1 .",
			 attacker.m.boot_dir, attacker.m.boot_dir);
	assert_int_equal(bank_scene_boot(&s), ES_DOWNGRADE);
	assert_false(machine_has(&s.m, "etc/secret", "the attacker's\n"));
	machine_stop(&attacker.m);
	machine_stop(&s.m);
}

static void without_a_tpm_the_kdf_opens_only_on_its_machine(void **state)
{
	struct bank_scene s;

	(void)state;
	bank_scene_start(&s, false);
	assert_int_equal(bank_scene_boot(&s), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_KDF);
	assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	s.m.uuid = "4c4c4544-0043-5910-8054-b7c04f4e9999";
	assert_int_equal(bank_scene_boot(&s), ES_LOCKED_MACHINE);
	assert_int_equal(bank_scene_recover(&s, false), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_damaged_bank_is_skipped),
		cmocka_unit_test(with_both_banks_damaged_nothing_opens_and_nothing_is_overwritten),
		cmocka_unit_test(edited_or_mixed_banks_are_noticed),
		cmocka_unit_test(a_kdf_bank_beside_our_counter_is_a_downgrade),
		cmocka_unit_test(without_a_tpm_the_kdf_opens_only_on_its_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
