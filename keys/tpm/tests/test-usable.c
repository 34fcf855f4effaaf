/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/tpm_attacks.h"
#include "keys/tpm/context.h"

#include <string.h>

static struct es_tpm *open_tpm(const struct es_swtpm *s)
{
	struct es_tpm *tpm = NULL;

	assert_int_equal(es_tpm_open(es_swtpm_tcti(s), ES_TPM_TIMEOUT_MS, &tpm), ES_OK);
	return tpm;
}

static void a_tpm_with_only_a_sha1_bank_is_unusable(void **state)
{
	struct es_swtpm *s = es_swtpm_start_banks("sha1");
	ES_TPM tpm = open_tpm(s);

	(void)state;
	assert_int_equal(es_tpm_usable(tpm), ES_TPM_NO_SHA256);
	es_swtpm_stop(s);
}

static void an_owner_password_is_reported(void **state)
{
	struct es_swtpm *s = es_swtpm_start();
	ES_TPM tpm = open_tpm(s);

	(void)state;
	assert_int_equal(es_tpm_usable(tpm), ES_OK);
	es_swtpm_tool_ok(s, "tpm2_changeauth -c owner secret", NULL, 0);
	assert_int_equal(es_tpm_usable(tpm), ES_TPM_AUTH);
	assert_true(strstr(es_tpm_last_refusal(tpm), "secret") == NULL);
	es_swtpm_stop(s);
}

static void an_owner_password_does_not_matter_once_everything_exists(void **state)
{
	struct tpm_fixture *f = *state;

	es_swtpm_tool_ok(f->swtpm, "tpm2_changeauth -c owner secret", NULL, 0);
	assert_int_equal(es_tpm_usable(f->tpm), ES_OK);
	es_swtpm_tool_ok(f->swtpm, "tpm2_nvundefine -Q -C o -P secret 0x0180e5ea", NULL, 0);
	assert_int_equal(es_tpm_usable(f->tpm), ES_TPM_AUTH);
}

/* Looking at the pinned key doesn't end the pin. */
static void the_check_leaves_the_pin_in_place(void **state)
{
	struct tpm_fixture *f = *state;
	ES_SECRET got = NULL;

	es_swtpm_tool_ok(f->swtpm, "tpm2_changeauth -c owner secret", NULL, 0);
	tpm_fixture_reopen(f, NULL, true);
	assert_int_equal(es_tpm_usable(f->tpm), ES_OK);
	assert_int_equal(es_tpm_usable(f->tpm), ES_OK);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
}

static void a_lockout_does_not_matter(void **state)
{
	struct tpm_fixture *f = *state;

	assert_false(attack_lock_out(f));
	assert_int_equal(es_tpm_usable(f->tpm), ES_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tpm_with_only_a_sha1_bank_is_unusable),
		cmocka_unit_test(an_owner_password_is_reported),
		TEST(an_owner_password_does_not_matter_once_everything_exists),
		TEST(the_check_leaves_the_pin_in_place),
		TEST(a_lockout_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
