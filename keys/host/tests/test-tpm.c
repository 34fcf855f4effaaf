/* SPDX-License-Identifier: Apache-2.0 */
/* Which TPM a running host seals to if the one that answers isn't the one it knew. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/change/require.h"
#include "keys/tests/lib/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scene {
	struct machine m;
	struct es_boot_record record;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

static enum es_reason boot(struct scene *s, const char *recovery)
{
	return machine_boot(&s->m, &machine_usual_boot, recovery, &s->record);
}

/* Sealed, and opened by the TPM. */
static void sealed(struct scene *s)
{
	machine_start(&s->m, true);
	assert_int_equal(boot(s, NULL), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
	assert_int_equal(boot(s, NULL), ES_OK);
}

static void keep_banks(struct scene *s, const char *verb)
{
	char command[700];

	snprintf(command, sizeof command, "%s %s/" ES_BANK_FOLDER " %s/kept", verb, s->m.boot_dir, s->m.folder);
	assert_int_equal(system(command), 0);
}

static enum es_reason set_mode(struct scene *s, enum es_mode mode, bool *ret_new)
{
	ES_HOST host = machine_host(&s->m);
	enum es_reason r = machine_set_mode(host, mode, NULL);

	*ret_new = es_host_new_tpm(host);
	return r;
}

static enum es_reason require_no_secure_boot(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);

	return es_host_require_secure_boot(host, false);
}

static void another_tpm_is_taken_after_a_recovery_boot_and_on_purpose_only(void **state)
{
	struct scene s;
	bool new_tpm;

	(void)state;
	sealed(&s);
	es_swtpm_replace(s.m.tpm);
	assert_int_equal(boot(&s, NULL), ES_TPM_CLEARED); /* a fresh one has no storage key at all */
	assert_int_equal(boot(&s, s.recovery), ES_OK);
	keep_banks(&s, "cp -r");
	assert_int_equal(require_no_secure_boot(&s), ES_TPM_CLEARED);
	keep_banks(&s, "diff -r");
	assert_int_equal(set_mode(&s, ES_MODE_TPM, &new_tpm), ES_OK);
	assert_true(new_tpm);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	assert_int_equal(require_no_secure_boot(&s), ES_OK); /* and that one is the host's TPM from now on */
	assert_int_equal(boot(&s, NULL), ES_OK);
	machine_stop(&s.m);
}

static void the_tpm_of_before_is_not_called_another(void **state)
{
	struct scene s;
	bool new_tpm = true;

	(void)state;
	sealed(&s);
	assert_int_equal(set_mode(&s, ES_MODE_TPM, &new_tpm), ES_OK);
	assert_false(new_tpm);
	assert_int_equal(boot(&s, NULL), ES_OK);
	machine_stop(&s.m);
}

static void one_that_takes_its_place_while_the_host_runs_is_refused_unless_it_was_the_owner(void **state)
{
	struct scene s;
	bool new_tpm;

	(void)state;
	sealed(&s);
	keep_banks(&s, "cp -r");
	es_swtpm_clear(s.m.tpm);
	assert_int_equal(set_mode(&s, ES_MODE_TPM, &new_tpm), ES_TPM_CLEARED);
	es_swtpm_replace(s.m.tpm);
	es_swtpm_tool_ok(s.m.tpm,
			 "tpm2_createprimary -C o -G ecc256:aes128cfb -c p.ctx && tpm2_flushcontext -t && "
			 "tpm2_evictcontrol -C o -c p.ctx 0x81000001 && tpm2_flushcontext -t",
			 NULL, 0);
	assert_int_equal(set_mode(&s, ES_MODE_TPM, &new_tpm), ES_TPM_OTHER);
	assert_false(new_tpm);
	keep_banks(&s, "diff -r");
	{
		ES_HOST host = machine_host(&s.m);

		es_host_allow_new_tpm(host);
		assert_int_equal(machine_set_mode(host, ES_MODE_TPM, NULL), ES_OK);
		assert_true(es_host_new_tpm(host));
	}
	assert_int_equal(boot(&s, NULL), ES_OK);
	machine_stop(&s.m);
}

/* The previous TPM's counter is gone with it, so the kdf banks aren't a downgrade. */
static void a_cleared_tpm_is_no_hindrance_to_mode_kdf(void **state)
{
	struct scene s;
	bool new_tpm;

	(void)state;
	sealed(&s);
	es_swtpm_clear(s.m.tpm);
	assert_int_equal(set_mode(&s, ES_MODE_KDF, &new_tpm), ES_OK);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_KDF);
	machine_stop(&s.m);
}

/* A proxy that reports a higher or lower counter would choose the number of the next generation. */
static void the_counter_is_that_of_the_pinned_tpm(void **state)
{
	struct scene s;
	uint64_t value;

	(void)state;
	sealed(&s);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_counter(host, &value), ES_OK);
	}
	es_swtpm_replace(s.m.tpm);
	es_swtpm_tool_ok(s.m.tpm,
			 "tpm2_nvdefine -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' 0x0180e5ea && "
			 "tpm2_nvincrement -C 0x0180e5ea 0x0180e5ea",
			 NULL, 0);
	{
		ES_HOST host = machine_host(&s.m);

		assert_int_equal(es_host_counter(host, &value), ES_TPM_CLEARED);
	}
	machine_stop(&s.m);
}

static enum es_reason save(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;

	return machine_backup(host, &report);
}

static void shell(struct scene *s, const char *words)
{
	char command[700];

	snprintf(command, sizeof command, "cd %s && B=%s/" ES_BANK_FOLDER " && %s", s->m.folder, s->m.boot_dir, words);
	assert_int_equal(system(command), 0);
}

/* The numbers of kdf banks grow on their own, those of tpm banks follow the counter: a fresh TPM's numbers are lower. A
 * power cut between the first tpm bank and the second leaves one bank of each mode. */
static void a_tpm_bank_beside_a_kdf_bank_of_a_higher_number_is_the_one_in_force(void **state)
{
	struct scene s;
	bool new_tpm;

	(void)state;
	machine_start(&s.m, true);
	assert_int_equal(boot(&s, NULL), ES_NOT_CONFIGURED);
	assert_int_equal(machine_init(&s.m, true, s.recovery), ES_OK);
	for (int i = 0; i < 6; i++)
		assert_int_equal(save(&s), ES_OK);
	shell(&s, "cp -r $B/bank1 kdf-bank");
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(set_mode(&s, ES_MODE_TPM, &new_tpm), ES_OK);
	shell(&s, "rm -r $B/bank1 && cp -r kdf-bank $B/bank1");
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	machine_write(&s.m, "etc/secret", "second\n");
	assert_int_equal(save(&s), ES_OK);
	assert_int_equal(boot(&s, NULL), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	assert_true(machine_has(&s.m, "etc/secret", "second\n"));
	machine_stop(&s.m);
}

/* The Makefile redirects this program's calls of es_tpm_counter_predict to this function. */
enum es_reason __real_es_tpm_counter_predict(struct es_tpm *tpm, uint64_t *ret_value);
enum es_reason __wrap_es_tpm_counter_predict(struct es_tpm *tpm, uint64_t *ret_value);
static int64_t predicted_off; /* by how much this TPM's count differs from the prediction */

enum es_reason __wrap_es_tpm_counter_predict(struct es_tpm *tpm, uint64_t *ret_value)
{
	enum es_reason r = __real_es_tpm_counter_predict(tpm, ret_value);

	*ret_value += (uint64_t)predicted_off;
	return r;
}

static void a_counter_that_starts_elsewhere_than_predicted_is_followed(void **state)
{
	static const int64_t off[] = { 0, 1, 7, -1 };

	(void)state;
	for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
		struct scene s;
		bool new_tpm;

		predicted_off = off[i];
		machine_start(&s.m, true);
		assert_int_equal(boot(&s, NULL), ES_NOT_CONFIGURED);
		/* So that a lower number exists. */
		es_swtpm_tool_ok(
		    s.m.tpm,
		    "tpm2_nvdefine -C o -s 8 -a 'authread|authwrite|no_da|nt=counter' 0x01800001 && "
		    "tpm2_nvincrement -C 0x01800001 0x01800001 && tpm2_nvincrement -C 0x01800001 0x01800001",
		    NULL, 0);
		assert_int_equal(machine_init(&s.m, true, s.recovery), ES_OK);
		assert_int_equal(set_mode(&s, ES_MODE_TPM, &new_tpm), ES_OK);
		for (int again = 0; again < 2; again++) {
			assert_int_equal(boot(&s, NULL), ES_OK);
			assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
			assert_int_equal(save(&s), ES_OK);
		}
		machine_stop(&s.m);
	}
	predicted_off = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_tpm_is_taken_after_a_recovery_boot_and_on_purpose_only),
		cmocka_unit_test(the_tpm_of_before_is_not_called_another),
		cmocka_unit_test(one_that_takes_its_place_while_the_host_runs_is_refused_unless_it_was_the_owner),
		cmocka_unit_test(a_cleared_tpm_is_no_hindrance_to_mode_kdf),
		cmocka_unit_test(the_counter_is_that_of_the_pinned_tpm),
		cmocka_unit_test(a_counter_that_starts_elsewhere_than_predicted_is_followed),
		cmocka_unit_test(a_tpm_bank_beside_a_kdf_bank_of_a_higher_number_is_the_one_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
