/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a response code means for the caller. Where the code alone is ambiguous, the operation decides: ES_TPM_AUTH in a
 * session salted to the pinned SRK (another TPM, or forged), ES_TPM_NO_HANDLE (nothing there, or its hierarchy is
 * disabled). TPM 2.0 Library Part 2, 6.6; TCG TSS 2.0 Overview and Common Structures, 3.3.
 */
#include "keys/tpm/reason.h"

#include <stddef.h>

#include <tss2/tss2_tpm2_types.h>

struct meaning {
	TSS2_RC code;
	enum es_reason reason;
};

/* Exactly the codes of Part 2, table 17: test-reason.c compares. */
static const struct meaning TPM_MEANINGS[] = {
	/* The TPM asks for a retry. keys/tpm/tcti.c retries; unsealing does if a PCR changed. */
	{ TPM2_RC_RETRY, ES_TPM_BUSY },
	{ TPM2_RC_YIELDED, ES_TPM_BUSY },
	{ TPM2_RC_TESTING, ES_TPM_BUSY },
	{ TPM2_RC_CANCELED, ES_TPM_BUSY },
	{ TPM2_RC_NV_RATE, ES_TPM_NV_RATE },
	{ TPM2_RC_NV_UNAVAILABLE, ES_TPM_NV_RATE },
	{ TPM2_RC_PCR_CHANGED, ES_TPM_PCRS_CHANGING },

	/* The TPM's state */
	{ TPM2_RC_LOCKOUT, ES_TPM_LOCKOUT },
	{ TPM2_RC_HIERARCHY, ES_TPM_HIERARCHY },
	{ TPM2_RC_FAILURE, ES_TPM_FAILURE_MODE },
	{ TPM2_RC_NEEDS_TEST, ES_TPM_FAILURE_MODE },
	{ TPM2_RC_INITIALIZE, ES_TPM_NOT_STARTED },
	{ TPM2_RC_UPGRADE, ES_TPM_UPGRADING },
	{ TPM2_RC_REBOOT, ES_TPM_RESTART },
	{ TPM2_RC_COMMAND_CODE, ES_TPM_COMMAND },
	{ TPM2_RC_DISABLED, ES_TPM_COMMAND },
	{ TPM2_RC_NO_RESULT, ES_TPM_UNEXPECTED },
	{ TPM2_RC_BAD_TAG, ES_TPM_VERSION }, /* a TPM 1.2's answer to a TPM 2.0 command */

	/* What the TPM stores, and its room */
	{ TPM2_RC_NV_SPACE, ES_TPM_FULL },
	{ TPM2_RC_NV_DEFINED, ES_TPM_INDEX_TAKEN },
	{ TPM2_RC_NV_LOCKED, ES_TPM_NV_LOCKED },
	{ TPM2_RC_NV_UNINITIALIZED, ES_COUNTER_UNCOUNTED }, /* we store nothing else there */
	{ TPM2_RC_NV_SIZE, ES_TPM_REFUSED },
	{ TPM2_RC_NV_RANGE, ES_TPM_REFUSED },
	{ TPM2_RC_MEMORY, ES_TPM_SLOTS },
	{ TPM2_RC_OBJECT_MEMORY, ES_TPM_SLOTS },
	{ TPM2_RC_SESSION_MEMORY, ES_TPM_SLOTS },
	{ TPM2_RC_OBJECT_HANDLES, ES_TPM_SLOTS },
	{ TPM2_RC_SESSION_HANDLES, ES_TPM_SLOTS },
	{ TPM2_RC_CONTEXT_GAP, ES_TPM_SLOTS },
	{ TPM2_RC_TOO_MANY_CONTEXTS, ES_TPM_SLOTS },
	{ TPM2_RC_HANDLE, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_H0, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_H1, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_H2, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_H3, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_H4, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_H5, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_H6, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_S0, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_S1, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_S2, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_S3, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_S4, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_S5, ES_TPM_NO_HANDLE },
	{ TPM2_RC_REFERENCE_S6, ES_TPM_NO_HANDLE },

	/* Authorisation: we only use the owner's password and those of our own objects, all empty. */
	{ TPM2_RC_AUTH_FAIL, ES_TPM_AUTH },
	{ TPM2_RC_BAD_AUTH, ES_TPM_AUTH },
	{ TPM2_RC_AUTH_MISSING, ES_TPM_AUTH },
	{ TPM2_RC_AUTH_TYPE, ES_TPM_AUTH },
	{ TPM2_RC_AUTH_UNAVAILABLE, ES_TPM_AUTH },
	{ TPM2_RC_NV_AUTHORIZATION, ES_TPM_AUTH },
	{ TPM2_RC_POLICY_FAIL, ES_TPM_POLICY },
	{ TPM2_RC_POLICY, ES_TPM_POLICY },
	{ TPM2_RC_POLICY_CC, ES_TPM_POLICY },
	{ TPM2_RC_EXPIRED, ES_TPM_POLICY },
	{ TPM2_RC_PCR, ES_TPM_POLICY },
	{ TPM2_RC_LOCALITY, ES_TPM_POLICY },
	{ TPM2_RC_PP, ES_TPM_POLICY },

	/* The TPM's input */
	{ TPM2_RC_INTEGRITY, ES_BAD_TAG }, /* another key's object, or a damaged one: keys/tpm/object.c decides */
	{ TPM2_RC_SIGNATURE, ES_TPM_REFUSED },
	{ TPM2_RC_TICKET, ES_TPM_REFUSED },
	{ TPM2_RC_VALUE, ES_TPM_REFUSED },
	{ TPM2_RC_SIZE, ES_TPM_REFUSED },
	{ TPM2_RC_TYPE, ES_TPM_REFUSED },
	{ TPM2_RC_BINDING, ES_TPM_REFUSED },
	{ TPM2_RC_ATTRIBUTES, ES_TPM_REFUSED },
	{ TPM2_RC_HASH, ES_TPM_REFUSED },
	{ TPM2_RC_KEY, ES_TPM_REFUSED },
	{ TPM2_RC_SCHEME, ES_TPM_REFUSED },
	{ TPM2_RC_SYMMETRIC, ES_TPM_REFUSED },
	{ TPM2_RC_SELECTOR, ES_TPM_REFUSED },
	{ TPM2_RC_INSUFFICIENT, ES_TPM_REFUSED },
	{ TPM2_RC_ECC_POINT, ES_TPM_REFUSED },
	{ TPM2_RC_CURVE, ES_TPM_REFUSED },
	{ TPM2_RC_RESERVED_BITS, ES_TPM_REFUSED },
	{ TPM2_RC_ASYMMETRIC, ES_TPM_REFUSED },
	{ TPM2_RC_KEY_SIZE, ES_TPM_REFUSED },
	{ TPM2_RC_KDF, ES_TPM_REFUSED },
	{ TPM2_RC_MGF, ES_TPM_REFUSED },
	{ TPM2_RC_MODE, ES_TPM_REFUSED },
	{ TPM2_RC_RANGE, ES_TPM_REFUSED },
	{ TPM2_RC_TAG, ES_TPM_REFUSED },

	/* Commands that we never build in that way */
	{ TPM2_RC_NONCE, ES_TPM_UNEXPECTED },
	{ TPM2_RC_SEQUENCE, ES_TPM_UNEXPECTED },
	{ TPM2_RC_PRIVATE, ES_TPM_UNEXPECTED },
	{ TPM2_RC_HMAC, ES_TPM_UNEXPECTED },
	{ TPM2_RC_EXCLUSIVE, ES_TPM_UNEXPECTED },
	{ TPM2_RC_COMMAND_SIZE, ES_TPM_UNEXPECTED },
	{ TPM2_RC_AUTHSIZE, ES_TPM_UNEXPECTED },
	{ TPM2_RC_AUTH_CONTEXT, ES_TPM_UNEXPECTED },
	{ TPM2_RC_BAD_CONTEXT, ES_TPM_UNEXPECTED },
	{ TPM2_RC_CPHASH, ES_TPM_UNEXPECTED },
	{ TPM2_RC_PARENT, ES_TPM_UNEXPECTED },
	{ TPM2_RC_UNBALANCED, ES_TPM_UNEXPECTED },
	{ TPM2_RC_SENSITIVE, ES_TPM_UNEXPECTED },
};

/* Codes of ESAPI, SAPI, MU, the TCTI and a resource manager. Any other is a defect, theirs or ours. */
static const struct meaning HOST_MEANINGS[] = {
	{ TSS2_BASE_RC_RSP_AUTH_FAILED, ES_TPM_FORGED },      { TSS2_BASE_RC_MEMORY, ES_MEMORY },
	{ TSS2_BASE_RC_NOT_PERMITTED, ES_TPM_DENIED },        { TSS2_BASE_RC_TRY_AGAIN, ES_TPM_BUSY },
	{ TSS2_BASE_RC_IO_ERROR, ES_TPM_HARDWARE },           { TSS2_BASE_RC_NO_CONNECTION, ES_TPM_HARDWARE },
	{ TSS2_BASE_RC_MALFORMED_RESPONSE, ES_TPM_HARDWARE }, { TSS2_BASE_RC_INSUFFICIENT_RESPONSE, ES_TPM_HARDWARE },
	{ TSS2_BASE_RC_GENERAL_FAILURE, ES_TPM_HARDWARE },
};

static enum es_reason look_up(const struct meaning *table, size_t count, TSS2_RC code)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].code == code)
			return table[i].reason;
	return ES_TPM_UNEXPECTED;
}

TSS2_RC es_tpm_code(TSS2_RC rc)
{
	TSS2_RC layer = rc & TSS2_RC_LAYER_MASK, code = rc & ~TSS2_RC_LAYER_MASK;

	if (layer != TSS2_TPM_RC_LAYER && layer != TSS2_RESMGR_TPM_RC_LAYER)
		return 0;
	/* Format one: bits 0 to 5 are the error, bit 6 means parameter, bits 8 to 11 number what is wrong. */
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
