/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/scrub.h"

#include "keys/tests/lib/tpm_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void no_copy_stays_after_a_seal(void **state)
{
	assert_false(attack_find_the_secret_after_a_seal(*state));
}

static void no_copy_stays_after_an_unseal(void **state)
{
	assert_false(attack_find_the_secret_after_an_unseal(*state));
}

static void scrubbing_sends_nothing_and_the_connection_goes_on(void **state)
{
	struct tpm_fixture *f = *state;
	ES_SECRET got = NULL;

	tpm_fixture_reopen(f, NULL, true);
	es_tpm_scrub(f->tpm);
	assert_int_equal(es_tpm_commands(f->tpm), 0);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
	es_tpm_scrub(f->tpm);
	es_tpm_scrub(f->tpm);
	assert_int_equal(es_tpm_commands(f->tpm), 5);
	es_secret_freep(&got);
	assert_int_equal(tpm_fixture_unseal(f, &got), ES_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_copy_stays_after_a_seal),
		TEST(no_copy_stays_after_an_unseal),
		TEST(scrubbing_sends_nothing_and_the_connection_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
