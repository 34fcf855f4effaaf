/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of a boot under a vendor's signature, and how a ticket and a note on the counter save three or four of
 * them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/machine.h"
#include "keys/tests/lib/signed_image.h"
#include "keys/tests/lib/vendor.h"

#include "keys/crypto/hash.h"
#include "keys/store/signature.h"
#include "keys/tests/lib/pcap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scene {
	struct machine m;
	struct machine_boot boot;
	struct es_boot_record record;
	struct es_secret *key;
	struct es_buf public_pem, json;
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	char tcti[160], pcap[128];
};

static void make_image(struct scene *s, const char *image, uint64_t generation)
{
	struct es_pcr_values values = { .present = ES_PCR_BIT(ES_PCR_IMAGE) };
	const struct es_signed_policy policy = { &values, ES_PCR_BIT(ES_PCR_IMAGE), generation };
	ES_SIGNATURES all = { .count = 1 };
	struct es_pcr_signature *entry = &all.entry[0];
	struct es_rsa_public public;

	small_image_pcr11(image, es_buf_span(&s->public_pem), &values.value[ES_PCR_IMAGE]);
	*entry = (struct es_pcr_signature){ .pcrs = policy.pcrs, .generation = generation };
	assert_int_equal(es_rsa_public_read(es_buf_span(&s->public_pem), &public), ES_OK);
	entry->key = public.fingerprint;
	assert_int_equal(es_signed_policy_digest(&policy, es_sha256, &entry->policy), ES_OK);
	assert_int_equal(es_rsa_sign(s->key, (struct es_span){ entry->policy.bytes, ES_SHA256_LEN }, &entry->signature),
			 ES_OK);
	es_buf_free(&s->json);
	assert_int_equal(es_signatures_write(&all, &s->json), ES_OK);
	s->m.signature = es_buf_span(&s->json);
	s->boot.image = image;
}

static enum es_reason boot(struct scene *s)
{
	return machine_boot(&s->m, &s->boot, NULL, &s->record);
}

/* Sealed while "image one" runs. */
static void begin(struct scene *s, uint64_t generation)
{
	memset(s, 0, sizeof *s);
	machine_start(&s->m, true);
	s->boot = machine_usual_boot;
	s->key = vendor_new_key(s->m.tpm, 2048);
	assert_int_equal(es_rsa_private_public(s->key, &s->public_pem), ES_OK);
	s->m.public_key = es_buf_span(&s->public_pem);
	make_image(s, "image one", generation);
	assert_int_equal(boot(s), ES_NOT_CONFIGURED);
	machine_write(&s->m, "etc/secret", "the first\n");
	assert_int_equal(machine_init(&s->m, false, s->recovery), ES_OK);
}

static void end(struct scene *s)
{
	machine_stop(&s->m);
	es_secret_free(s->key);
	es_buf_free(&s->public_pem);
	es_buf_free(&s->json);
}

static void backup(struct scene *s)
{
	ES_HOST host = machine_host(&s->m);
	struct es_pack_report report;

	assert_int_equal(machine_backup(host, &report), ES_OK);
}

static uint64_t counter(struct scene *s)
{
	char out[64];

	es_swtpm_tool_ok(s->m.tpm, "tpm2_nvread -C 0x0180e5eb 0x0180e5eb | od -An -v -tx1 | tr -d ' \\n'", out,
			 sizeof out);
	return strtoull(out, NULL, 16);
}

static const char *recorded(struct machine *m)
{
	struct scene *s = m->way_arg;

	snprintf(s->tcti, sizeof s->tcti, "pcap:%s", es_swtpm_tcti(m->tpm));
	return s->tcti;
}

/* The next boot's commands, as libtss2-tcti-pcap saw them. */
static void assert_commands(struct scene *s, const uint32_t *expected, unsigned count)
{
	struct pcap_summary bus;

	snprintf(s->pcap, sizeof s->pcap, "%s/bus.pcapng", s->m.folder);
	unlink(s->pcap); /* otherwise the recording would be appended to it */
	setenv("TCTI_PCAP_FILE", s->pcap, 1);
	s->m.way = recorded;
	s->m.way_arg = s;
	assert_int_equal(boot(s), ES_OK);
	s->m.way = NULL;
	unsetenv("TCTI_PCAP_FILE");
	pcap_read(s->pcap, &bus);
	assert_int_equal(s->record.tpm_commands, count);
	assert_int_equal(bus.commands, count);
	assert_memory_equal(bus.codes, expected, count * sizeof *expected);
}

enum {
	START = 0x176,
	PCR_READ = 0x17e,
	NV_READ = 0x14e,
	POLICY_PCR = 0x17f,
	POLICY_NV = 0x149,
	POLICY_AUTHORIZE = 0x16a,
	LOAD = 0x157,
	UNSEAL = 0x15e,
	FLUSH = 0x165,
	PCR_EVENT = 0x13c,
};

static void a_signed_boot_is_eleven_commands(void **state)
{
	static const uint32_t eleven[] = { START,      PCR_READ, NV_READ, START,    LOAD, POLICY_PCR, POLICY_AUTHORIZE,
					   POLICY_PCR, UNSEAL,   FLUSH,   PCR_EVENT };
	struct scene s;

	(void)state;
	begin(&s, 0);
	make_image(&s, "image two", 0); /* the seal to image one alone is skipped */
	assert_int_equal(boot(&s), ES_OK);
	backup(&s);
	assert_commands(&s, eleven, 11);
	end(&s);
}

static void a_signed_boot_with_a_generation_is_twelve(void **state)
{
	static const uint32_t twelve[] = { START,     PCR_READ,         NV_READ,    START,  LOAD,  POLICY_PCR,
					   POLICY_NV, POLICY_AUTHORIZE, POLICY_PCR, UNSEAL, FLUSH, PCR_EVENT };
	struct scene s;

	(void)state;
	begin(&s, 3);
	assert_int_equal(boot(&s), ES_OK);
	assert_int_equal(counter(&s), 3);
	assert_int_equal(s.record.image_generation, 3);
	backup(&s);
	assert_commands(&s, twelve, 12);
	assert_int_equal(s.record.image_generation, 3);
	/* A newer image is checked and counted once, and is then the noted one. */
	make_image(&s, "image two", 4);
	assert_int_equal(boot(&s), ES_OK);
	assert_int_equal(s.record.tpm_commands, 17); /* and the session's end */
	assert_int_equal(counter(&s), 4);
	backup(&s);
	assert_commands(&s, twelve, 12);
	/* The old image stays refused, with the same message. */
	make_image(&s, "image one", 3);
	assert_int_equal(boot(&s), ES_IMAGE_OLD);
	assert_non_null(strstr(s.record.refusal_detail, "generation 3, the TPM's counter is at 4"));
	end(&s);
}

/* Somebody writes a higher number into a bank, so that a new image isn't counted: the MAC fails, and the other bank
 * opens. */
static void a_forged_word_on_the_counter_counts_for_nothing(void **state)
{
	char line[400];
	struct scene s;

	(void)state;
	begin(&s, 3);
	assert_int_equal(boot(&s), ES_OK);
	backup(&s);
	for (unsigned bank = 0; bank < 2; bank++) {
		snprintf(line, sizeof line,
			 "f=%s/etcseal/bank%u/encryption.info; "
			 "sed -i '/\"checked\"/,/}/s/\"generation\": [0-9]*/\"generation\": %u/' $f && "
			 "sed -n '/\"checked\"/,/}/p' $f | grep -q '\"generation\": %u'",
			 s.m.boot_dir, bank, 5 + bank, 5 + bank);
		assert_int_equal(system(line), 0);
		make_image(&s, bank == 0 ? "image two" : "image three", 5 + bank);
		assert_int_equal(boot(&s), ES_OK);
		assert_int_equal(counter(&s), 5 + bank);
		backup(&s);
	}
	/* With an old image it opens nothing. */
	make_image(&s, "image one", 3);
	assert_int_equal(boot(&s), ES_IMAGE_OLD);
	end(&s);
}

static void a_counter_that_is_gone_is_still_named(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, 3);
	assert_int_equal(boot(&s), ES_OK);
	backup(&s);
	es_swtpm_tool_ok(s.m.tpm, "tpm2_nvundefine -Q -C o 0x0180e5eb", NULL, 0);
	assert_int_equal(boot(&s), ES_COUNTER_MISSING);
	assert_non_null(strstr(s.record.refusal_detail, "0x0180e5eb"));
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signed_boot_is_eleven_commands),
		cmocka_unit_test(a_signed_boot_with_a_generation_is_twelve),
		cmocka_unit_test(a_forged_word_on_the_counter_counts_for_nothing),
		cmocka_unit_test(a_counter_that_is_gone_is_still_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
