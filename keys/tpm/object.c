/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing and unsealing, both in a session salted to the pinned SRK: the bus shows the secret only encrypted. It does
 * show that something is sealed, its policy, and its length.
 */
#include "keys/tpm/object.h"

#include "keys/core/wipe.h"
#include "keys/tpm/authorized.h"
#include "keys/tpm/blob.h"
#include "keys/tpm/patience.h"
#include "keys/tpm/policy.h"
#include "keys/tpm/reason.h"
#include "keys/tpm/scrub.h"
#include "keys/tpm/session.h"
#include "keys/tpm/srk.h"
#include "keys/tpm/template.h"
#include "keys/tpm/defences.h"

#include <string.h>

#include <tss2/tss2_mu.h>

static const es_pcr_mask MEASURED =
    ES_PCR_BIT(ES_PCR_BOOT_LOADER) | ES_PCR_BIT(ES_PCR_SECURE_BOOT) | ES_PCR_BIT(ES_PCR_IMAGE);

static enum es_reason marshal_out(const TPM2B_PUBLIC *public, const TPM2B_PRIVATE *private, struct es_buf *ret_public,
				  struct es_buf *ret_private)
{
	uint8_t bytes[2][ES_TPM_PUBLIC_MAX];
	size_t len[2] = { 0, 0 };
	ES_BUF public_buf = { 0 };
	enum es_reason r;

	if (Tss2_MU_TPM2B_PUBLIC_Marshal(public, bytes[0], sizeof bytes[0], &len[0]) != TSS2_RC_SUCCESS ||
	    Tss2_MU_TPM2B_PRIVATE_Marshal(private, bytes[1], sizeof bytes[1], &len[1]) != TSS2_RC_SUCCESS)
		return ES_TPM_HARDWARE;
	r = es_buf_copy((struct es_span){ bytes[0], len[0] }, &public_buf);
	if (r != ES_OK)
		return r;
	r = es_buf_copy((struct es_span){ bytes[1], len[1] }, ret_private);
	if (r == ES_OK)
		*ret_public = es_buf_take(&public_buf);
	return r;
}

static enum es_reason seal_check(const struct es_tpm_seal_request *q)
{
	if (q->secret == NULL || es_secret_len(q->secret) != ES_KEY_LEN || q->expected == NULL || q->pcrs == 0 ||
	    (q->pcrs & q->expected->present) != q->pcrs)
		return ES_ARGUMENT;
	/* Anyone who can start a program can replay PCR 11, also together with 12. */
	if (ES_WITH_LOADER_PCR && (q->pcrs & (ES_PCR_BIT(ES_PCR_BOOT_LOADER) | ES_PCR_BIT(ES_PCR_SECURE_BOOT))) == 0)
		return ES_ARGUMENT;
	if (q->vendor != NULL &&
	    ((q->pcrs & ES_PCR_BIT(ES_PCR_SECURE_BOOT)) == 0 || (q->pcrs & ES_PCR_BIT(ES_PCR_IMAGE)) != 0))
		return ES_ARGUMENT;
	for (unsigned i = 0; ES_WITH_UNSET_PCR_REFUSAL && i < ES_PCR_COUNT; i++)
		if ((q->pcrs & MEASURED & ~q->unset_ok & ES_PCR_BIT(i)) && es_pcr_is_unset(&q->expected->value[i]))
			return ES_TPM_UNSET_PCR;
	return ES_OK;
}

static enum es_reason seal_policy(struct es_tpm *tpm, const struct es_tpm_seal_request *q, struct es_digest *ret)
{
	struct es_digest vendor;
	enum es_reason r;

	if (q->vendor == NULL)
		return es_policy_pcr(q->expected, q->pcrs, q->sha256, ret);
	r = es_policy_authorize(q->vendor, q->sha256, &vendor);
	if (r == ES_OK)
		r = es_vendor_key_check(tpm, q->vendor);
	return r == ES_OK ? es_policy_pcr_after(&vendor, q->expected, q->pcrs, q->sha256, ret) : r;
}

/* The TPM refused a command that the storage key authorises: its HMAC was wrong, or the key has a password by now. */
static enum es_reason password_or(struct es_tpm *tpm, enum es_reason r)
{
	return (r == ES_TPM_AUTH || r == ES_TPM_FORGED) && es_tpm_srk_has_password(tpm) ? ES_TPM_SRK_AUTH : r;
}

enum es_reason es_tpm_seal(struct es_tpm *tpm, const struct es_tpm_seal_request *request, struct es_buf *ret_public,
			   struct es_buf *ret_private)
{
	const TPML_PCR_SELECTION no_pcrs = { 0 };
	const TPM2B_DATA no_data = { 0 };
	TPM2B_SENSITIVE_CREATE sensitive = { .sensitive.data.size = ES_KEY_LEN };
	ES_ESYS TPM2B_PRIVATE *private = NULL;
	ES_ESYS TPM2B_PUBLIC *public = NULL;
	TPM2B_PUBLIC template;
	struct es_digest policy;
	ESYS_TR session;
	enum es_reason r = seal_check(request);
	TSS2_RC rc;

	if (r == ES_OK)
		r = es_tpm_ready(tpm);
	if (r == ES_OK)
		r = seal_policy(tpm, request, &policy);
	if (r == ES_OK)
		r = es_session_use(tpm, ES_SESSION_AUTH_DECRYPT, &session);
	if (r != ES_OK)
		return r;
	template = es_sealed_template(&policy);
	memcpy(sensitive.sensitive.data.buffer, es_secret_bytes(request->secret), ES_KEY_LEN);
	rc = Esys_Create(tpm->esys, tpm->srk, session, ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, &template, &no_data,
			 &no_pcrs, &private, &public, NULL, NULL, NULL);
	es_wipe(&sensitive, sizeof sensitive);
	es_tpm_scrub(tpm);
	r = password_or(tpm, es_session_judge(tpm, "TPM2_Create", session, rc));
	if (r != ES_OK)
		return r;
	return marshal_out(public, private, ret_public, ret_private);
}

static enum es_reason load(struct es_tpm *tpm, const TPM2B_PUBLIC *public, const TPM2B_PRIVATE *private,
			   struct es_loaded *ret)
{
	ESYS_TR tr = ESYS_TR_NONE, session = es_session_if_open(tpm);
	enum es_reason r, s;
	TSS2_RC rc;

	rc = Esys_Load(tpm->esys, tpm->srk, session, ESYS_TR_NONE, ESYS_TR_NONE, private, public, &tr);
	r = password_or(tpm, es_session_judge(tpm, "TPM2_Load", session, rc));
	if (r == ES_OK) {
		es_loaded_set(ret, tr);
		return ES_OK;
	}
	if (r != ES_BAD_TAG && r != ES_TPM_REFUSED && r != ES_TPM_NO_HANDLE)
		return r;
	s = es_tpm_srk_check(tpm);
	if (s != ES_OK)
		return s;
	return r == ES_TPM_NO_HANDLE ? r : ES_SEAL_DAMAGED;
}

static enum es_reason take_secret(TPM2B_SENSITIVE_DATA *data, struct es_secret **ret)
{
	ES_SECRET secret = NULL;
	enum es_reason r = ES_SEAL_DAMAGED;

	if (data->size == ES_KEY_LEN)
		r = es_secret_new(ES_KEY_LEN, &secret);
	if (r == ES_OK)
		memcpy(es_secret_data(secret), data->buffer, ES_KEY_LEN);
	es_wipe(data, sizeof *data);
	if (r == ES_OK)
		*ret = es_take(secret);
	return r;
}

/* State kept between tries, so that a try is as short as possible. */
struct unseal {
	struct es_tpm *tpm;
	const struct es_tpm_unseal_request *request;
	struct es_loaded session, object;
	bool begun; /* the session's policy is no longer empty */
};

/* The policy's PCRs, directly followed by their use: any PCR extended in between spoils it. */
static enum es_reason unseal_once(struct unseal *u, struct es_secret **ret_secret)
{
	const TPML_PCR_SELECTION pcrs = es_pcr_selection(u->request->pcrs);
	const TPM2B_DIGEST as_they_are = { 0 };
	ES_ESYS TPM2B_SENSITIVE_DATA *data = NULL;
	struct es_tpm *tpm = u->tpm;
	enum es_reason r = ES_OK;
	TSS2_RC rc;

	if (u->begun)
		r = es_session_restart(tpm, u->session.tr);
	u->begun = true;
	if (r == ES_OK && u->request->authorization != NULL)
		r = es_session_authorize(tpm, u->session.tr, u->request->authorization);
	if (r != ES_OK)
		return r;
	rc = Esys_PolicyPCR(tpm->esys, u->session.tr, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &as_they_are, &pcrs);
	r = es_tpm_judge(tpm, "TPM2_PolicyPCR", rc);
	if (r == ES_OK)
		r = es_session_last_use(tpm, u->session.tr);
	if (r != ES_OK)
		return r;
	rc = Esys_Unseal(tpm->esys, u->object.tr, u->session.tr, ESYS_TR_NONE, ESYS_TR_NONE, &data);
	es_tpm_scrub(tpm);
	r = es_session_judge(tpm, "TPM2_Unseal", u->session.tr, rc);
	if (r != ES_OK)
		return r == ES_TPM_REFUSED ? ES_SEAL_DAMAGED : r;
	u->session.tr = ESYS_TR_NONE;
	return take_secret(data, ret_secret);
}

static enum es_reason begin(struct unseal *u)
{
	TPM2B_PRIVATE private = { 0 };
	TPM2B_PUBLIC public = { 0 };
	enum es_reason r;

	if (!es_sealed_public_read(u->request->public_part, &public) ||
	    !es_sealed_private_read(u->request->private_part, &private))
		return ES_SEAL_DAMAGED;
	r = es_tpm_ready(u->tpm);
	if (r == ES_OK)
		r = es_session_policy(u->tpm, &u->session);
	return r == ES_OK ? load(u->tpm, &public, &private, &u->object) : r;
}

static void unseal_end(struct unseal *u)
{
	es_loaded_flush(&u->object);
	es_loaded_flush(&u->session);
}

enum es_reason es_tpm_unseal(struct es_tpm *tpm, const struct es_tpm_unseal_request *request,
			     struct es_secret **ret_secret)
{
	ES_SCOPED(unseal_end)
	struct unseal u = {
		.tpm = tpm, .request = request, .session = ES_LOADED_NONE(tpm), .object = ES_LOADED_NONE(tpm)
	};
	struct es_patience patience = ES_PATIENCE_NEW;
	enum es_reason r;

	if (request->pcrs == 0 || request->pcrs >> ES_PCR_COUNT != 0)
		return ES_ARGUMENT;
	r = begin(&u);
	if (r != ES_OK)
		return r;
	do {
		r = unseal_once(&u, ret_secret);
	} while (r == ES_TPM_PCRS_CHANGING && es_patience_pause(&patience));
	return r;
}
