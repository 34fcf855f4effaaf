/* SPDX-License-Identifier: Apache-2.0 */
/* What is put back, mixed or damaged on the boot partition, and what a boot makes of it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/testlib/machine.h"

#include "keys/core/labels.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scene {
	struct machine m;
	struct es_boot_record record;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

__attribute__((format(printf, 2, 3))) static void in_boot_dir(struct scene *s, const char *format, ...)
{
	char line[600];
	va_list args;
	int n = snprintf(line, sizeof line, "cd %s/" ES_BANK_FOLDER " && ", s->m.boot_dir);

	va_start(args, format);
	vsnprintf(line + n, sizeof line - (size_t)n, format, args);
	va_end(args);
	assert_int_equal(system(line), 0);
}

static void backup(struct scene *s, const char *text)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;

	machine_write(&s->m, "etc/secret", text);
	assert_int_equal(es_host_backup(host, &report), ES_OK);
}

static enum es_reason boot(struct scene *s)
{
	return machine_boot(&s->m, &machine_usual_boot, NULL, &s->record);
}

static enum es_reason recovery_boot(struct scene *s)
{
	struct machine_boot b = machine_usual_boot;

	b.recovery = true;
	return machine_boot(&s->m, &b, s->recovery, &s->record);
}

static void scene_start(struct scene *s, bool with_tpm)
{
	machine_start(&s->m, with_tpm);
	assert_int_equal(boot(s), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
}

static void an_old_generation_is_refused_and_opens_with_the_recovery_key(void **state)
{
	struct scene s;

	(void)state;
	scene_start(&s, true);
	in_boot_dir(&s, "cp -a bank0 ../old0 && cp -a bank1 ../old1");
	backup(&s, "second\n");
	in_boot_dir(&s, "rm -r bank0 bank1 && mv ../old0 bank0 && mv ../old1 bank1");
	assert_int_equal(boot(&s), ES_ROLLED_BACK);
	assert_true(s.record.fenced);
	assert_false(machine_has(&s.m, "etc/secret", "first\n"));
	assert_int_equal(recovery_boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	/* And goes on from there. */
	backup(&s, "third\n");
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "third\n"));
	machine_stop(&s.m);
}

static void deleting_the_counter_and_making_it_again_gains_nothing(void **state)
{
	struct scene s;

	(void)state;
	scene_start(&s, true);
	in_boot_dir(&s, "cp -a bank0 ../old0 && cp -a bank1 ../old1");
	backup(&s, "second\n");
	in_boot_dir(&s, "rm -r bank0 bank1 && mv ../old0 bank0 && mv ../old1 bank1");
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvundefine -C o 0x0180e5ea", NULL, 0);
	assert_int_equal(boot(&s), ES_COUNTER_MISSING);
	es_swtpm_tool_ok(s.m.tpm,
			 "tpm2_nvdefine -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' 0x0180e5ea && "
			 "tpm2_nvincrement -C 0x0180e5ea 0x0180e5ea",
			 NULL, 0);
	assert_true(boot(&s) != ES_OK);
	assert_false(machine_has(&s.m, "etc/secret", "first\n"));
	assert_int_equal(recovery_boot(&s), ES_OK);
	machine_stop(&s.m);
}

static void one_damaged_bank_is_passed_over(void **state)
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
	struct scene s;

	(void)state;
	scene_start(&s, true);
	in_boot_dir(&s, "cp -a bank0 ../good0 && cp -a bank1 ../good1");
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
		for (unsigned bank = 0; bank < 2; bank++) {
			in_boot_dir(&s, "b=bank%u && %s", bank, damages[i]);
			assert_int_equal(boot(&s), ES_OK);
			assert_true(machine_has(&s.m, "etc/secret", "first\n"));
			in_boot_dir(&s, "rm -rf bank0 bank1 && cp -a ../good0 bank0 && cp -a ../good1 bank1");
		}
	machine_stop(&s.m);
}

static void with_both_banks_damaged_nothing_opens_and_nothing_is_overwritten(void **state)
{
	struct scene s;

	(void)state;
	scene_start(&s, true);
	in_boot_dir(&s, "truncate -s 10 bank0/config.cms && truncate -s 10 bank1/config.cms");
	assert_int_equal(boot(&s), ES_BANKS_DAMAGED);
	assert_true(s.record.fenced);
	assert_int_equal(recovery_boot(&s), ES_BANKS_DAMAGED);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_BANKS_DAMAGED);
	in_boot_dir(&s, "test $(stat -c %%s bank0/config.cms) = 10");
	machine_stop(&s.m);
}

static void a_first_commit_that_was_cut_leaves_a_host_that_can_be_sealed(void **state)
{
	struct scene s;

	(void)state;
	machine_start(&s.m, true);
	assert_int_equal(boot(&s), ES_NOT_CONFIGURED);
	machine_write(&s.m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	/* Everything but encryption.info, which comes last. */
	in_boot_dir(&s, "rm -r bank1 bank0/encryption.info");
	assert_int_equal(boot(&s), ES_NOT_CONFIGURED);
	machine_write(&s.m, "etc/secret", "again\n");
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "again\n"));
	machine_stop(&s.m);
}

/* A commit that was cut: written, not counted. */
static void a_generation_one_ahead_of_the_counter_opens_and_is_counted(void **state)
{
	struct scene s;
	uint64_t counter;

	(void)state;
	scene_start(&s, true);
	in_boot_dir(&s, "cp -a bank0 ../old0");
	/* The TPM of before the commit with the banks of after it is what a cut in between leaves. */
	es_swtpm_tool_ok(s.m.tpm, "cp tpm2-00.permall before", NULL, 0);
	backup(&s, "second\n");
	es_swtpm_tool_ok(s.m.tpm, "cp before tpm2-00.permall", NULL, 0);
	in_boot_dir(&s, "rm -r bank0 && mv ../old0 bank0");
	assert_int_equal(boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "second\n"));
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_counter(host, &counter), ES_OK);
		assert_int_equal(counter, s.record.generation);
	}
	assert_int_equal(boot(&s), ES_OK);
	machine_stop(&s.m);
}

static void edited_or_mixed_banks_are_noticed(void **state)
{
	struct scene s;

	(void)state;
	scene_start(&s, true);
	in_boot_dir(&s, "cp -a bank0 ../old0 && cp -a bank1 ../old1");
	backup(&s, "second\n");
	/* One digit of the MAC; both banks, so that neither is left. */
	in_boot_dir(&s, "for b in bank0 bank1; do sed -i '$ { s/0/1/; t; s/1/0/ }' $b/encryption.info; done");
	assert_int_equal(boot(&s), ES_TAMPERED_INFO);
	assert_true(s.record.fenced);
	assert_false(machine_has(&s.m, "etc/secret", "second\n"));
	assert_int_equal(recovery_boot(&s), ES_TAMPERED_INFO);
	machine_stop(&s.m);
}

static void a_kdf_bank_beside_our_counter_is_a_downgrade(void **state)
{
	struct scene s, attacker;

	(void)state;
	scene_start(&s, true);
	/* The attacker makes an archive of his own, which needs no secret. */
	machine_start(&attacker.m, false);
	attacker.m.uuid = s.m.uuid;
	assert_int_equal(boot(&attacker), ES_NOT_CONFIGURED);
	machine_write(&attacker.m, "etc/secret", "the attacker's\n");
	assert_int_equal(machine_init(&attacker.m, true, attacker.recovery), ES_OK);
	in_boot_dir(&s, "rm -r bank0 bank1 && cp -a %s/" ES_BANK_FOLDER "/bank0 %s/" ES_BANK_FOLDER "/bank1 .",
		    attacker.m.boot_dir, attacker.m.boot_dir);
	assert_int_equal(boot(&s), ES_DOWNGRADE);
	assert_false(machine_has(&s.m, "etc/secret", "the attacker's\n"));
	machine_stop(&attacker.m);
	machine_stop(&s.m);
}

static void without_a_tpm_the_kdf_opens_on_its_machine_alone(void **state)
{
	struct scene s;

	(void)state;
	scene_start(&s, false);
	assert_int_equal(boot(&s), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_KDF);
	assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	s.m.uuid = "4c4c4544-0043-5910-8054-b7c04f4e9999";
	assert_int_equal(boot(&s), ES_LOCKED_MACHINE);
	assert_int_equal(recovery_boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_generation_is_refused_and_opens_with_the_recovery_key),
		cmocka_unit_test(deleting_the_counter_and_making_it_again_gains_nothing),
		cmocka_unit_test(one_damaged_bank_is_passed_over),
		cmocka_unit_test(with_both_banks_damaged_nothing_opens_and_nothing_is_overwritten),
		cmocka_unit_test(a_first_commit_that_was_cut_leaves_a_host_that_can_be_sealed),
		cmocka_unit_test(a_generation_one_ahead_of_the_counter_opens_and_is_counted),
		cmocka_unit_test(edited_or_mixed_banks_are_noticed),
		cmocka_unit_test(a_kdf_bank_beside_our_counter_is_a_downgrade),
		cmocka_unit_test(without_a_tpm_the_kdf_opens_on_its_machine_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
