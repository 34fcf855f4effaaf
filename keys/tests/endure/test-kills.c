/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repeated hard kills: power fails after each boot's unlock, without TPM2_Shutdown. A TPM counts that as a failed
 * attempt if an object under dictionary attack protection was used (TPM 2.0 Library Part 1, "Dictionary Attack
 * Protection"); all our objects are exempt. The harness ends swtpm with SIGKILL, so that it can't shut its TPM down
 * cleanly, which would hide the fault. With --whole 50 of them, otherwise 8.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/endured.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KILLS_QUICK = 8, KILLS_WHOLE = 50 };

static unsigned lockout_counter(const struct endured *h)
{
	char text[64];

	es_swtpm_tool_ok(h->m.tpm, "tpm2_getcap properties-variable | sed -n 's/^TPM2_PT_LOCKOUT_COUNTER: //p'", text,
			 sizeof text);
	return (unsigned)strtoul(text, NULL, 0);
}

static bool in_lockout(const struct endured *h)
{
	return es_swtpm_tool(h->m.tpm, "tpm2_getcap properties-variable | grep -q 'inLockout: *1'", NULL, 0) == 0;
}

static void a_host_that_is_killed_after_each_unlock_never_locks_its_tpm(void **state)
{
	const unsigned *kills = *state;
	struct endured h;

	endured_start(&h);
	assert_int_equal(machine_init(&h.m, false, h.recovery), ES_OK);
	for (unsigned i = 0; i < *kills; i++) {
		assert_int_equal(endured_boot(&h, NULL), ES_OK);
		assert_int_equal(h.record.opened_by, ES_OPENED_BY_TPM);
		es_swtpm_power_cycle(h.m.tpm);
	}
	print_message("# %u kills after an unlock: lockout counter %u\n", *kills, lockout_counter(&h));
	assert_int_equal(lockout_counter(&h), 0);
	assert_false(in_lockout(&h));
	endured_stop(&h);
}

/* The same kills with an object of a kind that we don't make: they do lock this TPM. */
static void the_same_kills_lock_a_tpm_whose_object_is_protected(void **state)
{
	const unsigned *kills = *state;
	unsigned done = 0;
	struct endured h;

	endured_start(&h);
	assert_int_equal(machine_init(&h.m, false, h.recovery), ES_OK);
	es_swtpm_tool_ok(
	    h.m.tpm,
	    "echo -n secret >clear && tpm2_create -Q -C 0x81000001 -i clear -p pass -u pub -r priv "
	    "-a 'fixedtpm|fixedparent|userwithauth' && tpm2_load -Q -C 0x81000001 -u pub -r priv -c ctx && "
	    "tpm2_evictcontrol -Q -C o -c ctx 0x81000123",
	    NULL, 0);
	while (done < *kills && !in_lockout(&h)) {
		assert_int_equal(endured_boot(&h, NULL), ES_OK);
		es_swtpm_tool_ok(h.m.tpm, "tpm2_unseal -c 0x81000123 -p pass", NULL, 0);
		es_swtpm_power_cycle(h.m.tpm);
		done++;
	}
	print_message("# the control: locked out after %u kills, lockout counter %u\n", done, lockout_counter(&h));
	assert_true(in_lockout(&h));
	assert_int_not_equal(es_swtpm_tool(h.m.tpm, "tpm2_unseal -c 0x81000123 -p pass", NULL, 0), 0);
	/* And a lockout that others caused doesn't affect us. */
	assert_int_equal(endured_boot(&h, NULL), ES_OK);
	endured_stop(&h);
}

int main(int argc, char **argv)
{
	unsigned kills = argc > 1 && strcmp(argv[1], "--whole") == 0 ? KILLS_WHOLE : KILLS_QUICK;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(a_host_that_is_killed_after_each_unlock_never_locks_its_tpm, &kills),
		cmocka_unit_test_prestate(the_same_kills_lock_a_tpm_whose_object_is_protected, &kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
