/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/reason.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <tss2/tss2_tpm2_types.h>

static void only_success_is_ok(void **state)
{
	(void)state;
	assert_int_equal(es_tpm_reason(TSS2_RC_SUCCESS), ES_OK);
	for (uint32_t layer = 0; layer < 16; layer++)
		for (uint32_t code = 0; code <= 0xffff; code++)
			if (layer != 0 || code != 0)
				assert_int_not_equal(es_tpm_reason(TSS2_RC_LAYER(layer) | code), ES_OK);
}

#define CODE(name) "TPM2_RC_" #name, TPM2_RC_##name

/* The expected reason for each code: a second copy, to compare with the first. */
static const struct {
	const char *name;
	TPM2_RC code;
	enum es_reason reason;
} table[] = {
	{ CODE(RETRY), ES_TPM_BUSY },
	{ CODE(YIELDED), ES_TPM_BUSY },
	{ CODE(TESTING), ES_TPM_BUSY },
	{ CODE(CANCELED), ES_TPM_BUSY },
	{ CODE(NV_RATE), ES_TPM_NV_RATE },
	{ CODE(NV_UNAVAILABLE), ES_TPM_NV_RATE },
	{ CODE(PCR_CHANGED), ES_TPM_PCRS_CHANGING },
	{ CODE(LOCKOUT), ES_TPM_LOCKOUT },
	{ CODE(HIERARCHY), ES_TPM_HIERARCHY },
	{ CODE(FAILURE), ES_TPM_FAILURE_MODE },
	{ CODE(NEEDS_TEST), ES_TPM_FAILURE_MODE },
	{ CODE(INITIALIZE), ES_TPM_NOT_STARTED },
	{ CODE(UPGRADE), ES_TPM_UPGRADING },
	{ CODE(REBOOT), ES_TPM_RESTART },
	{ CODE(COMMAND_CODE), ES_TPM_COMMAND },
	{ CODE(DISABLED), ES_TPM_COMMAND },
	{ CODE(NO_RESULT), ES_TPM_UNEXPECTED },
	{ CODE(BAD_TAG), ES_TPM_VERSION },
	{ CODE(NV_SPACE), ES_TPM_FULL },
	{ CODE(NV_DEFINED), ES_TPM_INDEX_TAKEN },
	{ CODE(NV_LOCKED), ES_TPM_NV_LOCKED },
	{ CODE(NV_UNINITIALIZED), ES_COUNTER_UNCOUNTED },
	{ CODE(NV_SIZE), ES_TPM_REFUSED },
	{ CODE(NV_RANGE), ES_TPM_REFUSED },
	{ CODE(MEMORY), ES_TPM_SLOTS },
	{ CODE(OBJECT_MEMORY), ES_TPM_SLOTS },
	{ CODE(SESSION_MEMORY), ES_TPM_SLOTS },
	{ CODE(OBJECT_HANDLES), ES_TPM_SLOTS },
	{ CODE(SESSION_HANDLES), ES_TPM_SLOTS },
	{ CODE(CONTEXT_GAP), ES_TPM_SLOTS },
	{ CODE(TOO_MANY_CONTEXTS), ES_TPM_SLOTS },
	{ CODE(HANDLE), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_H0), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_H1), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_H2), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_H3), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_H4), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_H5), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_H6), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_S0), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_S1), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_S2), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_S3), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_S4), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_S5), ES_TPM_NO_HANDLE },
	{ CODE(REFERENCE_S6), ES_TPM_NO_HANDLE },
	{ CODE(AUTH_FAIL), ES_TPM_AUTH },
	{ CODE(BAD_AUTH), ES_TPM_AUTH },
	{ CODE(AUTH_MISSING), ES_TPM_AUTH },
	{ CODE(AUTH_TYPE), ES_TPM_AUTH },
	{ CODE(AUTH_UNAVAILABLE), ES_TPM_AUTH },
	{ CODE(NV_AUTHORIZATION), ES_TPM_AUTH },
	{ CODE(POLICY_FAIL), ES_TPM_POLICY },
	{ CODE(POLICY), ES_TPM_POLICY },
	{ CODE(POLICY_CC), ES_TPM_POLICY },
	{ CODE(EXPIRED), ES_TPM_POLICY },
	{ CODE(PCR), ES_TPM_POLICY },
	{ CODE(LOCALITY), ES_TPM_POLICY },
	{ CODE(PP), ES_TPM_POLICY },
	{ CODE(INTEGRITY), ES_BAD_TAG },
	{ CODE(SIGNATURE), ES_TPM_REFUSED },
	{ CODE(TICKET), ES_TPM_REFUSED },
	{ CODE(VALUE), ES_TPM_REFUSED },
	{ CODE(SIZE), ES_TPM_REFUSED },
	{ CODE(TYPE), ES_TPM_REFUSED },
	{ CODE(BINDING), ES_TPM_REFUSED },
	{ CODE(ATTRIBUTES), ES_TPM_REFUSED },
	{ CODE(HASH), ES_TPM_REFUSED },
	{ CODE(KEY), ES_TPM_REFUSED },
	{ CODE(SCHEME), ES_TPM_REFUSED },
	{ CODE(SYMMETRIC), ES_TPM_REFUSED },
	{ CODE(SELECTOR), ES_TPM_REFUSED },
	{ CODE(INSUFFICIENT), ES_TPM_REFUSED },
	{ CODE(ECC_POINT), ES_TPM_REFUSED },
	{ CODE(CURVE), ES_TPM_REFUSED },
	{ CODE(RESERVED_BITS), ES_TPM_REFUSED },
	{ CODE(ASYMMETRIC), ES_TPM_REFUSED },
	{ CODE(KEY_SIZE), ES_TPM_REFUSED },
	{ CODE(KDF), ES_TPM_REFUSED },
	{ CODE(MGF), ES_TPM_REFUSED },
	{ CODE(MODE), ES_TPM_REFUSED },
	{ CODE(RANGE), ES_TPM_REFUSED },
	{ CODE(TAG), ES_TPM_REFUSED },
	{ CODE(NONCE), ES_TPM_UNEXPECTED },
	{ CODE(SEQUENCE), ES_TPM_UNEXPECTED },
	{ CODE(PRIVATE), ES_TPM_UNEXPECTED },
	{ CODE(HMAC), ES_TPM_UNEXPECTED },
	{ CODE(EXCLUSIVE), ES_TPM_UNEXPECTED },
	{ CODE(COMMAND_SIZE), ES_TPM_UNEXPECTED },
	{ CODE(AUTHSIZE), ES_TPM_UNEXPECTED },
	{ CODE(AUTH_CONTEXT), ES_TPM_UNEXPECTED },
	{ CODE(BAD_CONTEXT), ES_TPM_UNEXPECTED },
	{ CODE(CPHASH), ES_TPM_UNEXPECTED },
	{ CODE(PARENT), ES_TPM_UNEXPECTED },
	{ CODE(UNBALANCED), ES_TPM_UNEXPECTED },
	{ CODE(SENSITIVE), ES_TPM_UNEXPECTED },
};

enum { CODES = sizeof table / sizeof *table };

static void F5_every_response_code_has_its_own_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < CODES; i++)
		if (es_tpm_reason(table[i].code) != table[i].reason)
			fail_msg("%s is %s", table[i].name, es_reason_words(es_tpm_reason(table[i].code))->id);
}

/* Names that aren't codes: parts of codes, and success. */
static bool is_part(const char *name)
{
	static const char *const parts[] = { "SUCCESS",  "VER1",   "FMT1", "WARN", "MAX_FM0",
					     "NOT_USED", "N_MASK", "H",    "P",    "S" };

	if (strlen(name) == 1 && isxdigit((unsigned char)name[0]))
		return true;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strcmp(name, parts[i]) == 0)
			return true;
	return false;
}

/* The header that the code was built with says which codes exist. */
static void F5_no_response_code_is_left_out(void **state)
{
	FILE *header = fopen("/usr/include/tss2/tss2_tpm2_types.h", "r");
	char line[512], name[64];
	size_t seen = 0, k;

	(void)state;
	assert_non_null(header);
	while (fgets(line, sizeof line, header) != NULL) {
		if (sscanf(line, "#define TPM2_RC_%63[A-Z0-9_]", name) != 1 || is_part(name))
			continue;
		for (k = 0; k < CODES && strcmp(table[k].name + strlen("TPM2_RC_"), name) != 0; k++)
			;
		if (k == CODES)
			fail_msg("TPM2_RC_%s has no meaning", name);
		seen++;
	}
	fclose(header);
	assert_int_equal(seen, CODES);
}

static void format_one_is_read_whatever_it_refers_to(void **state)
{
	static const TPM2_RC places[] = { 0,
					  TPM2_RC_P | TPM2_RC_1,
					  TPM2_RC_P | 0xf00,
					  TPM2_RC_H | TPM2_RC_1,
					  TPM2_RC_H | 0x700,
					  TPM2_RC_S | TPM2_RC_1,
					  TPM2_RC_S | 0xf00 };

	(void)state;
	for (size_t i = 0; i < CODES; i++)
		for (size_t p = 0; p < sizeof places / sizeof *places && (table[i].code & TPM2_RC_FMT1); p++) {
			assert_int_equal(es_tpm_code(table[i].code | places[p]), table[i].code);
			assert_int_equal(es_tpm_reason(table[i].code | places[p]), table[i].reason);
		}
}

static void an_unexpected_code_is_reported_as_such(void **state)
{
	(void)state;
	assert_int_equal(es_tpm_reason(TPM2_RC_VER1 | 0x7e), ES_TPM_UNEXPECTED);
	assert_int_equal(es_tpm_reason(TPM2_RC_FMT1 | 0x3f), ES_TPM_UNEXPECTED);
	assert_int_equal(es_tpm_reason(TPM2_RC_WARN | 0x7e), ES_TPM_UNEXPECTED);
}

static void a_resource_manager_speaks_for_the_tpm(void **state)
{
	(void)state;
	assert_int_equal(es_tpm_reason(TSS2_RESMGR_TPM_RC_LAYER | TPM2_RC_POLICY_FAIL | TPM2_RC_S | TPM2_RC_1),
			 ES_TPM_POLICY);
	assert_int_equal(es_tpm_reason(TSS2_RESMGR_TPM_RC_LAYER | TPM2_RC_OBJECT_MEMORY), ES_TPM_SLOTS);
}

static void a_host_side_code_is_never_mistaken_for_the_tpms(void **state)
{
	(void)state;
	/* TSS2_BASE_RC_RSP_AUTH_FAILED is 0x1b, which would mean something else as a TPM's code. */
	assert_int_equal(es_tpm_reason(TSS2_ESYS_RC_RSP_AUTH_FAILED), ES_TPM_FORGED);
	assert_int_equal(es_tpm_reason(TSS2_ESYS_RC_MEMORY), ES_MEMORY);
	assert_int_equal(es_tpm_reason(TSS2_TCTI_RC_IO_ERROR), ES_TPM_HARDWARE);
	assert_int_equal(es_tpm_reason(TSS2_TCTI_RC_NO_CONNECTION), ES_TPM_HARDWARE);
	assert_int_equal(es_tpm_reason(TSS2_ESYS_RC_MALFORMED_RESPONSE), ES_TPM_HARDWARE);
	assert_int_equal(es_tpm_code(TSS2_ESYS_RC_RSP_AUTH_FAILED), 0);
	/* 0x1e from another layer isn't a TPM 1.2 */
	assert_int_equal(es_tpm_reason(TSS2_ESAPI_RC_LAYER | 0x1e), ES_TPM_UNEXPECTED);
	assert_int_equal(es_tpm_reason(TSS2_TCTI_RC_NOT_PERMITTED), ES_TPM_DENIED);
	assert_int_equal(es_tpm_reason(TSS2_ESYS_RC_BAD_SEQUENCE), ES_TPM_UNEXPECTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_success_is_ok),
		cmocka_unit_test(F5_every_response_code_has_its_own_reason),
		cmocka_unit_test(F5_no_response_code_is_left_out),
		cmocka_unit_test(format_one_is_read_whatever_it_refers_to),
		cmocka_unit_test(an_unexpected_code_is_reported_as_such),
		cmocka_unit_test(a_resource_manager_speaks_for_the_tpm),
		cmocka_unit_test(a_host_side_code_is_never_mistaken_for_the_tpms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
