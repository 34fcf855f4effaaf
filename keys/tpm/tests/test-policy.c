/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/policy.h"

#include "keys/core/hex.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/tpm_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void assert_as_tpm2_tools(struct tpm_fixture *f, const char *list, es_pcr_mask mask)
{
	char line[256], out[256], ours[2 * ES_SHA256_LEN + 1];
	struct es_digest policy;

	assert_int_equal(es_policy_pcr(&f->values, mask, es_sha256, &policy), ES_OK);
	es_hex_encode(policy.bytes, ES_SHA256_LEN, ours);
	snprintf(line, sizeof line,
		 "tpm2_createpolicy -Q --policy-pcr -l sha256:%s -L p && tpm2_flushcontext -l && od -An -v -tx1 p | tr "
		 "-d ' \\n'",
		 list);
	es_swtpm_tool_ok(f->swtpm, line, out, sizeof out);
	assert_string_equal(ours, out);
}

static void the_digest_is_that_of_a_trial_session(void **state)
{
	struct tpm_fixture *f = *state;

	assert_as_tpm2_tools(f, "7,11,12", FIXTURE_PCRS);
	assert_as_tpm2_tools(f, "4,11,12", ES_PCR_BIT(4) | ES_PCR_BIT(11) | ES_PCR_BIT(12));
	assert_as_tpm2_tools(f, "0", ES_PCR_BIT(0));
	assert_as_tpm2_tools(f, "23", ES_PCR_BIT(23));
	assert_as_tpm2_tools(f, "0,2,4,7,9,11,12,22", 0x401a95);
}

static bool no_hash(const struct es_span *parts, size_t count, struct es_digest *ret)
{
	(void)parts, (void)count, (void)ret;
	return false;
}

static void inconsistent_requests_are_refused(void **state)
{
	struct es_pcr_values values = { .present = 0xfff };
	struct es_digest policy;

	(void)state;
	assert_int_equal(es_policy_pcr(&values, 0, es_sha256, &policy), ES_ARGUMENT);
	assert_int_equal(es_policy_pcr(&values, ES_PCR_BIT(12), es_sha256, &policy), ES_ARGUMENT); /* not present */
	values.present = UINT32_MAX;
	assert_int_equal(es_policy_pcr(&values, ES_PCR_BIT(24), es_sha256, &policy), ES_ARGUMENT); /* no such PCR */
	assert_int_equal(es_policy_pcr(&values, ES_PCR_BIT(7), NULL, &policy), ES_ARGUMENT);
	assert_int_equal(es_policy_pcr(&values, ES_PCR_BIT(7), no_hash, &policy), ES_CRYPTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_digest_is_that_of_a_trial_session, tpm_fixture_make,
						tpm_fixture_remove),
		cmocka_unit_test(inconsistent_requests_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
