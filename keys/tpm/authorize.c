/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TPM enforces the order: the session is brought to what the vendor signed, the TPM checks the signature itself,
 * and only then replaces the digest (PolicyAuthorize). Nothing that the host says about PCRs, generation or signature
 * counts.
 *
 * A key that once signed a policy without a generation has signed that image for good.
 */
#include "keys/tpm/authorize.h"

#include "keys/tpm/authorized.h"
#include "keys/tpm/blob.h"
#include "keys/tpm/defences.h"
#include "keys/tpm/name.h"
#include "keys/tpm/reason.h"
#include "keys/tpm/template.h"

#include <string.h>

#include <tss2/tss2_mu.h>

static enum es_reason load_key(struct es_tpm *tpm, const struct es_vendor_key *key, struct es_loaded *ret)
{
	const TPM2B_PUBLIC public = es_vendor_key_public(key);
	ESYS_TR tr = ESYS_TR_NONE;
	enum es_reason r;
	TSS2_RC rc;

	/* In the owner hierarchy: a ticket of the null hierarchy would be empty. */
	rc = Esys_LoadExternal(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, NULL, &public, ESYS_TR_RH_OWNER,
			       &tr);
	r = es_tpm_judge(tpm, "TPM2_LoadExternal", rc);
	if (r == ES_OK)
		es_loaded_set(ret, tr);
	return r == ES_TPM_REFUSED ? ES_NOT_MET : r;
}

enum es_reason es_vendor_key_check(struct es_tpm *tpm, const struct es_vendor_key *key)
{
	ES_LOADED loaded = ES_LOADED_NONE(tpm);

	return es_vendor_key_is_valid(key) ? load_key(tpm, key, &loaded) : ES_ARGUMENT;
}

/* The index as ESAPI would have it after TPM2_NV_ReadPublic, without that command. If the TPM's index differs, so does
 * its Name, and the policy fails. */
static enum es_reason counter_known(struct es_tpm *tpm, es_sha256_fn *sha256, ESYS_TR *ret)
{
	const TPMS_NV_PUBLIC public = es_generation_counter_public();
	uint8_t bytes[ES_NV_BLOB_MAX];
	TPM2B_NAME name = { 0 };
	size_t len = 0;

	if (es_generation_counter_name(sha256, &name))
		len = es_nv_blob_write(&public, &name, bytes);
	if (len == 0)
		return ES_CRYPTO;
	return es_tpm_judge(tpm, "the generation counter", Esys_TR_Deserialize(tpm->esys, bytes, len, ret));
}

static enum es_reason policy_nv(struct es_tpm *tpm, ESYS_TR session, const struct es_authorization *a)
{
	TPM2B_OPERAND generation = { .size = ES_GENERATION_LEN };
	ESYS_TR nv = ESYS_TR_NONE;
	enum es_reason r = counter_known(tpm, a->sha256, &nv);
	TSS2_RC rc;

	if (r != ES_OK)
		return r;
	es_generation_write(a->generation, generation.buffer);
	rc = Esys_PolicyNV(tpm->esys, nv, nv, session, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &generation, 0,
			   TPM2_EO_UNSIGNED_LE);
	r = es_tpm_judge(tpm, "TPM2_PolicyNV", rc);
	if (!tpm->stuck)
		Esys_TR_Close(tpm->esys, &nv);
	if (r == ES_TPM_POLICY)
		return ES_IMAGE_OLD;
	return r == ES_TPM_NO_HANDLE || r == ES_COUNTER_UNCOUNTED || r == ES_TPM_AUTH ? ES_COUNTER_MISSING : r;
}

static enum es_reason verify(struct es_tpm *tpm, ESYS_TR key, const struct es_authorization *a,
			     TPMT_TK_VERIFIED **ret_ticket)
{
	const struct es_span policy = { a->policy.bytes, ES_SHA256_LEN };
	TPMT_SIGNATURE signature = {
		.sigAlg = TPM2_ALG_RSASSA,
		.signature.rsassa = { .hash = TPM2_ALG_SHA256, .sig.size = (UINT16)a->signature.len },
	};
	TPM2B_DIGEST digest = { .size = ES_SHA256_LEN };
	struct es_digest d;
	enum es_reason r;
	TSS2_RC rc;

	if (!a->sha256(&policy, 1, &d))
		return ES_CRYPTO;
	memcpy(digest.buffer, d.bytes, ES_SHA256_LEN);
	memcpy(signature.signature.rsassa.sig.buffer, a->signature.data, a->signature.len);
	rc = Esys_VerifySignature(tpm->esys, key, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &digest, &signature,
				  ret_ticket);
	r = es_tpm_judge(tpm, "TPM2_VerifySignature", rc);
	return r == ES_TPM_REFUSED ? ES_IMAGE_SIGNATURE : r;
}

static enum es_reason check(const struct es_authorization *a)
{
	if (a->sha256 == NULL || !es_vendor_key_is_valid(&a->key) || a->pcrs == 0 || a->pcrs >> ES_PCR_COUNT != 0 ||
	    a->generation > ES_GENERATION_MAX)
		return ES_ARGUMENT;
	return a->signature.len == a->key.modulus.len ? ES_OK : ES_IMAGE_SIGNATURE;
}

enum es_reason es_vendor_ticket(struct es_tpm *tpm, const struct es_authorization *a, struct es_buf *ret)
{
	ES_ESYS TPMT_TK_VERIFIED *ticket = NULL;
	ES_LOADED key = ES_LOADED_NONE(tpm);
	uint8_t bytes[ES_TICKET_MAX];
	size_t len = 0;
	enum es_reason r = check(a);

	if (r == ES_OK)
		r = es_tpm_ready(tpm);
	if (r == ES_OK)
		r = load_key(tpm, &a->key, &key);
	if (r == ES_OK)
		r = verify(tpm, key.tr, a, &ticket);
	if (r != ES_OK)
		return r;
	if (Tss2_MU_TPMT_TK_VERIFIED_Marshal(ticket, bytes, sizeof bytes, &len) != TSS2_RC_SUCCESS)
		return ES_TPM_HARDWARE;
	return es_buf_copy((struct es_span){ bytes, len }, ret);
}

static enum es_reason policy_authorize(struct es_tpm *tpm, ESYS_TR session, const struct es_authorization *a,
				       const TPMT_TK_VERIFIED *ticket)
{
	const TPM2B_NONCE no_ref = { 0 };
	TPM2B_DIGEST policy = { .size = ES_SHA256_LEN };
	TPM2B_NAME name = { 0 };
	TSS2_RC rc;

	if (!es_vendor_key_name(&a->key, a->sha256, &name))
		return ES_CRYPTO;
	memcpy(policy.buffer, a->policy.bytes, ES_SHA256_LEN);
	rc = Esys_PolicyAuthorize(tpm->esys, session, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &policy, &no_ref, &name,
				  ticket);
	return es_tpm_judge(tpm, "TPM2_PolicyAuthorize", rc);
}

/* ES_TPM_REFUSED: there is no ticket that fits; the session is unchanged. */
static enum es_reason authorize_by_ticket(struct es_tpm *tpm, ESYS_TR session, const struct es_authorization *a)
{
	TPMT_TK_VERIFIED ticket;
	size_t at = 0;

	if (a->ticket.len == 0 || a->ticket.len > ES_TICKET_MAX ||
	    Tss2_MU_TPMT_TK_VERIFIED_Unmarshal(a->ticket.data, a->ticket.len, &at, &ticket) != TSS2_RC_SUCCESS ||
	    at != a->ticket.len)
		return ES_TPM_REFUSED;
	return policy_authorize(tpm, session, a, &ticket);
}

static enum es_reason authorize_by_signature(struct es_tpm *tpm, ESYS_TR session, const struct es_authorization *a)
{
	ES_ESYS TPMT_TK_VERIFIED *ticket = NULL;
	ES_LOADED key = ES_LOADED_NONE(tpm);
	enum es_reason r = load_key(tpm, &a->key, &key);

	if (r == ES_OK)
		r = verify(tpm, key.tr, a, &ticket);
	if (r != ES_OK)
		return r;
	r = policy_authorize(tpm, session, a, ticket);
	/* The session's digest isn't the signed one. */
	return r == ES_TPM_REFUSED ? ES_TPM_POLICY : r;
}

enum es_reason es_session_authorize(struct es_tpm *tpm, ESYS_TR session, const struct es_authorization *a)
{
	const TPML_PCR_SELECTION pcrs = es_pcr_selection(a->pcrs);
	const TPM2B_DIGEST as_they_are = { 0 };
	enum es_reason r = check(a);
	TSS2_RC rc;

	if (r != ES_OK || !ES_WITH_VENDOR_KEY)
		return r;
	rc = Esys_PolicyPCR(tpm->esys, session, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &as_they_are, &pcrs);
	r = es_tpm_judge(tpm, "TPM2_PolicyPCR", rc);
	if (r == ES_OK && a->generation != 0 && ES_WITH_GENERATION)
		r = policy_nv(tpm, session, a);
	if (r == ES_OK)
		r = authorize_by_ticket(tpm, session, a);
	if (r != ES_TPM_REFUSED)
		return r;
	es_tpm_refusal_forget(tpm);
	return authorize_by_signature(tpm, session, a);
}
