/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening and closing the connection, and the last refusal.
 *
 * tpm2-tss writes every failure to stderr, and its only switch is the environment variable TSS2_LOG. Since keys/ never
 * prints, es_tpm_open sets it to all+NONE if it is unset. That affects the whole process, but is the lesser evil. Set
 * TSS2_LOG to debug.
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

/* The kernel's device existed a moment ago: if it can't be opened now, it is broken, not absent. */
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

enum es_reason es_tpm_open(const char *tcti, unsigned timeout_ms, struct es_tpm **ret)
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
	rc = es_tcti_open(tcti, timeout_ms, &tpm->tcti);
	if (rc != TSS2_RC_SUCCESS)
		return open_reason(rc, kernels_own);
	r = es_esys_new(tpm);
	if (r != ES_OK)
		return r;
	*ret = es_take(tpm);
	return ES_OK;
}

void es_tpm_close(struct es_tpm *tpm)
{
	if (tpm == NULL)
		return;
	if (tpm->esys != NULL) {
		es_session_end(tpm);
		es_tcti_scrub(tpm->tcti);
		Esys_Finalize(&tpm->esys);
	}
	es_tcti_close(tpm->tcti);
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
	return es_tcti_commands(tpm->tcti);
}
