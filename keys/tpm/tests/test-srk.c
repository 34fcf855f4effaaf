/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/srk.h"

#include "keys/core/hex.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/same_secret.h"
#include "keys/tests/lib/tpm_fixture.h"
#include "keys/tests/lib/tpm_proxy.h"
#include "keys/tpm/pcr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <tss2/tss2_tpm2_types.h>

/* tpm2-tools' SRK made with the TCG template: its attributes, and x and y of 32 zero bytes (the file for -u is a
 * TPMS_ECC_POINT as it is in memory). */
#define MAKE_SRK                                                                                                       \
	"{ printf '\\040\\000'; head -c 128 /dev/zero; printf '\\040\\000'; head -c 128 /dev/zero; } >unique && "      \
	"tpm2_createprimary -Q -C o -g sha256 -G ecc256:null:aes128cfb -u unique -c p.ctx "                            \
	"-a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt' && tpm2_flushcontext -t"

static void the_srk_is_the_one_that_tpm2_tools_make_with_the_tcg_template(void **state)
{
	struct tpm_fixture *f = *state;

	es_swtpm_tool_ok(f->swtpm,
			 MAKE_SRK " && tpm2_readpublic -Q -c p.ctx -n theirs && tpm2_flushcontext -t && "
				  "tpm2_readpublic -Q -c 0x81000001 -n ours && cmp ours theirs",
			 NULL, 0);
}

static void an_srk_made_by_others_is_used(void **state)
{
	struct tpm_fixture *f = *state;
	ES_BUF srk = { 0 };

	es_swtpm_clear(f->swtpm);
	es_swtpm_tool_ok(f->swtpm, MAKE_SRK " && tpm2_evictcontrol -Q -C o -c p.ctx 0x81000001 && tpm2_flushcontext -t",
			 NULL, 0);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &srk), ES_OK);
	/* for the key at the handle, its public area, and whether it has a password */
	assert_int_equal(es_tpm_commands(f->tpm), 3);
	assert_int_equal(es_tpm_srk_check(f->tpm), ES_OK);
}

static void an_rsa_srk_is_usable(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v;
	ES_BUF srk = { 0 };
	ES_SECRET got = NULL;

	es_swtpm_clear(f->swtpm);
	es_swtpm_tool_ok(
	    f->swtpm,
	    "tpm2_createprimary -Q -C o -G rsa2048:null:aes128cfb -c p.ctx -a "
	    "'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt' && "
	    "tpm2_flushcontext -t && tpm2_evictcontrol -Q -C o -c p.ctx 0x81000001 && tpm2_flushcontext -t",
	    NULL, 0);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &srk), ES_OK);
	assert_true(srk.len <= ES_SRK_SERIALISED_MAX);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
	es_buf_free(&f->public_part);
	es_buf_free(&f->private_part);
	assert_int_equal(tpm_fixture_seal(f, &f->public_part, &f->private_part), ES_OK);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
	assert_true(same_secret(got, f->secret));
}

static void an_srk_made_again_is_the_same(void **state)
{
	struct tpm_fixture *f = *state;
	ES_BUF again = { 0 };

	assert_int_equal(es_tpm_srk_make(f->tpm, &again), ES_OK);
	assert_int_equal(again.len, f->srk.len);
	assert_memory_equal(again.data, f->srk.data, again.len);
	assert_string_equal(es_tpm_last_refusal(f->tpm), "");
}

static void a_handle_taken_by_something_else_is_left_alone(void **state)
{
	struct tpm_fixture *f = *state;
	ES_BUF srk = { 0 };

	es_swtpm_clear(f->swtpm);
	es_swtpm_tool_ok(
	    f->swtpm,
	    "tpm2_createprimary -Q -C o -G ecc256:ecdsa-sha256 -a "
	    "'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign' -c p.ctx && tpm2_flushcontext -t && "
	    "tpm2_evictcontrol -Q -C o -c p.ctx 0x81000001 && tpm2_flushcontext -t",
	    NULL, 0);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &srk), ES_TPM_HANDLE_TAKEN);
	assert_null(srk.data);
	es_swtpm_tool_ok(f->swtpm, "tpm2_readpublic -c 0x81000001 | grep -q 'sign$'", NULL, 0);
}

static void an_owner_password_stops_the_making(void **state)
{
	struct tpm_fixture *f = *state;
	ES_BUF srk = { 0 };

	es_swtpm_clear(f->swtpm);
	es_swtpm_tool_ok(f->swtpm, "tpm2_changeauth -c owner secret", NULL, 0);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &srk), ES_TPM_AUTH);
	assert_non_null(strstr(es_tpm_last_refusal(f->tpm), "TPM2_CreatePrimary: "));
}

static void an_srk_that_cannot_be_kept_leaves_nothing_loaded(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_proxy_refusal plan = { TPM2_CC_EvictControl, TPM2_RC_NV_SPACE, 1, 0 };
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), es_proxy_refuse, NULL, &plan);
	ES_BUF srk = { 0 };

	es_swtpm_clear(f->swtpm);
	tpm_fixture_reopen(f, es_proxy_tcti(p), false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &srk), ES_TPM_FULL);
	tpm_fixture_assert_nothing_left(f);
	tpm_fixture_reopen(f, es_proxy_tcti(p), false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &srk), ES_OK);
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

static void pinning_sends_nothing_and_accepts_only_an_srk(void **state)
{
	struct tpm_fixture *f = *state;
	const struct es_span none = { NULL, 0 }, junk = { (const uint8_t *)"not an SRK", 10 };

	assert_int_equal(es_tpm_srk_pin(f->tpm, none), ES_FORMAT);
	assert_int_equal(es_tpm_srk_pin(f->tpm, junk), ES_FORMAT);
	assert_int_equal(es_tpm_srk_check(f->tpm), ES_ARGUMENT); /* that pinned none */
	assert_int_equal(es_tpm_srk_pin(f->tpm, es_buf_span(&f->srk)), ES_OK);
	assert_int_equal(es_tpm_srk_pin(f->tpm, es_buf_span(&f->srk)), ES_OK);
	assert_int_equal(es_tpm_commands(f->tpm), 0);
	assert_int_equal(es_tpm_srk_pin(f->tpm, junk), ES_FORMAT); /* the previous pin stays */
	assert_int_equal(es_tpm_srk_check(f->tpm), ES_OK);
}

static void the_check_distinguishes_cleared_from_other(void **state)
{
	struct tpm_fixture *f = *state;
	ES_BUF other = { 0 };

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_srk_check(f->tpm), ES_OK);
	es_swtpm_clear(f->swtpm);
	assert_int_equal(es_tpm_srk_check(f->tpm), ES_TPM_CLEARED);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_make(f->tpm, &other), ES_OK);
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_srk_check(f->tpm), ES_TPM_OTHER);
}

static void after_a_vouched_answer_the_srk_cannot_be_gone(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_pcr_values v;

	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_pcr_read(f->tpm, FIXTURE_PCRS, &v), ES_OK);
	es_swtpm_clear(f->swtpm);
	assert_int_equal(es_tpm_srk_check(f->tpm), ES_TPM_FORGED);
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_srk_check(f->tpm), ES_TPM_CLEARED);
}

/* At its first use, the public part from the TPM is replaced by another, as an interposer would do to get the salt. */
static void change_public(void *arg, struct es_proxy_message *m)
{
	(void)arg;
	if (m->code == TPM2_CC_ReadPublic && m->response_len > 80)
		m->response[60] ^= 1;
}

static void a_changed_public_part_is_never_used(void **state)
{
	struct tpm_fixture *f = *state;
	struct es_proxy *p = es_proxy_start(es_swtpm_port(f->swtpm), NULL, change_public, NULL);
	ES_BUF srk = { 0 }, pub = { 0 }, priv = { 0 };
	enum es_reason r;

	tpm_fixture_reopen(f, es_proxy_tcti(p), false);
	r = es_tpm_srk_make(f->tpm, &srk);
	if (r == ES_OK)
		r = tpm_fixture_seal(f, &pub, &priv);
	assert_int_not_equal(r, ES_OK);
	tpm_fixture_reopen(f, NULL, false);
	es_proxy_stop(p);
}

/* tpm2-tools write a key's Name as it is: algorithm and digest. */
static void the_name_is_the_one_that_tpm2_tools_show(void **state)
{
	struct tpm_fixture *f = *state;
	uint8_t name[ES_SRK_NAME_LEN];
	ES_BUF edited = { 0 };
	char text[2 * ES_SRK_NAME_LEN + 1], told[128];

	es_swtpm_tool_ok(f->swtpm, "tpm2_readpublic -Q -c 0x81000001 -n name && od -An -v -tx1 name | tr -d ' \n'",
			 told, sizeof told);
	assert_int_equal(es_tpm_srk_name(es_buf_span(&f->srk), es_sha256, name), ES_OK);
	es_hex_encode(name, sizeof name, text);
	assert_string_equal(text, told);
	/* The Name stored beside the key isn't used. */
	assert_int_equal(es_buf_copy(es_buf_span(&f->srk), &edited), ES_OK);
	edited.data[4 + 2 + 2 + 5] ^= 1;
	assert_int_equal(es_tpm_srk_name(es_buf_span(&edited), es_sha256, name), ES_OK);
	es_hex_encode(name, sizeof name, text);
	assert_string_equal(text, told);
	/* The key's own bytes are. */
	edited.data[edited.len - 1] ^= 1;
	assert_int_equal(es_tpm_srk_name(es_buf_span(&edited), es_sha256, name), ES_OK);
	es_hex_encode(name, sizeof name, text);
	assert_string_not_equal(text, told);
	edited.len--;
	assert_int_equal(es_tpm_srk_name(es_buf_span(&edited), es_sha256, name), ES_FORMAT);
}

static void only_the_srk_with_the_given_name_is_pinned(void **state)
{
	struct tpm_fixture *f = *state;
	uint8_t name[ES_SRK_NAME_LEN], other[ES_SRK_NAME_LEN];
	bool vouched = false;

	assert_int_equal(es_tpm_srk_name(es_buf_span(&f->srk), es_sha256, name), ES_OK);
	memcpy(other, name, sizeof other);
	other[sizeof other - 1] ^= 1;
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_pin_named(f->tpm, other, es_sha256), ES_TPM_OTHER);
	assert_int_equal(es_tpm_srk_check(f->tpm), ES_ARGUMENT); /* that pinned none */
	assert_int_equal(es_tpm_srk_pin_named(f->tpm, name, es_sha256), ES_OK);
	assert_int_equal(es_tpm_fence(f->tpm, true, &vouched), ES_OK);
	assert_true(vouched);
	es_swtpm_clear(f->swtpm);
	tpm_fixture_reopen(f, NULL, false);
	assert_int_equal(es_tpm_srk_pin_named(f->tpm, name, es_sha256), ES_TPM_CLEARED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_name_is_the_one_that_tpm2_tools_show),
		TEST(only_the_srk_with_the_given_name_is_pinned),
		TEST(the_srk_is_the_one_that_tpm2_tools_make_with_the_tcg_template),
		TEST(an_srk_made_by_others_is_used),
		TEST(an_rsa_srk_is_usable),
		TEST(an_srk_made_again_is_the_same),
		TEST(a_handle_taken_by_something_else_is_left_alone),
		TEST(an_owner_password_stops_the_making),
		TEST(an_srk_that_cannot_be_kept_leaves_nothing_loaded),
		TEST(pinning_sends_nothing_and_accepts_only_an_srk),
		TEST(the_check_distinguishes_cleared_from_other),
		TEST(after_a_vouched_answer_the_srk_cannot_be_gone),
		TEST(a_changed_public_part_is_never_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
