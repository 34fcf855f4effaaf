/* SPDX-License-Identifier: Apache-2.0 */
/* The basis of a connection: ESAPI's context, the last refusal, and what is loaded in the TPM. */
#include "keys/tpm/connection.h"

#include "keys/tpm/reason.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tss2/tss2_rc.h>

enum es_reason es_esys_new(struct es_tpm *tpm)
{
	TSS2_RC rc = Esys_Initialize(&tpm->esys, es_tcti_context(tpm->tcti), NULL);

	tpm->srk = tpm->session = ESYS_TR_NONE;
	return es_tpm_judge(tpm, "ESAPI", rc);
}

enum es_reason es_tpm_ready(struct es_tpm *tpm)
{
	enum es_reason r;

	if (!tpm->stuck)
		return ES_OK;
	if (tpm->session != ESYS_TR_NONE)
		es_tcti_flush(tpm->tcti, tpm->session_handle);
	es_tcti_scrub(tpm->tcti);
	Esys_Finalize(&tpm->esys);
	r = es_esys_new(tpm);
	if (r != ES_OK)
		return r;
	tpm->stuck = false;
	if (tpm->srk_serialised == NULL)
		return ES_OK;
	return es_tpm_judge(tpm, "ESAPI",
			    Esys_TR_Deserialize(tpm->esys, tpm->srk_serialised, tpm->srk_serialised_len, &tpm->srk));
}

const char *es_tpm_last_refusal(const struct es_tpm *tpm)
{
	return tpm->refusal;
}

enum es_reason es_tpm_judge(struct es_tpm *tpm, const char *command, TSS2_RC rc)
{
	const char *text;
	enum es_reason r;

	if (rc == TSS2_RC_SUCCESS)
		return ES_OK;
	r = es_tpm_reason(rc);
	text = Tss2_RC_Decode(rc);
	if (es_tpm_code(rc) == 0) {
		/* After anything but an answer from the TPM itself, ESAPI accepts no further call. */
		tpm->stuck = true;
		if (es_tcti_timed_out(tpm->tcti)) {
			r = ES_TPM_TIMEOUT;
			text = "no answer within the time allowed";
		} else if (es_tcti_frame(tpm->tcti) == ES_FRAME_TPM_12) {
			r = ES_TPM_VERSION;
			text = "the answer came from a TPM 1.2";
		} else if (es_tcti_frame(tpm->tcti) == ES_FRAME_STRIPPED) {
			r = ES_TPM_FORGED;
			text = "the answer lacks the session of the command";
		} else if (es_tcti_frame(tpm->tcti) == ES_FRAME_MALFORMED) {
			text = "the answer isn't a valid TPM response";
		}
	}
	snprintf(tpm->refusal, sizeof tpm->refusal, "%s: %s", command, text != NULL ? text : "unknown");
	return r;
}

void es_tpm_refusal_note(struct es_tpm *tpm, const char *text)
{
	snprintf(tpm->refusal, sizeof tpm->refusal, "%s", text);
}

void es_tpm_refusal_forget(struct es_tpm *tpm)
{
	tpm->refusal[0] = '\0';
}

void es_loaded_set(struct es_loaded *l, ESYS_TR tr)
{
	l->tr = tr;
	/* Kept separately, since the handle must be known to flush the object when ESAPI is stuck. */
	if (Esys_TR_GetTpmHandle(l->tpm->esys, tr, &l->handle) != TSS2_RC_SUCCESS)
		l->handle = 0;
}

void es_loaded_flush(struct es_loaded *l)
{
	if (l->tr == ESYS_TR_NONE)
		return;
	if (!l->tpm->stuck) {
		TSS2_RC rc = Esys_FlushContext(l->tpm->esys, l->tr);

		l->tpm->stuck = rc != TSS2_RC_SUCCESS && es_tpm_code(rc) == 0;
	}
	if (l->tpm->stuck && l->handle != 0)
		es_tcti_flush(l->tpm->tcti, l->handle);
	l->tr = ESYS_TR_NONE;
}

void es_esys_freep(void *p)
{
	void **owner = p;

	Esys_Free(*owner);
	*owner = NULL;
}

void es_session_ended(struct es_tpm *tpm)
{
	tpm->session = ESYS_TR_NONE;
}

void es_session_end(struct es_tpm *tpm)
{
	struct es_loaded session = { tpm, tpm->session, tpm->session_handle };

	es_loaded_flush(&session);
	tpm->session = ESYS_TR_NONE;
}
