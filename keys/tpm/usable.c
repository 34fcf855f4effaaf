/* SPDX-License-Identifier: Apache-2.0 */
/* Whether this TPM can hold our seal: its banks, its hierarchies, and whether the places of our objects are free or
 * ours. */
#include "keys/tpm/connection.h"
#include "keys/tpm/counter.h"
#include "keys/tpm/srk.h"

static bool is_there(struct es_tpm *tpm, TPM2_HANDLE handle)
{
	ESYS_TR tr = ESYS_TR_NONE;
	TSS2_RC rc;

	/* ESAPI would return the pinned key's own object, and closing that would end the pin. */
	if (handle == ES_SRK_HANDLE && tpm->srk != ESYS_TR_NONE)
		return es_tpm_srk_check(tpm) == ES_OK;
	rc = Esys_TR_FromTPMPublic(tpm->esys, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &tr);

	if (rc == TSS2_RC_SUCCESS)
		Esys_TR_Close(tpm->esys, &tr);
	return rc == TSS2_RC_SUCCESS;
}

enum es_reason es_tpm_usable(struct es_tpm *tpm)
{
	enum es_reason r = es_tpm_ready(tpm);
	uint32_t permanent;
	bool sha256;

	if (r == ES_OK)
		r = es_tpm_has_sha256(tpm, &sha256);
	if (r != ES_OK)
		return r;
	if (!sha256)
		return ES_TPM_NO_SHA256;
	r = es_tpm_hierarchy_check(tpm);
	if (r == ES_OK && tpm->srk == ESYS_TR_NONE)
		r = es_tpm_srk_handle_check(tpm);
	if (r == ES_OK)
		r = es_tpm_counter_index_check(tpm, ES_COUNTER_INDEX);
	if (r == ES_OK)
		r = es_tpm_counter_index_check(tpm, ES_PROBE_INDEX);
	if (r == ES_OK)
		r = es_tpm_permanent(tpm, &permanent);
	if (r != ES_OK)
		return r;
	/* A dictionary attack lockout doesn't matter: the owner hierarchy, the SRK and all our objects are exempt. Nor
	 * do passwords on lockout and endorsement: nothing of ours uses them. */
	if (!(permanent & TPMA_PERMANENT_OWNERAUTHSET) ||
	    (is_there(tpm, ES_SRK_HANDLE) && is_there(tpm, ES_COUNTER_INDEX)))
		return ES_OK;
	es_tpm_refusal_note(tpm, "the TPM's owner hierarchy has a password");
	return ES_TPM_AUTH;
}
