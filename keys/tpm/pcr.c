/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/pcr.h"

#include "keys/core/labels.h"
#include "keys/tpm/patience.h"
#include "keys/tpm/template.h"
#include "keys/tpm/reason.h"
#include "keys/tpm/session.h"
#include "keys/tpm/srk.h"

#include <string.h>

static es_pcr_mask selected(const TPML_PCR_SELECTION *selection)
{
	const TPMS_PCR_SELECTION *s = &selection->pcrSelections[0];
	es_pcr_mask mask = 0;

	if (selection->count != 1 || s->hash != TPM2_ALG_SHA256 || s->sizeofSelect > ES_PCR_COUNT / 8)
		return 0;
	for (unsigned i = 0; i < s->sizeofSelect; i++)
		mask |= (es_pcr_mask)s->pcrSelect[i] << (8 * i);
	return mask;
}

/* One command: reads at most eight PCRs of mask into values. *update changes whenever a PCR changes. */
static enum es_reason read_some(struct es_tpm *tpm, es_pcr_mask mask, struct es_pcr_values *values, uint32_t *update)
{
	const TPML_PCR_SELECTION want = es_pcr_selection(mask);
	ES_ESYS TPML_PCR_SELECTION *got = NULL;
	ES_ESYS TPML_DIGEST *digests = NULL;
	es_pcr_mask have;
	ESYS_TR session;
	unsigned n = 0;
	enum es_reason r = es_session_use(tpm, ES_SESSION_AUDIT, &session);
	TSS2_RC rc;

	if (r != ES_OK)
		return r;
	rc = Esys_PCR_Read(tpm->esys, session, ESYS_TR_NONE, ESYS_TR_NONE, &want, update, &got, &digests);
	r = es_session_judge(tpm, "TPM2_PCR_Read", session, rc);
	if (r != ES_OK)
		return r;
	have = selected(got);
	/* A TPM leaves out what it doesn't have: the bank isn't active. */
	if (have == 0 || (have & ~mask) != 0)
		return ES_TPM_NO_SHA256;
	for (unsigned i = 0; i < ES_PCR_COUNT; i++) {
		if (!(have & ES_PCR_BIT(i)))
			continue;
		if (n >= digests->count || digests->digests[n].size != ES_SHA256_LEN)
			return ES_TPM_HARDWARE;
		memcpy(values->value[i].bytes, digests->digests[n++].buffer, ES_SHA256_LEN);
	}
	values->present |= have;
	return ES_OK;
}

/* *ret_steady: no PCR changed while the values were read. */
static enum es_reason read_all(struct es_tpm *tpm, es_pcr_mask mask, struct es_pcr_values *values, bool *ret_steady)
{
	uint32_t first = 0, update = 0;
	enum es_reason r;

	memset(values, 0, sizeof *values);
	for (unsigned n = 0; values->present != mask; n++) {
		r = read_some(tpm, mask & ~values->present, values, &update);
		if (r != ES_OK)
			return r;
		if (n == 0)
			first = update;
	}
	*ret_steady = update == first;
	return ES_OK;
}

enum es_reason es_tpm_pcr_read(struct es_tpm *tpm, es_pcr_mask mask, struct es_pcr_values *ret)
{
	struct es_patience patience = ES_PATIENCE_NEW;
	struct es_pcr_values values = { 0 };
	enum es_reason r = es_tpm_ready(tpm);
	bool steady = true;

	if (r != ES_OK)
		return r;
	if (mask == 0 || mask >> ES_PCR_COUNT != 0)
		return ES_ARGUMENT;
	/* More than eight take several commands, but must be from the same moment. */
	do {
		r = read_all(tpm, mask, &values, &steady);
		if (r != ES_OK)
			return r;
	} while (!steady && es_patience_pause(&patience));
	if (!steady)
		return ES_TPM_PCRS_CHANGING;
	*ret = values;
	return ES_OK;
}

static enum es_reason event(struct es_tpm *tpm, ESYS_TR session)
{
	TPM2B_EVENT data = { .size = sizeof ES_FENCE_EVENT - 1 };
	ES_ESYS TPML_DIGEST_VALUES *digests = NULL;
	TSS2_RC rc;

	memcpy(data.buffer, ES_FENCE_EVENT, sizeof ES_FENCE_EVENT - 1);
	rc = Esys_PCR_Event(tpm->esys, ESYS_TR_PCR0 + ES_PCR_IMAGE, session, ESYS_TR_NONE, ESYS_TR_NONE, &data,
			    &digests);
	return es_session_judge(tpm, "TPM2_PCR_Event", session, rc);
}

enum es_reason es_tpm_fence(struct es_tpm *tpm, bool last, bool *ret_vouched)
{
	enum es_reason r = es_tpm_ready(tpm);
	ESYS_TR session = ESYS_TR_PASSWORD;

	if (r == ES_OK)
		r = es_session_use(tpm, last ? ES_SESSION_AUTH_LAST : ES_SESSION_AUTH, &session);
	if (r == ES_OK)
		r = event(tpm, session);
	*ret_vouched = r == ES_OK && session != ESYS_TR_PASSWORD;
	if (r == ES_OK && last)
		es_session_ended(tpm);
	/* Another TPM, a cleared one, or one with its storage hierarchy disabled can't use a session salted to our SRK,
	 * and doesn't hold what was sealed under it either. The fence must be raised there, too, or no recovery key
	 * would ever open this host. (Not after a right answer in such a session on this connection: es_tpm_srk_check
	 * calls that forged.) */
	if (es_tpm_srk_gone(r))
		r = event(tpm, ESYS_TR_PASSWORD);
	if (r == ES_OK || r == ES_TPM_TIMEOUT)
		return r;
	return ES_FENCE_FAILED;
}
