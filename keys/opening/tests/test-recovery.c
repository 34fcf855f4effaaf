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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_boot_that_is_given_the_recovery_key_asks_for_no_unseal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
