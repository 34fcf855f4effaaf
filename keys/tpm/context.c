/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening and closing the connection, and what was refused last.
 *
 * tpm2-tss writes every failure to stderr, and its only switch is the environment variable TSS2_LOG. keys/ never
 * prints, so es_tpm_open sets it to all+NONE where it is unset: a process-wide effect, and the smaller evil. Who
 * debugs sets TSS2_LOG himself.
 */
#include "keys/tpm/connection.h"

#include "keys/core/wipe.h"
#include "keys/tpm/device.h"
#include "keys/tpm/reason.h"
#include "keys/tpm/session.h"
#include "keys/tpm/srk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tss2/tss2_rc.h>

/* The kernel's device was there a moment ago: what can't be opened then is broken, not absent. */
static enum es_reason open_reason(TSS2_RC rc, bool kernels_own)
{
	if (rc == ES_DEVICE_IN_USE)
		return ES_TPM_IN_USE;
	switch (rc & ~TSS2_RC_LAYER_MASK) {
	case TSS2_BASE_RC_MEMORY:
		return ES_MEMORY;
	case TSS2_BASE_RC_NOT_PERMITTED:
		return ES_TPM_DENIED;
	case TSS2_BASE_RC_BAD_VALUE:
		return ES_ARGUMENT;
	case TSS2_BASE_RC_TRY_AGAIN:
		return ES_TPM_TIMEOUT;
	default:
		return kernels_own ? ES_TPM_HARDWARE : ES_TPM_ABSENT;
	}
}

static enum es_reason esys_new(struct es_tpm *tpm)
{
	TSS2_RC rc = Esys_Initialize(&tpm->esys, es_bound_tcti(tpm->bound), NULL);

	tpm->srk = tpm->session = ESYS_TR_NONE;
	return es_tpm_judge(tpm, "ESAPI", rc);
}

enum es_reason es_tpm_open(const char *tcti, unsigned bound_ms, struct es_tpm **ret)
{
	const bool kernels_own = tcti == NULL;
	ES_TPM tpm = NULL;
	enum es_reason r;
	TSS2_RC rc;

	setenv("TSS2_LOG", "all+NONE", 0);
	if (kernels_own) {
		r = es_tpm_device_check(ES_TPM_SYSFS, ES_TPM_DEVICE);
		if (r != ES_OK)
			return r;
		tcti = "device:" ES_TPM_DEVICE;
	}
	tpm = calloc(1, sizeof *tpm);
	if (tpm == NULL)
		return ES_MEMORY;
	rc = es_bound_open(tcti, bound_ms, &tpm->bound);
	if (rc != TSS2_RC_SUCCESS)
		return open_reason(rc, kernels_own);
	r = esys_new(tpm);
	if (r != ES_OK)
		return r;
	*ret = es_take(tpm);
	return ES_OK;
}

enum es_reason es_tpm_ready(struct es_tpm *tpm)
{
	enum es_reason r;

	if (!tpm->stuck)
		return ES_OK;
	if (tpm->session != ESYS_TR_NONE)
		es_bound_flush(tpm->bound, tpm->session_handle);
	es_bound_scrub(tpm->bound);
	Esys_Finalize(&tpm->esys);
	r = esys_new(tpm);
	if (r != ES_OK)
		return r;
	tpm->stuck = false;
	if (tpm->srk_serialised == NULL)
		return ES_OK;
	return es_tpm_judge(tpm, "ESAPI",
			    Esys_TR_Deserialize(tpm->esys, tpm->srk_serialised, tpm->srk_serialised_len, &tpm->srk));
}

void es_tpm_close(struct es_tpm *tpm)
{
	if (tpm == NULL)
		return;
	if (tpm->esys != NULL) {
		es_session_end(tpm);
		es_bound_scrub(tpm->bound);
		Esys_Finalize(&tpm->esys);
	}
	es_bound_close(tpm->bound);
	free(tpm->srk_serialised);
	free(tpm);
}

void es_tpm_closep(struct es_tpm **tpm)
{
	es_tpm_close(*tpm);
	*tpm = NULL;
}

unsigned es_tpm_commands(const struct es_tpm *tpm)
{
	return es_bound_commands(tpm->bound);
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
		/* After anything but an answer of the TPM's own ESAPI takes no further call. */
		tpm->stuck = true;
		if (es_bound_spent(tpm->bound)) {
			r = ES_TPM_TIMEOUT;
			text = "no answer within the time that the TPM is given";
		} else if (es_bound_frame(tpm->bound) == ES_FRAME_TPM_12) {
			r = ES_TPM_VERSION;
			text = "the answer is that of a TPM 1.2";
		} else if (es_bound_frame(tpm->bound) == ES_FRAME_STRIPPED) {
			r = ES_TPM_FORGED;
			text = "the answer lacks the session that it was asked in";
		} else if (es_bound_frame(tpm->bound) == ES_FRAME_GARBAGE) {
			text = "the answer isn't one of a TPM";
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
	/* Kept besides, since the number must be known to flush when ESAPI is stuck. */
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
		es_bound_flush(l->tpm->bound, l->handle);
	l->tr = ESYS_TR_NONE;
}

void es_esys_freep(void *p)
{
	void **owner = p;

	Esys_Free(*owner);
	*owner = NULL;
}
