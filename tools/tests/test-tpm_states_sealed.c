/* SPDX-License-Identifier: Apache-2.0 */
/* The same states on a host that is sealed: what a boot and the command say of each, and that nothing was lost by
 * it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/command.h"
#include "keys/tests/lib/extend.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tests/lib/tpm_states.h"
#include "tools/dispatch.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { TPM2_CC_UNSEAL = 0x15e };

static struct captured c; /* of the last call: too large for the stack of every test */
static struct command command = { .dispatch = es_dispatch };

static void run(const struct machine *m, const char *words, int status)
{
	command_run(&command, m, words, status, NULL, &c);
}

static enum es_reason boot(struct machine *m, const char *recovery, struct es_boot_record *ret)
{
	struct machine_boot b = machine_usual_boot;

	b.recovery = recovery != NULL;
	return machine_boot(m, &b, recovery, ret);
}

/* What firmware or somebody does between power-on and the helper. */
static const char *meanwhile(struct machine *m)
{
	if (m->way_arg != NULL)
		es_swtpm_tool_ok(m->tpm, m->way_arg, NULL, 0);
	m->way_arg = NULL;
	return es_swtpm_tcti(m->tpm);
}

struct sealed {
	struct machine m;
	struct es_boot_record record;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
};

static void seal(struct sealed *s)
{
	machine_start(&s->m, true);
	assert_int_equal(boot(&s->m, NULL, &s->record), ES_NOT_CONFIGURED);
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
	s->m.way = meanwhile;
}

/* A boot in which that was done: the reason, in words of its own, and the fence. */
static void assert_locked(struct sealed *s, const char *make, enum es_reason reason, const char *detail)
{
	s->m.way_arg = (void *)(uintptr_t)make;
	assert_int_equal(boot(&s->m, NULL, &s->record), reason);
	if (strstr(s->record.refusal_detail, detail) == NULL)
		fail_msg("no \"%s\" in \"%s\"", detail, s->record.refusal_detail);
	assert_true(s->record.fenced);
	run(&s->m, "status", 4);
	assert_says(c.out, es_reason_words(reason)->what);
}

static void F5_a_sealed_host_outlives_a_hierarchy_that_is_switched_off(void **state)
{
	static const char off[] = "tpm2_hierarchycontrol -Q -C p shEnable clear";
	struct sealed s;

	(void)state;
	seal(&s);
	assert_locked(&s, off, ES_TPM_HIERARCHY, "shEnable");
	/* The counter can't be asked, so the owner is, also when they have the key. */
	s.m.way_arg = (void *)(uintptr_t)off;
	assert_int_equal(boot(&s.m, s.recovery, &s.record), ES_TPM_HIERARCHY);
	run(&s.m, "status", 4);
	/* Nothing is made over, and nothing was lost. */
	assert_int_equal(boot(&s.m, NULL, &s.record), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	es_swtpm_tool_ok(s.m.tpm, off, NULL, 0);
	run(&s.m, "check", 4);
	assert_says(c.err, "the TPM's storage hierarchy is disabled");
	run(&s.m, "set --mode=tpm", 6);
	assert_says(c.err, "the TPM's storage hierarchy is disabled");
	assert_int_equal(boot(&s.m, NULL, &s.record), ES_OK);
	machine_stop(&s.m);
}

static void F6_a_storage_key_that_was_replaced_is_named(void **state)
{
	struct sealed s;

	(void)state;
	seal(&s);
	assert_locked(&s, DRIVE_OUT "tpm2_createprimary -Q -C o -G ecc384:ecdsa-sha384" SIGNING PERSIST, ES_TPM_OTHER,
		      "handle 0x81000001: ECC P-384, SHA-256 Name");
	/* What `set --mode=tpm` would say then, it says of that key. */
	s.m.way_arg = NULL;
	assert_int_equal(boot(&s.m, s.recovery, &s.record), ES_OK);
	run(&s.m, "set --mode=tpm", 6);
	assert_says(c.err, "holds another kind of key: handle 0x81000001: ECC P-384");
	es_swtpm_tool_ok(s.m.tpm, "tpm2_evictcontrol -Q -C o -c 0x81000001", NULL, 0);
	run(&s.m, "set --mode=tpm", 0);
	assert_int_equal(boot(&s.m, NULL, &s.record), ES_OK);
	machine_stop(&s.m);
}

/* The key is the same, by Name, and it opens nothing without its password: nobody forged anything. */
static void F6_a_storage_key_that_got_a_password_is_not_called_forged(void **state)
{
	static const char with_password[] =
	    "{ printf '\\040\\000'; head -c 128 /dev/zero; printf '\\040\\000'; head -c 128 /dev/zero; } >unique && "
	    "tpm2_createprimary -Q -C o -g sha256 -G ecc256:null:aes128cfb -u unique "
	    "-p secret -a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt' -c k.ctx && "
	    "tpm2_flushcontext -t && tpm2_readpublic -Q -c 0x81000001 -n before && " DRIVE_OUT
	    "tpm2_evictcontrol -Q -C o -c k.ctx 0x81000001 && tpm2_flushcontext -t && "
	    "tpm2_readpublic -Q -c 0x81000001 -n after && cmp before after";
	struct sealed s;

	(void)state;
	seal(&s);
	assert_locked(&s, with_password, ES_TPM_SRK_AUTH, "TPM2_Load");
	machine_stop(&s.m);
}

static void F7_a_counter_that_was_replaced_is_named(void **state)
{
	struct sealed s;

	(void)state;
	seal(&s);
	assert_locked(&s, "tpm2_nvundefine -Q -C o 0x0180e5ea && " FOREIGN_NV "0x0180e5ea", ES_COUNTER_MISSING,
		      "NV index 0x0180e5ea holds 64 bytes");
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvundefine -Q -C o 0x0180e5ea", NULL, 0);
	assert_locked(&s, NULL, ES_COUNTER_MISSING, "there is no NV index 0x0180e5ea");
	machine_stop(&s.m);
}

/* IMA, which measures without end between the policy and its use. */
struct ima {
	struct es_proxy *proxy;
	const struct es_swtpm *swtpm;
	unsigned left;
};

static void measure_a_file(void *arg, struct es_proxy_message *m)
{
	static const struct es_digest file = { { 0x5a } };
	struct ima *ima = arg;

	if (m->code != TPM2_CC_UNSEAL || ima->left == 0)
		return;
	ima->left--;
	es_swtpm_extend(ima->swtpm, 10, &file);
}

static const char *by_proxy(struct machine *m)
{
	struct ima *ima = m->way_arg;

	if (ima->proxy == NULL)
		ima->proxy = es_proxy_start(es_swtpm_port(m->tpm), measure_a_file, NULL, ima);
	return es_proxy_tcti(ima->proxy);
}

static enum es_reason boot_with_ima(struct sealed *s, unsigned bursts)
{
	struct ima ima = { .swtpm = s->m.tpm, .left = bursts };
	enum es_reason r;

	s->m.way = by_proxy;
	s->m.way_arg = &ima;
	r = boot(&s->m, NULL, &s->record);
	es_proxy_stop(ima.proxy);
	s->m.way = NULL;
	return r;
}

static void F13_a_boot_with_ima_opens_and_ima_is_named_where_it_does_not(void **state)
{
	char count[128];
	struct sealed s;
	FILE *f;

	(void)state;
	seal(&s);
	snprintf(count, sizeof count, "%s/count", s.m.folder);
	f = fopen(count, "w");
	assert_non_null(f);
	fputs("4712\n", f);
	fclose(f);
	s.m.ima_count = count;
	assert_int_equal(boot_with_ima(&s, 25), ES_OK);
	assert_int_equal(s.record.opened_by, ES_OPENED_BY_TPM);
	assert_int_equal(boot_with_ima(&s, UINT_MAX), ES_TPM_PCRS_CHANGING);
	assert_says(s.record.refusal_detail, "IMA is active: it has measured 4711 files in this boot, into PCR 10");
	assert_true(s.record.fenced);
	machine_stop(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(F5_a_sealed_host_outlives_a_hierarchy_that_is_switched_off),
		cmocka_unit_test(F6_a_storage_key_that_was_replaced_is_named),
		cmocka_unit_test(F6_a_storage_key_that_got_a_password_is_not_called_forged),
		cmocka_unit_test(F7_a_counter_that_was_replaced_is_named),
		cmocka_unit_test(F13_a_boot_with_ima_opens_and_ima_is_named_where_it_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
