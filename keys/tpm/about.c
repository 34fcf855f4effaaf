/* SPDX-License-Identifier: Apache-2.0 */
/* What this TPM is, and whether it can hold our seal. */
#include "keys/tpm/connection.h"
#include "keys/tpm/counter.h"
#include "keys/tpm/reason.h"
#include "keys/tpm/srk.h"

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

static enum es_reason read_banks(struct es_tpm *tpm, struct es_tpm_about *about)
{
	ES_ESYS TPMS_CAPABILITY_DATA *data = NULL;
	enum es_reason r = capability(tpm, TPM2_CAP_PCRS, 0, 1, &data);

	if (r != ES_OK)
		return r;
	for (uint32_t i = 0; i < data->data.assignedPCR.count && i < TPM2_NUM_PCR_BANKS; i++) {
		const TPMS_PCR_SELECTION *s = &data->data.assignedPCR.pcrSelections[i];

		if (!active(s))
			continue;
		about->sha1 |= s->hash == TPM2_ALG_SHA1;
		about->sha256 |= s->hash == TPM2_ALG_SHA256;
		about->sha384 |= s->hash == TPM2_ALG_SHA384;
		about->sha512 |= s->hash == TPM2_ALG_SHA512;
	}
	return ES_OK;
}

/* otherwise: what it is taken for where the TPM doesn't tell. */
static uint32_t property(const TPMS_CAPABILITY_DATA *data, TPM2_PT which, uint32_t otherwise)
{
	const TPML_TAGGED_TPM_PROPERTY *p = &data->data.tpmProperties;

	for (uint32_t i = 0; i < p->count && i < TPM2_MAX_TPM_PROPERTIES; i++)
		if (p->tpmProperty[i].property == which)
			return p->tpmProperty[i].value;
	return otherwise;
}

/* The endorsement and platform hierarchies we never use. */
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

enum es_reason es_tpm_about(struct es_tpm *tpm, struct es_tpm_about *ret)
{
	ES_ESYS TPMS_CAPABILITY_DATA *data = NULL;
	struct es_tpm_about about = { 0 };
	enum es_reason r = es_tpm_ready(tpm);
	uint32_t name;

	if (r == ES_OK)
		r = capability(tpm, TPM2_CAP_TPM_PROPERTIES, TPM2_PT_FIXED, TPM2_MAX_TPM_PROPERTIES, &data);
	if (r == ES_OK)
		r = read_banks(tpm, &about);
	if (r != ES_OK)
		return r;
	name = property(data, TPM2_PT_MANUFACTURER, 0);
	for (unsigned i = 0; i < 4; i++) {
		char c = (char)(name >> (24 - 8 * i));

		about.manufacturer[i] = c == 0 || (c >= ' ' && c <= '~') ? c : '?';
	}
	about.firmware_1 = property(data, TPM2_PT_FIRMWARE_VERSION_1, 0);
	about.firmware_2 = property(data, TPM2_PT_FIRMWARE_VERSION_2, 0);
	*ret = about;
	return ES_OK;
}

/* One that somebody else made at our handle may lack noDA; its empty password goes with TPM2_Load. */
enum es_reason es_tpm_lockout(struct es_tpm *tpm, bool *ret_locked_out, bool *ret_matters)
{
	ES_ESYS TPMS_CAPABILITY_DATA *data = NULL;
	enum es_reason r = es_tpm_ready(tpm);

	if (r == ES_OK)
		r = capability(tpm, TPM2_CAP_TPM_PROPERTIES, TPM2_PT_PERMANENT, 1, &data);
	if (r != ES_OK)
		return r;
	*ret_locked_out = property(data, TPM2_PT_PERMANENT, 0) & TPMA_PERMANENT_INLOCKOUT;
	*ret_matters = tpm->srk == ESYS_TR_NONE || !(tpm->srk_public.publicArea.objectAttributes & TPMA_OBJECT_NODA);
	return ES_OK;
}

static bool is_there(struct es_tpm *tpm, TPM2_HANDLE handle)
{
	ESYS_TR tr = ESYS_TR_NONE;
	TSS2_RC rc;

	/* ESAPI would give the pinned key's own object, and closing that would end the pin. */
	if (handle == ES_SRK_HANDLE && tpm->srk != ESYS_TR_NONE)
		return es_tpm_srk_check(tpm) == ES_OK;
	rc = Esys_TR_FromTPMPublic(tpm->esys, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &tr);

	if (rc == TSS2_RC_SUCCESS)
		Esys_TR_Close(tpm->esys, &tr);
	return rc == TSS2_RC_SUCCESS;
}

enum es_reason es_tpm_usable(struct es_tpm *tpm)
{
	ES_ESYS TPMS_CAPABILITY_DATA *data = NULL;
	struct es_tpm_about about = { 0 };
	enum es_reason r = es_tpm_ready(tpm);
	uint32_t permanent;

	if (r == ES_OK)
		r = read_banks(tpm, &about);
	if (r != ES_OK)
		return r;
	if (!about.sha256)
		return ES_TPM_NO_SHA256;
	r = es_tpm_hierarchy_check(tpm);
	if (r == ES_OK && tpm->srk == ESYS_TR_NONE)
		r = es_tpm_srk_place(tpm);
	if (r == ES_OK)
		r = es_tpm_counter_place(tpm, ES_COUNTER_INDEX);
	if (r == ES_OK)
		r = es_tpm_counter_place(tpm, ES_FORESEEING_INDEX);
	if (r == ES_OK)
		r = capability(tpm, TPM2_CAP_TPM_PROPERTIES, TPM2_PT_PERMANENT, 1, &data);
	if (r != ES_OK)
		return r;
	/* A dictionary attack lockout doesn't matter: the owner hierarchy, the SRK and all that is ours are exempt. Nor do
	 * passwords on lockout and endorsement: nothing of ours asks for them. */
	permanent = property(data, TPM2_PT_PERMANENT, 0);
	if (!(permanent & TPMA_PERMANENT_OWNERAUTHSET) ||
	    (is_there(tpm, ES_SRK_HANDLE) && is_there(tpm, ES_COUNTER_INDEX)))
		return ES_OK;
	es_tpm_refusal_note(tpm, "the TPM's owner hierarchy has a password");
	return ES_TPM_AUTH;
}
