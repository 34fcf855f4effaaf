/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static void format_one_is_read_whatever_it_points_at(void **state)
{
	static const TPM2_RC places[] = { 0,
					  TPM2_RC_P | TPM2_RC_1,
					  TPM2_RC_P | 0xf00,
					  TPM2_RC_H | TPM2_RC_1,
					  TPM2_RC_H | 0x700,
					  TPM2_RC_S | TPM2_RC_1,
					  TPM2_RC_S | 0xf00 };
	static const struct {
		TPM2_RC code;
		enum es_reason reason;
	} table[] = {
		{ TPM2_RC_AUTH_FAIL, ES_TPM_AUTH },
		{ TPM2_RC_BAD_AUTH, ES_TPM_AUTH },
		{ TPM2_RC_POLICY_FAIL, ES_TPM_POLICY },
		{ TPM2_RC_INTEGRITY, ES_BAD_TAG },
		{ TPM2_RC_HANDLE, ES_MISSING },
		{ TPM2_RC_VALUE, ES_FORMAT },
		{ TPM2_RC_SIZE, ES_FORMAT },
		{ TPM2_RC_BINDING, ES_FORMAT },
		{ TPM2_RC_HIERARCHY, ES_TPM_AUTH },
		{ TPM2_RC_RESERVED_BITS, ES_FORMAT },
		{ TPM2_RC_NONCE, ES_TPM_HARDWARE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
			assert_int_equal(es_tpm_code(table[i].code | places[p]), table[i].code);
			assert_int_equal(es_tpm_reason(table[i].code | places[p]), table[i].reason);
		}
}

static void format_zero_is_told_apart(void **state)
{
	static const struct {
		TSS2_RC code;
		enum es_reason reason;
	} table[] = {
		{ TPM2_RC_LOCKOUT, ES_TPM_LOCKOUT },
		{ TPM2_RC_RETRY, ES_TPM_BUSY },
		{ TPM2_RC_YIELDED, ES_TPM_BUSY },
		{ TPM2_RC_TESTING, ES_TPM_BUSY },
		{ TPM2_RC_NV_RATE, ES_TPM_BUSY },
		{ TPM2_RC_NV_UNAVAILABLE, ES_TPM_BUSY },
		{ TPM2_RC_PCR_CHANGED, ES_TPM_BUSY },
		{ TPM2_RC_NV_SPACE, ES_TPM_FULL },
		{ TPM2_RC_OBJECT_MEMORY, ES_TPM_FULL },
		{ TPM2_RC_SESSION_HANDLES, ES_TPM_FULL },
		{ TPM2_RC_NV_DEFINED, ES_ALREADY_CONFIGURED },
		{ TPM2_RC_NV_UNINITIALIZED, ES_MISSING },
		{ TPM2_RC_FAILURE, ES_TPM_HARDWARE },
		{ TPM2_RC_INITIALIZE, ES_TPM_HARDWARE },
		{ TPM2_RC_DISABLED, ES_TPM_HARDWARE },
		{ TPM2_RC_COMMAND_CODE, ES_TPM_HARDWARE },
		{ TPM2_RC_UPGRADE, ES_TPM_HARDWARE },
		{ 0x01e, ES_TPM_VERSION }, /* TPM 1.2: TPM_BAD_TAG */
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_int_equal(es_tpm_reason(table[i].code), table[i].reason);
}

static void a_resource_manager_speaks_for_the_tpm(void **state)
{
	(void)state;
	assert_int_equal(es_tpm_reason(TSS2_RESMGR_TPM_RC_LAYER | TPM2_RC_POLICY_FAIL | TPM2_RC_S | TPM2_RC_1),
			 ES_TPM_POLICY);
	assert_int_equal(es_tpm_reason(TSS2_RESMGR_TPM_RC_LAYER | TPM2_RC_OBJECT_MEMORY), ES_TPM_FULL);
}

static void the_host_side_is_never_taken_for_the_tpm(void **state)
{
	(void)state;
	/* TSS2_BASE_RC_RSP_AUTH_FAILED is 0x1b; as a TPM's code it would mean something else. */
	assert_int_equal(es_tpm_reason(TSS2_ESYS_RC_RSP_AUTH_FAILED), ES_TPM_FORGED);
	assert_int_equal(es_tpm_reason(TSS2_ESYS_RC_MEMORY), ES_MEMORY);
	assert_int_equal(es_tpm_reason(TSS2_TCTI_RC_IO_ERROR), ES_TPM_HARDWARE);
	assert_int_equal(es_tpm_reason(TSS2_TCTI_RC_NO_CONNECTION), ES_TPM_HARDWARE);
	assert_int_equal(es_tpm_reason(TSS2_ESYS_RC_MALFORMED_RESPONSE), ES_TPM_HARDWARE);
	assert_int_equal(es_tpm_code(TSS2_ESYS_RC_RSP_AUTH_FAILED), 0);
	/* 0x1e of another layer isn't a TPM 1.2 */
	assert_int_equal(es_tpm_reason(TSS2_ESAPI_RC_LAYER | 0x1e), ES_TPM_HARDWARE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_success_is_ok),
		cmocka_unit_test(format_one_is_read_whatever_it_points_at),
		cmocka_unit_test(format_zero_is_told_apart),
		cmocka_unit_test(a_resource_manager_speaks_for_the_tpm),
		cmocka_unit_test(the_host_side_is_never_taken_for_the_tpm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
