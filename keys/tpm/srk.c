/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, pinning and checking the storage root key. Its public part and Name are pinned: a TPM that doesn't hold the
 * private part can't use a session salted to it. es_tpm_srk_make trusts the TPM that it finds (trust on first use).
 */
#include "keys/tpm/srk.h"

#include "keys/tpm/blob.h"
#include "keys/tpm/connection.h"
#include "keys/tpm/reason.h"
#include "keys/tpm/session.h"
#include "keys/tpm/template.h"
#include "keys/tpm/defences.h"
#include "keys/tpm/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tss2/tss2_mu.h>

/* Looks up the key at the handle. ES_TPM_NO_HANDLE: there is none. */
static enum es_reason srk_look(struct es_tpm *tpm, ESYS_TR *ret)
{
	TSS2_RC rc = Esys_TR_FromTPMPublic(tpm->esys, ES_SRK_HANDLE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ret);

	return es_tpm_judge(tpm, "TPM2_ReadPublic", rc);
}

/* Gives ESAPI the pinned key, without a command. */
static enum es_reason srk_known(struct es_tpm *tpm, struct es_span serialised, ESYS_TR *ret)
{
	if (!ES_WITH_SRK_PIN)
		return srk_look(tpm, ret);
	return Esys_TR_Deserialize(tpm->esys, serialised.data, serialised.len, ret) == TSS2_RC_SUCCESS ? ES_OK
												       : ES_FORMAT;
}

enum es_reason es_tpm_srk_pin(struct es_tpm *tpm, struct es_span serialised)
{
	TPM2B_PUBLIC public = { 0 };
	uint8_t *copy;
	ESYS_TR srk;
	enum es_reason r = es_tpm_ready(tpm);

	if (r != ES_OK)
		return r;
	if (serialised.len == 0 || !es_srk_blob_read(serialised, &public))
		return ES_FORMAT;
	copy = malloc(serialised.len);
	if (copy == NULL)
		return ES_MEMORY;
	memcpy(copy, serialised.data, serialised.len);
	r = srk_known(tpm, serialised, &srk);
	if (r != ES_OK) {
		free(copy);
		return r;
	}
	es_session_end(tpm); /* salted to the previously pinned key */
	if (tpm->srk != ESYS_TR_NONE)
		Esys_TR_Close(tpm->esys, &tpm->srk);
	free(tpm->srk_serialised);
	tpm->srk_serialised = copy;
	tpm->srk_serialised_len = serialised.len;
	tpm->srk = srk;
	tpm->srk_public = public;
	tpm->vouched = false;
	return ES_OK;
}

static enum es_reason srk_create(struct es_tpm *tpm, ESYS_TR *ret)
{
	const TPM2B_SENSITIVE_CREATE no_auth = { 0 };
	const TPML_PCR_SELECTION no_pcrs = { 0 };
	const TPM2B_DATA no_data = { 0 };
	ES_LOADED primary = ES_LOADED_NONE(tpm);
	ESYS_TR tr = ESYS_TR_NONE;
	enum es_reason r;
	TSS2_RC rc;

	rc = Esys_CreatePrimary(tpm->esys, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &no_auth,
				&es_srk_template, &no_data, &no_pcrs, &tr, NULL, NULL, NULL, NULL);
	r = es_tpm_judge(tpm, "TPM2_CreatePrimary", rc);
	if (r != ES_OK)
		return r;
	es_loaded_set(&primary, tr);
	rc = Esys_EvictControl(tpm->esys, ESYS_TR_RH_OWNER, primary.tr, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
			       ES_SRK_HANDLE, ret);
	return es_tpm_judge(tpm, "TPM2_EvictControl", rc);
}

static void note_key(struct es_tpm *tpm, const TPMT_PUBLIC *public)
{
	char key[ES_TPM_WORDS], text[ES_TPM_WORDS + 32];

	es_tpm_key_words(public, key);
	snprintf(text, sizeof text, "handle 0x%08x: %s", ES_SRK_HANDLE, key);
	es_tpm_refusal_note(tpm, text);
}

/* The TPM checks the password before it looks at the object to load, which is empty here. A key that is exempt from the
 * lockout stays exempt; with any other key this is one failed attempt. */
bool es_tpm_srk_has_password(struct es_tpm *tpm)
{
	const TPM2B_PUBLIC public = es_srk_template;
	const TPM2B_PRIVATE nothing = { 0 };
	ES_LOADED loaded = ES_LOADED_NONE(tpm);
	char before[sizeof tpm->refusal];
	ESYS_TR tr = ESYS_TR_NONE;
	TSS2_RC rc;

	if (tpm->srk == ESYS_TR_NONE || es_tpm_ready(tpm) != ES_OK)
		return false;
	memcpy(before, tpm->refusal, sizeof before);
	rc = Esys_Load(tpm->esys, tpm->srk, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &nothing, &public, &tr);
	if (es_tpm_judge(tpm, "TPM2_Load", rc) == ES_OK)
		es_loaded_set(&loaded, tr);
	memcpy(tpm->refusal, before, sizeof before);
	return es_tpm_code(rc) == TPM2_RC_AUTH_FAIL || es_tpm_code(rc) == TPM2_RC_BAD_AUTH;
}

/* Someone else made a key that was there before. */
static enum es_reason check_found(struct es_tpm *tpm, ESYS_TR srk)
{
	ES_ESYS TPM2B_PUBLIC *public = NULL;
	enum es_reason r = es_tpm_judge(
	    tpm, "TPM2_ReadPublic",
	    Esys_ReadPublic(tpm->esys, srk, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &public, NULL, NULL));

	if (r != ES_OK)
		return r;
	note_key(tpm, &public->publicArea);
	if (!es_is_storage_key(&public->publicArea))
		return ES_TPM_HANDLE_TAKEN;
	es_tpm_refusal_forget(tpm);
	return ES_OK;
}

static enum es_reason srk_serialise(struct es_tpm *tpm, ESYS_TR srk, struct es_buf *ret)
{
	ES_ESYS uint8_t *data = NULL;
	size_t len = 0;
	enum es_reason r = es_tpm_judge(tpm, "Esys_TR_Serialize", Esys_TR_Serialize(tpm->esys, srk, &data, &len));

	return r != ES_OK ? r : es_buf_copy((struct es_span){ data, len }, ret);
}

enum es_reason es_tpm_srk_handle_check(struct es_tpm *tpm)
{
	ESYS_TR srk = ESYS_TR_NONE;
	enum es_reason r = es_tpm_ready(tpm);

	if (r == ES_OK && tpm->srk != ESYS_TR_NONE)
		r = ES_ARGUMENT;
	if (r == ES_OK)
		r = srk_look(tpm, &srk);
	if (r == ES_TPM_NO_HANDLE) {
		es_tpm_refusal_forget(tpm);
		return ES_OK;
	}
	if (r != ES_OK)
		return r;
	r = check_found(tpm, srk);
	if (!tpm->stuck)
		Esys_TR_Close(tpm->esys, &srk);
	return r;
}

enum es_reason es_tpm_srk_make(struct es_tpm *tpm, struct es_buf *ret_serialised)
{
	ES_BUF serialised = { 0 };
	ESYS_TR srk = ESYS_TR_NONE;
	enum es_reason r = es_tpm_ready(tpm);
	bool found;

	if (r != ES_OK)
		return r;
	r = srk_look(tpm, &srk);
	found = r == ES_OK;
	if (r == ES_TPM_NO_HANDLE) {
		es_tpm_refusal_forget(tpm);
		r = srk_create(tpm, &srk);
	}
	if (r != ES_OK)
		return r;
	if (found)
		r = check_found(tpm, srk);
	if (r == ES_OK)
		r = srk_serialise(tpm, srk, &serialised);
	Esys_TR_Close(tpm->esys, &srk);
	if (r == ES_OK)
		r = es_tpm_srk_pin(tpm, es_buf_span(&serialised));
	if (r == ES_OK && found && es_tpm_srk_has_password(tpm)) {
		note_key(tpm, &tpm->srk_public.publicArea);
		r = ES_TPM_SRK_AUTH;
	}
	if (r != ES_OK)
		return r;
	*ret_serialised = es_buf_take(&serialised);
	return ES_OK;
}

bool es_tpm_srk_is(const struct es_tpm *tpm, struct es_span serialised)
{
	return tpm->srk_serialised != NULL && tpm->srk_serialised_len == serialised.len &&
	       memcmp(tpm->srk_serialised, serialised.data, serialised.len) == 0;
}

enum es_reason es_tpm_srk_name(struct es_span serialised, es_sha256_fn *sha256, uint8_t ret[static ES_SRK_NAME_LEN])
{
	uint8_t bytes[sizeof(TPMT_PUBLIC)];
	TPM2B_PUBLIC public = { 0 };
	struct es_digest digest;
	struct es_span area;
	size_t len = 0;

	if (!es_srk_blob_read(serialised, &public) ||
	    Tss2_MU_TPMT_PUBLIC_Marshal(&public.publicArea, bytes, sizeof bytes, &len) != TSS2_RC_SUCCESS)
		return ES_FORMAT;
	area = (struct es_span){ bytes, len };
	if (!sha256(&area, 1, &digest))
		return ES_CRYPTO;
	ret[0] = TPM2_ALG_SHA256 >> 8; /* es_is_storage_key accepts no other */
	ret[1] = TPM2_ALG_SHA256 & 0xff;
	memcpy(ret + 2, digest.bytes, ES_SHA256_LEN);
	return ES_OK;
}

/* The handle is empty: because its hierarchy is disabled, or because the key was removed. */
static enum es_reason gone(struct es_tpm *tpm)
{
	return es_tpm_hierarchy_check(tpm) == ES_TPM_HIERARCHY ? ES_TPM_HIERARCHY : ES_TPM_CLEARED;
}

bool es_tpm_srk_gone(enum es_reason reason)
{
	return reason == ES_TPM_CLEARED || reason == ES_TPM_OTHER || reason == ES_TPM_HIERARCHY;
}

enum es_reason es_tpm_srk_pin_named(struct es_tpm *tpm, const uint8_t name[static ES_SRK_NAME_LEN],
				    es_sha256_fn *sha256)
{
	uint8_t found[ES_SRK_NAME_LEN];
	ES_BUF serialised = { 0 };
	ESYS_TR srk = ESYS_TR_NONE;
	enum es_reason r = es_tpm_ready(tpm);

	if (r == ES_OK)
		r = srk_look(tpm, &srk);
	if (r != ES_OK)
		return r == ES_TPM_NO_HANDLE ? gone(tpm) : r;
	r = srk_serialise(tpm, srk, &serialised);
	Esys_TR_Close(tpm->esys, &srk);
	if (r == ES_OK)
		r = es_tpm_srk_name(es_buf_span(&serialised), sha256, found);
	if (r == ES_FORMAT || (r == ES_OK && memcmp(found, name, sizeof found) != 0))
		return ES_TPM_OTHER;
	return r == ES_OK ? es_tpm_srk_pin(tpm, es_buf_span(&serialised)) : r;
}

static bool same_public(const TPM2B_PUBLIC *a, const TPM2B_PUBLIC *b)
{
	uint8_t bytes[2][sizeof *a];
	size_t len[2] = { 0, 0 };

	return Tss2_MU_TPM2B_PUBLIC_Marshal(a, bytes[0], sizeof bytes[0], &len[0]) == TSS2_RC_SUCCESS &&
	       Tss2_MU_TPM2B_PUBLIC_Marshal(b, bytes[1], sizeof bytes[1], &len[1]) == TSS2_RC_SUCCESS &&
	       len[0] == len[1] && memcmp(bytes[0], bytes[1], len[0]) == 0;
}

enum es_reason es_tpm_srk_check(struct es_tpm *tpm)
{
	char before[sizeof tpm->refusal];
	ES_ESYS TPM2B_PUBLIC *public = NULL;
	enum es_reason r = es_tpm_ready(tpm);
	TSS2_RC rc;

	if (r != ES_OK)
		return r;
	if (tpm->srk == ESYS_TR_NONE)
		return ES_ARGUMENT;
	memcpy(before, tpm->refusal, sizeof before);
	rc = Esys_ReadPublic(tpm->esys, tpm->srk, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &public, NULL, NULL);
	r = es_tpm_judge(tpm, "TPM2_ReadPublic", rc);
	/* The refusal that led here says more than that there is no key. */
	if (before[0] != '\0')
		memcpy(tpm->refusal, before, sizeof before);
	if (r == ES_OK && same_public(public, &tpm->srk_public))
		return ES_OK;
	if (r != ES_OK && r != ES_TPM_NO_HANDLE)
		return r;
	/* Nothing vouches for this answer, and an earlier right HMAC contradicts it. */
	if (tpm->vouched)
		return ES_TPM_FORGED;
	if (r == ES_TPM_NO_HANDLE)
		return gone(tpm);
	note_key(tpm, &public->publicArea);
	return ES_TPM_OTHER;
}
