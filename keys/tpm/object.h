/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealed objects: KEYEDHASH, 32 bytes, noDA, adminWithPolicy, under the pinned SRK. Secrets travel encrypted
 * (AES-128-CFB in both directions) in a session salted to that SRK. TPM 2.0 Library Part 3: TPM2_Create, TPM2_Load,
 * TPM2_Unseal, TPM2_PolicyPCR.
 */
#ifndef ES_TPM_OBJECT_H
#define ES_TPM_OBJECT_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"
#include "keys/core/secret.h"
#include "keys/tpm/authorize.h"
#include "keys/tpm/context.h"

enum { ES_TPM_PUBLIC_MAX = 1024, ES_TPM_PRIVATE_MAX = 1024 }; /* marshalled TPM2B_PUBLIC and TPM2B_PRIVATE */

/* Seals to the values of pcrs (SHA-256 bank), which the caller has computed; none is read from the TPM. ES_ARGUMENT:
 * pcrs is empty, has neither 4 nor 7, or isn't in expected->present; ES_TPM_UNSET_PCR: pcrs includes one of 4, 7, 11
 * whose value is all zeros or all ones (unset_ok lists exceptions). */
struct es_tpm_seal_request {
	const struct es_secret *secret; /* ES_KEY_LEN bytes */
	const struct es_pcr_values *expected;
	es_pcr_mask pcrs;
	es_pcr_mask unset_ok; /* PCR 11 on a host that boots without the stub */
	es_sha256_fn *sha256; /* es_sha256: this room has no hash function; NULL is ES_ARGUMENT */
	/* If not NULL: seals to what this key signs for PCR 11, and to pcrs, which must include 7 and must not include
	 * 11 (otherwise ES_ARGUMENT: a vendor's signature doesn't say who started the image). ES_NOT_MET: the TPM
	 * doesn't support such a key. */
	const struct es_vendor_key *vendor;
};
ES_MUST_CHECK enum es_reason es_tpm_seal(struct es_tpm *tpm, const struct es_tpm_seal_request *request,
					 struct es_buf *ret_public, struct es_buf *ret_private);

/* Five commands: StartAuthSession, Load, PolicyPCR, Unseal, FlushContext. PolicyPCR and Unseal follow each other
 * directly. If a PCR changes in between, they are repeated for up to ES_PATIENCE_TOTAL_MS, with three commands each
 * time. ES_TPM_POLICY: the policy doesn't hold, since the PCRs differ; ES_TPM_CLEARED, ES_TPM_OTHER, ES_TPM_HIERARCHY:
 * the object doesn't belong to this TPM's SRK (es_tpm_srk_check distinguishes these); ES_SEAL_DAMAGED: it doesn't
 * although the SRK is the pinned one, or it isn't ES_KEY_LEN sealed bytes; ES_TPM_PCRS_CHANGING, ES_TPM_SRK_AUTH,
 * ES_TPM_LOCKOUT, ES_TPM_FORGED, …: as their words say. An authorization takes five more commands, or six with a
 * generation, and adds the reasons of es_session_authorize: ES_IMAGE_OLD, ES_IMAGE_SIGNATURE, ES_COUNTER_MISSING. */
struct es_tpm_unseal_request {
	struct es_span public_part, private_part;
	es_pcr_mask pcrs;
	const struct es_authorization *authorization; /* for an object sealed with a vendor's key; otherwise NULL */
};
ES_MUST_CHECK enum es_reason es_tpm_unseal(struct es_tpm *tpm, const struct es_tpm_unseal_request *request,
					   struct es_secret **ret_secret);

#endif
