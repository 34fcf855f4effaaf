/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a response code means for the caller. What it can't tell by the code alone, the operation that got it does:
 * ES_TPM_AUTH under a session salted to the pinned SRK (another TPM, or forged), ES_MISSING for a handle.
 * TPM 2.0 Library Part 2, 6.6; TCG TSS 2.0 Overview and Common Structures, 3.3.
 */
#include "keys/tpm/reason.h"

#include <stddef.h>

#include <tss2/tss2_tpm2_types.h>

struct meaning {
	TSS2_RC code;
	enum es_reason reason;
};

static const struct meaning TPM_MEANINGS[] = {
	{ TPM2_RC_RETRY, ES_TPM_BUSY },
	{ TPM2_RC_YIELDED, ES_TPM_BUSY },
	{ TPM2_RC_TESTING, ES_TPM_BUSY },
	{ TPM2_RC_CANCELED, ES_TPM_BUSY },
	{ TPM2_RC_NV_RATE, ES_TPM_BUSY },
	{ TPM2_RC_NV_UNAVAILABLE, ES_TPM_BUSY },
	{ TPM2_RC_PCR_CHANGED, ES_TPM_BUSY },

	{ TPM2_RC_LOCKOUT, ES_TPM_LOCKOUT },
	{ TPM2_RC_AUTH_FAIL, ES_TPM_AUTH },
	{ TPM2_RC_BAD_AUTH, ES_TPM_AUTH },
	{ TPM2_RC_AUTH_MISSING, ES_TPM_AUTH },
	{ TPM2_RC_AUTH_TYPE, ES_TPM_AUTH },
	{ TPM2_RC_AUTH_UNAVAILABLE, ES_TPM_AUTH },
	{ TPM2_RC_NV_AUTHORIZATION, ES_TPM_AUTH },
	{ TPM2_RC_HIERARCHY, ES_TPM_AUTH }, /* the owner hierarchy is switched off */
	{ TPM2_RC_POLICY_FAIL, ES_TPM_POLICY },
	{ TPM2_RC_POLICY, ES_TPM_POLICY },
	{ TPM2_RC_POLICY_CC, ES_TPM_POLICY },
	{ TPM2_RC_EXPIRED, ES_TPM_POLICY },
	{ TPM2_RC_PCR, ES_TPM_POLICY },
	{ TPM2_RC_LOCALITY, ES_TPM_POLICY },

	{ TPM2_RC_INTEGRITY, ES_BAD_TAG }, /* the object is another key's, or damaged */
	{ TPM2_RC_HANDLE, ES_MISSING },
	{ TPM2_RC_REFERENCE_H0, ES_MISSING },
	{ TPM2_RC_NV_UNINITIALIZED, ES_MISSING },
	{ TPM2_RC_NV_DEFINED, ES_ALREADY_CONFIGURED },

	{ TPM2_RC_VALUE, ES_FORMAT }, /* what was sent isn't what it has to be */
	{ TPM2_RC_SIZE, ES_FORMAT },
	{ TPM2_RC_TYPE, ES_FORMAT },
	{ TPM2_RC_BINDING, ES_FORMAT },
	{ TPM2_RC_ATTRIBUTES, ES_FORMAT },
	{ TPM2_RC_HASH, ES_FORMAT },
	{ TPM2_RC_KEY, ES_FORMAT },
	{ TPM2_RC_SCHEME, ES_FORMAT },
	{ TPM2_RC_SYMMETRIC, ES_FORMAT },
	{ TPM2_RC_SELECTOR, ES_FORMAT },
	{ TPM2_RC_INSUFFICIENT, ES_FORMAT },
	{ TPM2_RC_ECC_POINT, ES_FORMAT },
	{ TPM2_RC_CURVE, ES_FORMAT },
	{ TPM2_RC_RESERVED_BITS, ES_FORMAT },
	{ TPM2_RC_ASYMMETRIC, ES_FORMAT },
	{ TPM2_RC_KEY_SIZE, ES_FORMAT },
	{ TPM2_RC_KDF, ES_FORMAT },
	{ TPM2_RC_MODE, ES_FORMAT },
	{ TPM2_RC_RANGE, ES_FORMAT },
	{ TPM2_RC_TAG, ES_FORMAT },

	{ TPM2_RC_NV_SPACE, ES_TPM_FULL },
	{ TPM2_RC_MEMORY, ES_TPM_FULL },
	{ TPM2_RC_OBJECT_MEMORY, ES_TPM_FULL },
	{ TPM2_RC_SESSION_MEMORY, ES_TPM_FULL },
	{ TPM2_RC_OBJECT_HANDLES, ES_TPM_FULL },
	{ TPM2_RC_SESSION_HANDLES, ES_TPM_FULL },
	{ TPM2_RC_CONTEXT_GAP, ES_TPM_FULL },

	{ TPM2_RC_BAD_TAG, ES_TPM_VERSION }, /* how a TPM 1.2 answers a TPM 2.0 command */
};

/* Of ESAPI, SAPI, MU and the TCTI. */
static const struct meaning HOST_MEANINGS[] = {
	{ TSS2_BASE_RC_RSP_AUTH_FAILED, ES_TPM_FORGED },
	{ TSS2_BASE_RC_MEMORY, ES_MEMORY },
	{ TSS2_BASE_RC_NOT_PERMITTED, ES_PERMISSION },
	{ TSS2_BASE_RC_TRY_AGAIN, ES_TPM_BUSY },
};

static enum es_reason look_up(const struct meaning *table, size_t count, TSS2_RC code)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].code == code)
			return table[i].reason;
	return ES_TPM_HARDWARE;
}

TSS2_RC es_tpm_code(TSS2_RC rc)
{
	TSS2_RC layer = rc & TSS2_RC_LAYER_MASK, code = rc & ~TSS2_RC_LAYER_MASK;

	if (layer != TSS2_TPM_RC_LAYER && layer != TSS2_RESMGR_TPM_RC_LAYER)
		return 0;
	/* Format one: bits 0 to 5 are the error, 6 says parameter, 8 to 11 number what is wrong. */
	if (code & TPM2_RC_FMT1)
		return code & (TPM2_RC_FMT1 | 0x3f);
	return code;
}

enum es_reason es_tpm_reason(TSS2_RC rc)
{
	TSS2_RC code = es_tpm_code(rc);

	if (rc == TSS2_RC_SUCCESS)
		return ES_OK;
	if (code != 0)
		return look_up(TPM_MEANINGS, sizeof TPM_MEANINGS / sizeof *TPM_MEANINGS, code);
	return look_up(HOST_MEANINGS, sizeof HOST_MEANINGS / sizeof *HOST_MEANINGS, rc & ~TSS2_RC_LAYER_MASK);
}
