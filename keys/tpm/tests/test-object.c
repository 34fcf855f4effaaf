/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/object.h"

#include "keys/crypto/hash.h"
#include "keys/tests/lib/pcap.h"
#include "keys/tests/lib/same_secret.h"
#include "keys/tests/lib/tpm_fixture.h"
#include "keys/tpm/counter.h"
#include "keys/tpm/pcr.h"
#include "keys/tpm/srk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <tss2/tss2_tpm2_types.h>

static enum es_reason fence(struct es_tpm *tpm)
{
	bool vouched;

	return es_tpm_fence(tpm, true, &vouched);
}

static void a_sealed_secret_comes_back(void **state)
{
	struct tpm_fixture *f = *state;

	for (unsigned boot = 0; boot < 2; boot++) {
		ES_SECRET got = NULL;

		tpm_fixture_reopen(f, NULL, true);
		assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
		assert_true(same_secret(got, f->secret));
		es_swtpm_power_cycle(f->swtpm);
		tpm_fixture_measure(f->swtpm);
	}
}

static void record(struct tpm_fixture *f, char path[static 128])
{
	char tcti[128];

	snprintf(path, 128, "%s/bus.pcapng", es_swtpm_folder(f->swtpm));
	setenv("TCTI_PCAP_FILE", path, 1);
	snprintf(tcti, sizeof tcti, "pcap:%s", es_swtpm_tcti(f->swtpm));
	tpm_fixture_reopen(f, tcti, true);
}

static void an_unseal_takes_five_commands(void **state)
{
	static const uint32_t five[] = { TPM2_CC_StartAuthSession, TPM2_CC_Load, TPM2_CC_PolicyPCR, TPM2_CC_Unseal,
					 TPM2_CC_FlushContext };
	struct tpm_fixture *f = *state;
	struct pcap_summary bus;
	ES_SECRET got = NULL;
	char path[128];

	record(f, path);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
	assert_int_equal(es_tpm_commands(f->tpm), 5);
	tpm_fixture_reopen(f, NULL, false);
	pcap_read(path, &bus);
	assert_int_equal(bus.commands, 5);
	assert_memory_equal(bus.codes, five, sizeof five);
}

/* PCRs, counter, unseal, fence, and the end of the connection. */
static void a_boot_takes_nine_commands(void **state)
{
	static const uint32_t nine[] = { TPM2_CC_StartAuthSession, TPM2_CC_PCR_Read,     TPM2_CC_NV_Read,
					 TPM2_CC_StartAuthSession, TPM2_CC_Load,         TPM2_CC_PolicyPCR,
					 TPM2_CC_Unseal,           TPM2_CC_FlushContext, TPM2_CC_PCR_Event };
	struct tpm_fixture *f = *state;
	struct es_pcr_values v;
	struct pcap_summary bus;
	ES_SECRET got = NULL;
	uint64_t value;
	char path[128];

	record(f, path);
	assert_int_equal(es_tpm_pcr_read(f->tpm, ES_PCR_BIT(4) | FIXTURE_PCRS, &v), ES_OK);
	assert_int_equal(es_tpm_counter_read(f->tpm, ES_COUNTER_INDEX, &value), ES_OK);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
	assert_int_equal(fence(f->tpm), ES_OK);
	assert_int_equal(es_tpm_commands(f->tpm), 9);
	tpm_fixture_reopen(f, NULL, false); /* the session is gone already */
	pcap_read(path, &bus);
	assert_int_equal(bus.commands, 9);
	assert_memory_equal(bus.codes, nine, sizeof nine);
	es_swtpm_tool_ok(f->swtpm, "test -z \"$(tpm2_getcap handles-loaded-session)$(tpm2_getcap handles-transient)\"",
			 NULL, 0);
}

static void tpm2_tools_unseal_it_too(void **state)
{
	struct tpm_fixture *f = *state;
	char path[128], out[128];
	FILE *file;

	const struct {
		const char *name;
		struct es_buf *buf;
	} parts[] = { { "o.pub", &f->public_part }, { "o.priv", &f->private_part } };

	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", es_swtpm_folder(f->swtpm), parts[i].name);
		file = fopen(path, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(parts[i].buf->data, 1, parts[i].buf->len, file), parts[i].buf->len);
		fclose(file);
	}
	es_swtpm_tool_ok(f->swtpm,
			 "tpm2_load -Q -C 0x81000001 -u o.pub -r o.priv -c o.ctx && tpm2_flushcontext -t && "
			 "tpm2_unseal -c o.ctx -p pcr:sha256:7,11,12; tpm2_flushcontext -t; tpm2_flushcontext -l",
			 out, sizeof out);
	assert_memory_equal(out, es_secret_bytes(f->secret), ES_KEY_LEN);
	/* Without its policy it stays shut. */
	assert_int_not_equal(es_swtpm_tool(f->swtpm, "tpm2_unseal -c o.ctx", NULL, 0), 0);
	es_swtpm_tool(f->swtpm, "tpm2_flushcontext -t", NULL, 0);
}

static void only_the_same_boot_opens(void **state)
{
	static const char *const extend[] = { "tpm2_pcrevent -Q 7 /etc/passwd", "tpm2_pcrevent -Q 11 /etc/passwd",
					      "tpm2_pcrevent -Q 12 /etc/passwd" };
	struct tpm_fixture *f = *state;

	for (size_t i = 0; i < sizeof extend / sizeof *extend; i++) {
		ES_SECRET got = NULL;

		es_swtpm_tool_ok(f->swtpm, extend[i], NULL, 0);
		tpm_fixture_reopen(f, NULL, true);
		assert_int_equal(tpm_fixture_unseal(f, &got), ES_TPM_POLICY);
		assert_null(got);
		assert_non_null(strstr(es_tpm_last_refusal(f->tpm), "TPM2_Unseal: "));
		tpm_fixture_assert_nothing_left(f);
		es_swtpm_power_cycle(f->swtpm);
		tpm_fixture_measure(f->swtpm);
		tpm_fixture_reopen(f, NULL, true);
		assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
	}
	/* PCR 4 isn't in this seal. */
	{
		ES_SECRET got = NULL;

		es_swtpm_tool_ok(f->swtpm, "tpm2_pcrevent -Q 4 /etc/passwd", NULL, 0);
		assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
	}
}

static void other_pcrs_than_it_was_sealed_to_are_refused(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_tpm_unseal_request request = { .public_part = es_buf_span(&f->public_part),
						 .private_part = es_buf_span(&f->private_part),
						 .pcrs = ES_PCR_BIT(4) };
	ES_SECRET got = NULL;

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_unseal(f->tpm, &request, &got), ES_TPM_POLICY);
	request.pcrs = 0;
	assert_int_equal(es_tpm_unseal(f->tpm, &request, &got), ES_ARGUMENT);
	request.pcrs = ES_PCR_BIT(24);
	assert_int_equal(es_tpm_unseal(f->tpm, &request, &got), ES_ARGUMENT);
	assert_null(got);
}

static void an_inconsistent_seal_is_refused(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_tpm_seal_request q = {
		.secret = f->secret, .expected = &f->values, .pcrs = FIXTURE_PCRS, .sha256 = es_sha256
	};
	struct es_tpm_seal_request bad[7] = { q, q, q, q, q, q, q };
	struct es_pcr_values some = f->values;
	ES_BUF pub = { 0 }, priv = { 0 };
	ES_SECRET small = NULL;

	assert_int_equal(es_tpm_seal(f->tpm, &q, &pub, &priv), ES_ARGUMENT); /* no SRK pinned */
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_random_secret(16, &small), ES_OK);
	some.present &= ~ES_PCR_BIT(12);
	bad[0].secret = small;
	bad[1].expected = &some;
	bad[2].pcrs = 0;
	bad[3].sha256 = NULL;
	bad[4].pcrs = ES_PCR_BIT(30);
	bad[5].pcrs = ES_PCR_BIT(11);
	bad[6].pcrs = ES_PCR_BIT(11) | ES_PCR_BIT(12);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(es_tpm_seal(f->tpm, &bad[i], &pub, &priv), ES_ARGUMENT);
	assert_null(pub.data);
	assert_null(priv.data);
	assert_int_equal(es_tpm_commands(f->tpm), 0);
}

static void unset_pcrs_are_refused_with_one_exception(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v = f->values;
	struct es_tpm_seal_request q = { .secret = f->secret, .expected = &v, .sha256 = es_sha256 };
	static const unsigned measured[] = { 4, 7, 11 };

	tpm_fixture_reopen(f, NULL, true);
	for (unsigned ones = 0; ones < 2; ones++)
		for (size_t i = 0; i < sizeof measured / sizeof *measured; i++) {
			ES_BUF pub = { 0 }, priv = { 0 };

			v = f->values;
			memset(v.value[measured[i]].bytes, ones ? 0xff : 0, ES_SHA256_LEN);
			q.pcrs = ES_PCR_BIT(measured[i]) | ES_PCR_BIT(7) | ES_PCR_BIT(12);
			q.unset_ok = 0;
			assert_int_equal(es_tpm_seal(f->tpm, &q, &pub, &priv), ES_TPM_UNSET_PCR);
			q.unset_ok = ES_PCR_BIT(measured[i]);
			assert_int_equal(es_tpm_seal(f->tpm, &q, &pub, &priv), ES_OK);
		}
	/* PCR 12 is zeros in every boot without options from outside. */
	{
		ES_BUF pub = { 0 }, priv = { 0 };

		v = f->values;
		memset(v.value[12].bytes, 0, ES_SHA256_LEN);
		q.pcrs = FIXTURE_PCRS;
		q.unset_ok = 0;
		assert_int_equal(es_tpm_seal(f->tpm, &q, &pub, &priv), ES_OK);
	}
}

static void an_object_of_another_size_is_refused(void **state)
{
	struct tpm_fixture *f = *state;
	char path[128];

	es_swtpm_tool_ok(
	    f->swtpm,
	    "tpm2_createpolicy -Q --policy-pcr -l sha256:7,11,12 -L pol && tpm2_flushcontext -l; printf short | "
	    "tpm2_create -Q -C 0x81000001 -L pol -a 'fixedtpm|fixedparent|noda|adminwithpolicy' -i- -u o.pub -r o.priv "
	    "&& tpm2_flushcontext -t",
	    NULL, 0);
	for (unsigned i = 0; i < 2; i++) {
		struct es_buf *blob = i == 0 ? &f->public_part : &f->private_part;
		FILE *file;

		snprintf(path, sizeof path, "%s/%s", es_swtpm_folder(f->swtpm), i == 0 ? "o.pub" : "o.priv");
		file = fopen(path, "rb");
		assert_non_null(file);
		es_buf_free(blob);
		assert_int_equal(es_buf_new(512, blob), ES_OK);
		blob->len = fread(blob->data, 1, 512, file);
		fclose(file);
	}
	{
		ES_SECRET got = NULL;

		tpm_fixture_reopen(f, NULL, true);
		assert_int_equal(tpm_fixture_unseal(f, &got), ES_SEAL_DAMAGED);
		assert_int_equal(es_tpm_commands(f->tpm), 5);
		assert_null(got);
	}
}

static void a_cleared_tpm_is_distinguished_from_another(void **state)
{
	struct tpm_fixture *f = *state;
	ES_BUF other = { 0 };
	ES_SECRET got = NULL;

	tpm_fixture_reopen(f, NULL, true);
	es_swtpm_clear(f->swtpm);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_TPM_CLEARED);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &other), ES_OK);
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_TPM_OTHER);
	/* With the new key pinned, the object still belongs to the old one. */
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_pin(f->tpm, es_buf_span(&other)), ES_OK);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_SEAL_DAMAGED);
	assert_null(got);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sealed_secret_comes_back),
		TEST(an_unseal_takes_five_commands),
		TEST(a_boot_takes_nine_commands),
		TEST(tpm2_tools_unseal_it_too),
		TEST(only_the_same_boot_opens),
		TEST(other_pcrs_than_it_was_sealed_to_are_refused),
		TEST(an_inconsistent_seal_is_refused),
		TEST(unset_pcrs_are_refused_with_one_exception),
		TEST(an_object_of_another_size_is_refused),
		TEST(a_cleared_tpm_is_distinguished_from_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
