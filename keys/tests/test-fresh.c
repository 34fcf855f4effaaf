/* SPDX-License-Identifier: Apache-2.0 */
/* What distinguishes an old configuration from a new one, and no configuration from a missing one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/bank_scene.h"

#include <string.h>

static void an_old_generation_opens_only_with_the_recovery_key_and_consent(void **state)
{
	struct bank_scene s;
	uint64_t newest;

	(void)state;
	bank_scene_start(&s, true);
	bank_scene_shell(&s, "cp -a bank0 ../old0 && cp -a bank1 ../old1");
	bank_scene_backup(&s, "second\n");
	assert_int_equal(bank_scene_boot(&s), ES_OK);
	newest = s.record.generation;
	assert_int_equal(s.record.freshness, ES_FRESHNESS_NEWEST);
	bank_scene_shell(&s, "rm -r bank0 bank1 && mv ../old0 bank0 && mv ../old1 bank1");
	assert_int_equal(bank_scene_boot(&s), ES_ROLLED_BACK);
	assert_true(s.record.fenced);
	assert_false(machine_has(&s.m, "etc/secret", "first\n"));
	/* The recovery key alone isn't consent. */
	assert_int_equal(bank_scene_recover(&s, false), ES_ROLLED_BACK);
	assert_false(machine_has(&s.m, "etc/secret", "first\n"));
	assert_string_equal(s.record.refusal, "rolled-back");
	assert_int_equal(bank_scene_recover(&s, true), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	assert_int_equal(s.record.freshness, ES_FRESHNESS_OLD);
	assert_int_equal(s.record.consent, ES_CONSENT_OLD);
	assert_true(s.record.has_counter);
	assert_int_equal(s.record.counter, newest);
	assert_int_equal(s.record.generation, newest - 1);
	/* And goes on from there. */
	bank_scene_backup(&s, "third\n");
	assert_int_equal(bank_scene_boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "third\n"));
	machine_stop(&s.m);
}

static void deleting_the_counter_and_making_it_again_gains_nothing(void **state)
{
	struct bank_scene s;

	(void)state;
	bank_scene_start(&s, true);
	bank_scene_shell(&s, "cp -a bank0 ../old0 && cp -a bank1 ../old1");
	bank_scene_backup(&s, "second\n");
	bank_scene_shell(&s, "rm -r bank0 bank1 && mv ../old0 bank0 && mv ../old1 bank1");
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvundefine -C o 0x0180e5ea", NULL, 0);
	assert_int_equal(bank_scene_boot(&s), ES_COUNTER_MISSING);
	es_swtpm_tool_ok(s.m.tpm,
			 "tpm2_nvdefine -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' 0x0180e5ea && "
			 "tpm2_nvincrement -C 0x0180e5ea 0x0180e5ea",
			 NULL, 0);
	assert_true(bank_scene_boot(&s) != ES_OK);
	assert_false(machine_has(&s.m, "etc/secret", "first\n"));
	assert_true(bank_scene_recover(&s, false) != ES_OK);
	assert_int_equal(bank_scene_recover(&s, true), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "first\n"));
	machine_stop(&s.m);
}

/* A board was replaced: nothing was counted here, and the owner knows it. */
static void a_tpm_without_a_counter_requires_no_consent(void **state)
{
	struct bank_scene s;

	(void)state;
	bank_scene_start(&s, true);
	es_swtpm_replace(s.m.tpm);
	assert_int_equal(bank_scene_boot(&s), ES_TPM_CLEARED);
	assert_int_equal(bank_scene_recover(&s, false), ES_OK);
	assert_int_equal(s.record.freshness, ES_FRESHNESS_UNKNOWN);
	assert_int_equal(s.record.consent, ES_CONSENT_NONE);
	machine_stop(&s.m);
}

/* This host's own TPM then looks like another one. But once a bank was vouched for, the counter is read with the bank's
 * own storage key. */
static void a_planted_srk_does_not_hide_the_age_of_a_bank(void **state)
{
	struct bank_scene s;

	(void)state;
	bank_scene_start(&s, true);
	bank_scene_shell(&s, "cp -a bank1 ../old1");
	bank_scene_backup(&s, "second\n");
	bank_scene_shell(&s, "rm -r bank1 && mv ../old1 bank1");
	/* Another point of the curve, only in bank0, which is read first. */
	bank_scene_shell(&s, "k=$(sed -n 's/.*\"srk\": \"\\(.*\\)\".*/\\1/p' bank0/encryption.info) && "
			     "l=$(( $(printf %%s $k | base64 -d | wc -c) )) && "
			     "n=$( (printf %%s $k | base64 -d | head -c $((l - 1)); printf '\\001') | base64 -w0) && "
			     "sed -i \"s|$k|$n|\" bank0/encryption.info");
	assert_int_equal(bank_scene_boot(&s), ES_TPM_OTHER);
	assert_int_equal(bank_scene_recover(&s, false), ES_ROLLED_BACK);
	assert_int_equal(s.record.freshness, ES_FRESHNESS_OLD);
	machine_stop(&s.m);
}

/* As an init leaves it that was interrupted before it incremented the counter: with nothing written yet, with a part of
 * its first bank, or with all of it. */
static void an_interrupted_first_commit_leaves_a_host_that_can_be_sealed(void **state)
{
	static const char *const left[] = { "rm -r bank0 bank1", "rm -r bank1 bank0/encryption.info", "rm -r bank1",
					    "rm -r bank0" };
	struct bank_scene s;

	(void)state;
	for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
		bank_scene_start(&s, true);
		bank_scene_shell(&s, "%s", left[i]);
		es_swtpm_tool_ok(s.m.tpm,
				 "tpm2_nvundefine -C o 0x0180e5ea && tpm2_nvdefine -C o -s 8 -a "
				 "'authread|authwrite|no_da|nt=counter' 0x0180e5ea",
				 NULL, 0);
		assert_int_equal(bank_scene_boot(&s), ES_NOT_CONFIGURED);
		{
			ES_HOST host = machine_host(&s.m);

			assert_true(es_host_awaits_init(host));
		}
		machine_write(&s.m, "etc/secret", "again\n");
		assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
		assert_int_equal(bank_scene_boot(&s), ES_OK);
		assert_true(machine_has(&s.m, "etc/secret", "again\n"));
		assert_int_equal(bank_scene_recover(&s, false), ES_OK);
		machine_stop(&s.m);
	}
}

/* With two banks, that init had finished, and someone made its counter again. */
static void a_counter_made_again_and_never_incremented_opens_nothing(void **state)
{
	struct bank_scene s;

	(void)state;
	bank_scene_start(&s, true);
	es_swtpm_tool_ok(s.m.tpm,
			 "tpm2_nvundefine -C o 0x0180e5ea && tpm2_nvdefine -C o -s 8 -a "
			 "'authread|authwrite|no_da|nt=counter' 0x0180e5ea",
			 NULL, 0);
	assert_int_equal(bank_scene_boot(&s), ES_COUNTER_UNCOUNTED);
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_ALREADY_CONFIGURED);
	assert_int_equal(bank_scene_recover(&s, false), ES_COUNTER_UNCOUNTED);
	assert_int_equal(bank_scene_recover(&s, true), ES_OK);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(machine_set_mode(host, ES_MODE_TPM, NULL), ES_OK);
	}
	assert_int_equal(bank_scene_boot(&s), ES_OK);
	machine_stop(&s.m);
}

static void a_host_whose_configuration_is_gone_is_not_a_new_host(void **state)
{
	static const char *const gone[] = { "rm -r bank0 bank1", "rm bank0/encryption.info && rm -r bank1",
					    "rm bank1/encryption.info && rm -r bank0" };
	struct machine_boot agreed = machine_usual_boot, allowed = machine_usual_boot;
	struct bank_scene s;

	(void)state;
	agreed.consent = true;
	allowed.pins = "quiet etcseal.first-boot";
	bank_scene_start(&s, true);
	bank_scene_shell(&s, "cp -a . ../all");
	for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
		bank_scene_shell(&s, "%s", gone[i]);
		assert_int_equal(bank_scene_boot(&s), ES_CONFIG_GONE);
		assert_true(s.record.fenced);
		assert_int_equal(s.record.state, ES_BOOT_LOCKED);
		assert_int_equal(bank_scene_recover(&s, false), ES_CONFIG_GONE);
		assert_int_equal(machine_boot(&s.m, &allowed, NULL, &s.record), ES_NOT_CONFIGURED);
		bank_scene_shell(&s, "rm -rf bank0 bank1 && cp -a ../all/bank0 ../all/bank1 .");
		assert_int_equal(bank_scene_boot(&s), ES_OK);
	}
	/* Both are there without it: the remains of a configuration, whatever the TPM says. */
	bank_scene_shell(&s, "rm bank0/encryption.info bank1/encryption.info");
	assert_int_equal(bank_scene_boot(&s), ES_BANKS_DAMAGED);
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvundefine -C o 0x0180e5ea", NULL, 0);
	assert_int_equal(bank_scene_boot(&s), ES_BANKS_DAMAGED);
	bank_scene_shell(&s, "rm -rf bank0 bank1");
	assert_int_equal(bank_scene_boot(&s), ES_NOT_CONFIGURED);
	machine_stop(&s.m);

	bank_scene_start(&s, true);
	bank_scene_shell(&s, "rm -r bank0 bank1");
	assert_int_equal(machine_boot(&s.m, &agreed, NULL, &s.record), ES_NOT_CONFIGURED);
	assert_int_equal(s.record.consent, ES_CONSENT_NEW_HOST);
	machine_write(&s.m, "etc/secret", "again\n");
	assert_int_equal(machine_init(&s.m, false, s.recovery), ES_OK);
	assert_int_equal(bank_scene_boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "again\n"));
	machine_stop(&s.m);
}

/* An interrupted commit: written, but not counted. */
static void a_generation_one_ahead_of_the_counter_opens_and_is_counted(void **state)
{
	struct bank_scene s;
	uint64_t counter;

	(void)state;
	bank_scene_start(&s, true);
	bank_scene_shell(&s, "cp -a bank0 ../old0");
	/* The TPM from before the commit and the banks from after it are what an interruption in between leaves. */
	es_swtpm_tool_ok(s.m.tpm, "cp tpm2-00.permall before", NULL, 0);
	bank_scene_backup(&s, "second\n");
	es_swtpm_tool_ok(s.m.tpm, "cp before tpm2-00.permall", NULL, 0);
	bank_scene_shell(&s, "rm -r bank0 && mv ../old0 bank0");
	assert_int_equal(bank_scene_boot(&s), ES_OK);
	assert_true(machine_has(&s.m, "etc/secret", "second\n"));
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_counter(host, &counter), ES_OK);
		assert_int_equal(counter, s.record.generation);
	}
	assert_int_equal(bank_scene_boot(&s), ES_OK);
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_generation_opens_only_with_the_recovery_key_and_consent),
		cmocka_unit_test(deleting_the_counter_and_making_it_again_gains_nothing),
		cmocka_unit_test(a_tpm_without_a_counter_requires_no_consent),
		cmocka_unit_test(a_planted_srk_does_not_hide_the_age_of_a_bank),
		cmocka_unit_test(an_interrupted_first_commit_leaves_a_host_that_can_be_sealed),
		cmocka_unit_test(a_counter_made_again_and_never_incremented_opens_nothing),
		cmocka_unit_test(a_host_whose_configuration_is_gone_is_not_a_new_host),
		cmocka_unit_test(a_generation_one_ahead_of_the_counter_opens_and_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
