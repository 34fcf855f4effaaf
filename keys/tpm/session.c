/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HMAC session serves a whole connection: a boot may spend a dozen commands, and each session costs two. This does
 * not protect from a TPM that was already the wrong one when its SRK was pinned.
 */
#include "keys/tpm/session.h"

#include "keys/tpm/reason.h"
#include "keys/tpm/srk.h"
#include "keys/tpm/defences.h"

static const TPMT_SYM_DEF AES_128_CFB = {
	.algorithm = TPM2_ALG_AES,
	.keyBits = { .aes = 128 },
	.mode = { .aes = TPM2_ALG_CFB },
};

static TSS2_RC start(struct es_tpm *tpm, TPM2_SE type, ESYS_TR *ret)
{
	return Esys_StartAuthSession(tpm->esys, tpm->srk, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, NULL,
				     type, &AES_128_CFB, TPM2_ALG_SHA256, ret);
}

/* There is no SRK at its handle, or a key of another kind than the pinned one. */
static enum es_reason start_judge(struct es_tpm *tpm, TSS2_RC rc)
{
	enum es_reason r = es_tpm_judge(tpm, "TPM2_StartAuthSession", rc), s;

	if (r != ES_TPM_NO_HANDLE && r != ES_TPM_REFUSED)
		return r;
	s = es_tpm_srk_check(tpm);
	return s != ES_OK ? s : r;
}

static TPMA_SESSION attributes(enum es_session_use use)
{
	switch (use) {
	case ES_SESSION_AUDIT:
		return TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_AUDIT;
	case ES_SESSION_AUTH_DECRYPT:
		return TPMA_SESSION_CONTINUESESSION | (ES_WITH_PARAM_ENCRYPTION ? TPMA_SESSION_DECRYPT : 0);
	case ES_SESSION_AUTH_LAST:
		return 0;
	default:
		return TPMA_SESSION_CONTINUESESSION;
	}
}

enum es_reason es_session_use(struct es_tpm *tpm, enum es_session_use use, ESYS_TR *ret)
{
	enum es_reason r;
	TSS2_RC rc;

	if (tpm->srk == ESYS_TR_NONE || (!ES_WITH_RESPONSE_HMAC && use != ES_SESSION_AUTH_DECRYPT)) {
		*ret = use == ES_SESSION_AUDIT ? ESYS_TR_NONE : ESYS_TR_PASSWORD;
		return use == ES_SESSION_AUTH_DECRYPT ? ES_ARGUMENT : ES_OK;
	}
	if (tpm->session == ESYS_TR_NONE) {
		r = start_judge(tpm, start(tpm, TPM2_SE_HMAC, &tpm->session));
		if (r != ES_OK) {
			tpm->session = ESYS_TR_NONE;
			return r;
		}
		if (Esys_TR_GetTpmHandle(tpm->esys, tpm->session, &tpm->session_handle) != TSS2_RC_SUCCESS)
			tpm->session_handle = 0;
	}
	rc = Esys_TRSess_SetAttributes(tpm->esys, tpm->session, attributes(use), 0xff);
	r = es_tpm_judge(tpm, "session attributes", rc);
	if (r == ES_OK)
		*ret = tpm->session;
	return r;
}

enum es_reason es_session_last_use(struct es_tpm *tpm, ESYS_TR session)
{
	TPMA_SESSION last = ES_WITH_PARAM_ENCRYPTION ? TPMA_SESSION_ENCRYPT : 0; /* continueSession clear */

	return es_tpm_judge(tpm, "session attributes", Esys_TRSess_SetAttributes(tpm->esys, session, last, 0xff));
}

ESYS_TR es_session_if_open(struct es_tpm *tpm)
{
	ESYS_TR session;

	if (tpm->session == ESYS_TR_NONE || es_session_use(tpm, ES_SESSION_AUTH, &session) != ES_OK)
		return ESYS_TR_PASSWORD;
	return session;
}

enum es_reason es_session_policy(struct es_tpm *tpm, struct es_loaded *ret)
{
	ESYS_TR session = ESYS_TR_NONE;
	enum es_reason r;

	if (tpm->srk == ESYS_TR_NONE)
		return ES_ARGUMENT;
	r = start_judge(tpm, start(tpm, TPM2_SE_POLICY, &session));
	if (r == ES_OK)
		es_loaded_set(ret, session);
	return r;
}

enum es_reason es_session_restart(struct es_tpm *tpm, ESYS_TR session)
{
	return es_tpm_judge(tpm, "TPM2_PolicyRestart",
			    Esys_PolicyRestart(tpm->esys, session, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE));
}

enum es_reason es_session_judge(struct es_tpm *tpm, const char *command, ESYS_TR session, TSS2_RC rc)
{
	bool in_session = session != ESYS_TR_NONE && session != ESYS_TR_PASSWORD;
	enum es_reason r = es_tpm_judge(tpm, command, rc), s;
	TSS2_RC code = es_tpm_code(rc);

	if (!in_session)
		return r;
	if (r == ES_OK)
		tpm->vouched = true;
	if (code == TPM2_RC_REFERENCE_S0 && session == tpm->session)
		tpm->session = ESYS_TR_NONE; /* the TPM was reset since then: the next command opens a new session */
	if (code != TPM2_RC_AUTH_FAIL && code != TPM2_RC_BAD_AUTH)
		return r;
	/* Our objects have no password that could be wrong, so it is the HMAC. */
	s = es_tpm_srk_check(tpm);
	return s == ES_OK ? ES_TPM_FORGED : s;
}
