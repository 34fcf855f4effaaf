/* SPDX-License-Identifier: Apache-2.0 */
/* What this TPM reports of itself: its banks and its states. */
#include "keys/tpm/connection.h"
#include "keys/tpm/reason.h"

#include <string.h>

static enum es_reason capability(struct es_tpm *tpm, TPM2_CAP cap, uint32_t from, uint32_t count,
				 TPMS_CAPABILITY_DATA **ret)
{
	TSS2_RC rc =
	    Esys_GetCapability(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, cap, from, count, NULL, ret);
	enum es_reason r = es_tpm_judge(tpm, "TPM2_GetCapability", rc);

	if (r == ES_OK && (*ret)->capability != cap)
		return ES_TPM_HARDWARE;
	return r;
}

/* A bank is active if the TPM keeps every PCR from 0 to 15 in it; an inactive one has an empty selection. */
static bool active(const TPMS_PCR_SELECTION *s)
{
	return s->sizeofSelect >= 2 && s->pcrSelect[0] == 0xff && s->pcrSelect[1] == 0xff;
}

enum es_reason es_tpm_has_sha256(struct es_tpm *tpm, bool *ret)
{
	ES_ESYS TPMS_CAPABILITY_DATA *data = NULL;
	enum es_reason r = capability(tpm, TPM2_CAP_PCRS, 0, 1, &data);

	if (r != ES_OK)
		return r;
	*ret = false;
	for (uint32_t i = 0; i < data->data.assignedPCR.count && i < TPM2_NUM_PCR_BANKS; i++) {
		const TPMS_PCR_SELECTION *s = &data->data.assignedPCR.pcrSelections[i];

		*ret |= s->hash == TPM2_ALG_SHA256 && active(s);
	}
	return ES_OK;
}

/* otherwise: the value to assume if the TPM doesn't report the property. */
static uint32_t property(const TPMS_CAPABILITY_DATA *data, TPM2_PT which, uint32_t otherwise)
{
	const TPML_TAGGED_TPM_PROPERTY *p = &data->data.tpmProperties;

	for (uint32_t i = 0; i < p->count && i < TPM2_MAX_TPM_PROPERTIES; i++)
		if (p->tpmProperty[i].property == which)
			return p->tpmProperty[i].value;
	return otherwise;
}

/* We never use the endorsement and platform hierarchies. */
enum es_reason es_tpm_hierarchy_check(struct es_tpm *tpm)
{
	ES_ESYS TPMS_CAPABILITY_DATA *data = NULL;
	enum es_reason r = es_tpm_ready(tpm);

	if (r == ES_OK)
		r = capability(tpm, TPM2_CAP_TPM_PROPERTIES, TPM2_PT_STARTUP_CLEAR, 1, &data);
	if (r != ES_OK)
		return r;
	if (property(data, TPM2_PT_STARTUP_CLEAR, TPMA_STARTUP_CLEAR_SHENABLE) & TPMA_STARTUP_CLEAR_SHENABLE)
		return ES_OK;
	es_tpm_refusal_note(tpm, "shEnable of TPMA_STARTUP_CLEAR is 0");
	return ES_TPM_HIERARCHY;
}

enum es_reason es_tpm_permanent(struct es_tpm *tpm, uint32_t *ret)
{
	ES_ESYS TPMS_CAPABILITY_DATA *data = NULL;
	enum es_reason r = capability(tpm, TPM2_CAP_TPM_PROPERTIES, TPM2_PT_PERMANENT, 1, &data);

	if (r == ES_OK)
		*ret = property(data, TPM2_PT_PERMANENT, 0);
	return r;
}

/* A key at our handle that someone else made may lack noDA; TPM2_Load uses its empty password. */
enum es_reason es_tpm_lockout(struct es_tpm *tpm, bool *ret_locked_out, bool *ret_matters)
{
	enum es_reason r = es_tpm_ready(tpm);
	uint32_t permanent;

	if (r == ES_OK)
		r = es_tpm_permanent(tpm, &permanent);
	if (r != ES_OK)
		return r;
	*ret_locked_out = permanent & TPMA_PERMANENT_INLOCKOUT;
	*ret_matters = tpm->srk == ESYS_TR_NONE || !(tpm->srk_public.publicArea.objectAttributes & TPMA_OBJECT_NODA);
	return ES_OK;
}
