/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rollback counter. An index is ours if it is a counter with exactly our attributes; its Name covers them, and the
 * HMAC of the read covers the Name. Anyone who can talk to the TPM can increment it or, with the owner's password
 * (usually empty), delete it: that locks the host until the owner gives the recovery key, and rolls nothing back.
 */
#include "keys/tpm/counter.h"

#include "keys/tpm/authorize.h"
#include "keys/tpm/blob.h"
#include "keys/tpm/session.h"
#include "keys/tpm/template.h"
#include "keys/tpm/defences.h"
#include "keys/tpm/words.h"

#include <stdio.h>
#include <string.h>

enum { COUNTER_LEN = 8 };

static bool is_ours(const TPMS_NV_PUBLIC *public)
{
	const TPMS_NV_PUBLIC ours = es_counter_template(public->nvIndex);

	return public->nameAlg == ours.nameAlg && (public->attributes & ~TPMA_NV_WRITTEN) == ours.attributes &&
	       public->authPolicy.size == 0 && public->dataSize == ours.dataSize;
}

/* ESAPI keeps the public area that it got, and exposes it only in the serialised form. Another TPM2_NV_ReadPublic would
 * cost a command. */
static bool public_of(struct es_tpm *tpm, ESYS_TR nv, TPMS_NV_PUBLIC *ret)
{
	ES_ESYS uint8_t *data = NULL;
	size_t len = 0;

	return Esys_TR_Serialize(tpm->esys, nv, &data, &len) == TSS2_RC_SUCCESS &&
	       es_nv_blob_read((struct es_span){ data, len }, ret);
}

/* Reads the public area again: es_nv_blob_read doesn't accept an index with another kind of Name. */
static enum es_reason taken(struct es_tpm *tpm, ESYS_TR nv)
{
	ES_ESYS TPM2B_NV_PUBLIC *public = NULL;
	char text[ES_TPM_WORDS];
	enum es_reason r =
	    es_tpm_judge(tpm, "TPM2_NV_ReadPublic",
			 Esys_NV_ReadPublic(tpm->esys, nv, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &public, NULL));

	if (r != ES_OK)
		return r;
	es_tpm_index_words(&public->nvPublic, text);
	es_tpm_refusal_note(tpm, text);
	return ES_TPM_INDEX_TAKEN;
}

struct counter {
	struct es_tpm *tpm;
	ESYS_TR nv;
	bool written; /* has been incremented at least once */
};

static void counter_close(struct counter *c)
{
	if (c->nv != ESYS_TR_NONE && !c->tpm->stuck)
		Esys_TR_Close(c->tpm->esys, &c->nv);
}
#define COUNTER ES_SCOPED(counter_close) struct counter
#define COUNTER_NONE(tpm)                                                                                              \
	{                                                                                                              \
		(tpm), ESYS_TR_NONE, false                                                                             \
	}

/* SHA-256 of the public area that our counters have after their first increment; test-counter.c compares them with the
 * TPM's. */
static const struct {
	uint32_t index;
	uint8_t digest[ES_SHA256_LEN];
} known_names[] = {
	{ ES_COUNTER_INDEX,
	  { 0x3d, 0xb6, 0xeb, 0x19, 0x59, 0xb6, 0x70, 0x07, 0x6d, 0x43, 0x2a, 0xc8, 0x48, 0x1b, 0x70, 0xc2,
	    0x81, 0x41, 0x16, 0x87, 0xbe, 0xf7, 0x7a, 0xe1, 0x35, 0x59, 0x37, 0xbc, 0x21, 0x94, 0x34, 0xe1 } },
	{ ES_GENERATION_INDEX,
	  { 0x1f, 0x29, 0x69, 0x07, 0xcf, 0xb2, 0xa5, 0xbd, 0x19, 0x08, 0x17, 0x6b, 0x7a, 0x85, 0x28, 0xb6,
	    0x4c, 0x4e, 0xc8, 0x3c, 0xb7, 0x61, 0x65, 0x35, 0x40, 0xf9, 0x36, 0xbe, 0x85, 0x3a, 0x49, 0xa9 } },
};

/* The counter as ESAPI would have it after the two commands that look it up. If the index has another Name, the TPM
 * refuses a command in our session, whose HMAC covers the Name. So without a session the index must be looked up. */
static bool guess(struct es_tpm *tpm, uint32_t index, struct counter *ret)
{
	TPMS_NV_PUBLIC public = es_counter_template(index);
	uint8_t bytes[ES_NV_BLOB_MAX];
	TPM2B_NAME name = { .size = 2 + ES_SHA256_LEN, .name = { TPM2_ALG_SHA256 >> 8, TPM2_ALG_SHA256 & 0xff } };
	size_t len = 0, i = 0;

	while (i < sizeof known_names / sizeof *known_names && known_names[i].index != index)
		i++;
	if (i == sizeof known_names / sizeof *known_names || tpm->srk == ESYS_TR_NONE || !ES_WITH_RESPONSE_HMAC)
		return false;
	memcpy(name.name + 2, known_names[i].digest, ES_SHA256_LEN);
	public.attributes |= TPMA_NV_WRITTEN;
	ret->written = true;
	len = es_nv_blob_write(&public, &name, bytes);
	return len != 0 && Esys_TR_Deserialize(tpm->esys, bytes, len, &ret->nv) == TSS2_RC_SUCCESS;
}

/* A TPM gives the same answer for an index that it hides because its hierarchy is disabled. */
static enum es_reason absent(struct es_tpm *tpm, uint32_t index)
{
	char text[64];

	if (es_tpm_hierarchy_check(tpm) == ES_TPM_HIERARCHY)
		return ES_TPM_HIERARCHY;
	snprintf(text, sizeof text, "there is no NV index 0x%08x", index);
	es_tpm_refusal_note(tpm, text);
	return ES_COUNTER_MISSING;
}

static enum es_reason find(struct es_tpm *tpm, uint32_t index, struct counter *ret)
{
	TPMS_NV_PUBLIC public = { 0 };
	ESYS_TR session;
	enum es_reason r = es_tpm_ready(tpm);
	TSS2_RC rc;

	if (r == ES_OK && (index < 0x01800000 || index > 0x01bfffff))
		r = ES_ARGUMENT;
	if (r == ES_OK)
		r = es_session_use(tpm, ES_SESSION_AUDIT, &session);
	if (r != ES_OK)
		return r;
	rc = Esys_TR_FromTPMPublic(tpm->esys, index, session, ESYS_TR_NONE, ESYS_TR_NONE, &ret->nv);
	r = es_session_judge(tpm, "TPM2_NV_ReadPublic", session, rc);
	if (r != ES_OK) {
		ret->nv = ESYS_TR_NONE;
		return r == ES_TPM_NO_HANDLE ? absent(tpm, index) : r;
	}
	if (!public_of(tpm, ret->nv, &public) || !is_ours(&public))
		return taken(tpm, ret->nv);
	ret->written = public.attributes & TPMA_NV_WRITTEN;
	return ES_OK;
}

/* An index that looks like ours but has a password. Its public area was read in our session, so this is the right
 * TPM. */
static enum es_reason judge(struct es_tpm *tpm, const char *command, TSS2_RC rc)
{
	enum es_reason r = es_tpm_judge(tpm, command, rc);

	return r == ES_TPM_NO_HANDLE || r == ES_TPM_AUTH ? ES_COUNTER_MISSING : r;
}

static enum es_reason count(struct es_tpm *tpm, const struct counter *c)
{
	ESYS_TR session;
	enum es_reason r = es_session_use(tpm, ES_SESSION_AUTH, &session);

	if (r != ES_OK)
		return r;
	return judge(tpm, "TPM2_NV_Increment",
		     Esys_NV_Increment(tpm->esys, c->nv, c->nv, session, ESYS_TR_NONE, ESYS_TR_NONE));
}

static enum es_reason value(struct es_tpm *tpm, const struct counter *c, uint64_t *ret_value)
{
	ES_ESYS TPM2B_MAX_NV_BUFFER *data = NULL;
	uint64_t v = 0;
	ESYS_TR session;
	enum es_reason r = es_session_use(tpm, ES_SESSION_AUTH, &session);
	TSS2_RC rc;

	if (r != ES_OK)
		return r;
	rc = Esys_NV_Read(tpm->esys, c->nv, c->nv, session, ESYS_TR_NONE, ESYS_TR_NONE, COUNTER_LEN, 0, &data);
	r = judge(tpm, "TPM2_NV_Read", rc);
	if (r != ES_OK)
		return r;
	if (data->size != COUNTER_LEN)
		return ES_TPM_HARDWARE;
	for (unsigned i = 0; i < COUNTER_LEN; i++)
		v = v << 8 | data->buffer[i];
	*ret_value = v;
	return ES_OK;
}

static enum es_reason define(struct es_tpm *tpm, uint32_t index, struct counter *ret)
{
	const TPM2B_NV_PUBLIC public = { .nvPublic = es_counter_template(index) };
	const TPM2B_AUTH no_auth = { 0 };
	ESYS_TR session;
	enum es_reason r = es_session_use(tpm, ES_SESSION_AUTH, &session);
	TSS2_RC rc;

	if (r != ES_OK)
		return r;
	rc = Esys_NV_DefineSpace(tpm->esys, ESYS_TR_RH_OWNER, session, ESYS_TR_NONE, ESYS_TR_NONE, &no_auth, &public,
				 &ret->nv);
	/* Not es_session_judge: here a wrong HMAC means the owner's password. */
	return es_tpm_judge(tpm, "TPM2_NV_DefineSpace", rc);
}

static enum es_reason find_or_define(struct es_tpm *tpm, uint32_t index, struct counter *ret, bool *ret_defined)
{
	enum es_reason r = find(tpm, index, ret);

	*ret_defined = false;
	if (r != ES_COUNTER_MISSING)
		return r;
	es_tpm_refusal_forget(tpm);
	r = define(tpm, index, ret);
	*ret_defined = r == ES_OK;
	return r;
}

enum es_reason es_tpm_counter_define(struct es_tpm *tpm, uint32_t index)
{
	COUNTER c = COUNTER_NONE(tpm);
	uint64_t ignored;
	bool defined;
	enum es_reason r = find_or_define(tpm, index, &c, &defined);

	if (r != ES_OK || defined)
		return r;
	r = value(tpm, &c, &ignored);
	if (r == ES_COUNTER_MISSING)
		return taken(tpm, c.nv);
	return r == ES_OK || r == ES_COUNTER_UNCOUNTED ? ES_ALREADY_CONFIGURED : r;
}

enum es_reason es_tpm_counter_make(struct es_tpm *tpm, uint32_t index, uint64_t *ret_value)
{
	COUNTER c = COUNTER_NONE(tpm);
	bool defined;
	enum es_reason r = find_or_define(tpm, index, &c, &defined);
	bool was = r == ES_OK && c.written;

	if (r == ES_OK && !was)
		r = count(tpm, &c);
	if (r == ES_OK)
		r = value(tpm, &c, ret_value);
	/* It looks like ours, but needs a password that ours doesn't have. */
	if (r == ES_COUNTER_MISSING && !defined)
		r = taken(tpm, c.nv);
	/* A counter with a value that no bank knows of would make kdf banks look like a downgrade. It may have been
	 * incremented even if the answer was lost. */
	if (r != ES_OK && defined) {
		enum es_reason ignored = es_tpm_counter_delete(tpm, index);

		(void)ignored; /* the first failure is the one to report */
	}
	return r == ES_OK && was ? ES_ALREADY_CONFIGURED : r;
}

enum es_reason es_tpm_counter_predict(struct es_tpm *tpm, uint64_t *ret_value)
{
	uint64_t value = 0;
	enum es_reason r = es_tpm_counter_make(tpm, ES_PROBE_INDEX, &value);

	/* Left by an interrupted call: other counters may have been incremented since. */
	if (r == ES_ALREADY_CONFIGURED) {
		r = es_tpm_counter_delete(tpm, ES_PROBE_INDEX);
		if (r == ES_OK)
			r = es_tpm_counter_make(tpm, ES_PROBE_INDEX, &value);
	}
	if (r == ES_OK)
		r = es_tpm_counter_delete(tpm, ES_PROBE_INDEX);
	if (r == ES_OK)
		*ret_value = value + 1;
	return r;
}

/* Without a session, so that a TPM other than the pinned one can be asked, too. */
enum es_reason es_tpm_counter_index_check(struct es_tpm *tpm, uint32_t index)
{
	COUNTER c = COUNTER_NONE(tpm);
	TPMS_NV_PUBLIC public = { 0 };
	enum es_reason r = es_tpm_ready(tpm);
	TSS2_RC rc;

	if (r != ES_OK)
		return r;
	rc = Esys_TR_FromTPMPublic(tpm->esys, index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &c.nv);
	r = es_tpm_judge(tpm, "TPM2_NV_ReadPublic", rc);
	if (r != ES_OK)
		c.nv = ESYS_TR_NONE;
	if (r == ES_TPM_NO_HANDLE)
		es_tpm_refusal_forget(tpm);
	if (r != ES_OK)
		return r == ES_TPM_NO_HANDLE ? ES_OK : r;
	return public_of(tpm, c.nv, &public) && is_ours(&public) ? ES_OK : taken(tpm, c.nv);
}

/* Reads without looking the index up. The caller examines a refusal after this guess has been closed: while it is open,
 * looking up the same index fails its HMAC check (tpm2-tss 3.2). */
static enum es_reason read_guessed(struct es_tpm *tpm, uint32_t index, uint64_t *ret_value)
{
	COUNTER c = COUNTER_NONE(tpm);
	enum es_reason r = es_tpm_ready(tpm);

	if (r == ES_OK && !guess(tpm, index, &c))
		return ES_COUNTER_MISSING;
	return r == ES_OK ? value(tpm, &c, ret_value) : r;
}

enum es_reason es_tpm_counter_read(struct es_tpm *tpm, uint32_t index, uint64_t *ret_value)
{
	COUNTER c = COUNTER_NONE(tpm);
	enum es_reason r = read_guessed(tpm, index, ret_value);

	if (r != ES_COUNTER_MISSING)
		return r;
	es_tpm_refusal_forget(tpm);
	r = find(tpm, index, &c);
	if (r == ES_TPM_INDEX_TAKEN)
		return ES_COUNTER_MISSING;
	if (r == ES_OK && !c.written)
		return ES_COUNTER_UNCOUNTED;
	return r == ES_OK ? value(tpm, &c, ret_value) : r;
}

/* *done: the number of increments, also if one failed. */
static enum es_reason count_often(struct es_tpm *tpm, const struct counter *c, uint64_t steps, uint64_t *done)
{
	enum es_reason r = ES_OK;

	for (*done = 0; *done < steps && r == ES_OK; *done += r == ES_OK)
		r = count(tpm, c);
	return r;
}

/* ES_COUNTER_MISSING: it couldn't be guessed, or another index is in its place. */
static enum es_reason raise_guessed(struct es_tpm *tpm, uint32_t index, uint64_t steps, uint64_t *done)
{
	COUNTER c = COUNTER_NONE(tpm);
	enum es_reason r = es_tpm_ready(tpm);

	*done = 0;
	if (r == ES_OK && (steps == 0 || !guess(tpm, index, &c)))
		return ES_COUNTER_MISSING;
	return r == ES_OK ? count_often(tpm, &c, steps, done) : r;
}

enum es_reason es_tpm_counter_raise(struct es_tpm *tpm, uint32_t index, uint64_t steps)
{
	COUNTER c = COUNTER_NONE(tpm);
	uint64_t done;
	enum es_reason r = raise_guessed(tpm, index, steps, &done);

	if (r != ES_COUNTER_MISSING || done > 0)
		return r;
	es_tpm_refusal_forget(tpm);
	r = find(tpm, index, &c);
	if (r == ES_TPM_INDEX_TAKEN || (r == ES_OK && !c.written))
		return ES_COUNTER_MISSING;
	return r == ES_OK ? count_often(tpm, &c, steps, &done) : r;
}

enum es_reason es_tpm_counter_increment(struct es_tpm *tpm, uint32_t index)
{
	return es_tpm_counter_raise(tpm, index, 1);
}

enum es_reason es_tpm_counter_delete(struct es_tpm *tpm, uint32_t index)
{
	COUNTER c = COUNTER_NONE(tpm);
	enum es_reason r = find(tpm, index, &c);
	ESYS_TR session;

	if (r == ES_TPM_INDEX_TAKEN)
		return ES_COUNTER_MISSING;
	if (r == ES_OK)
		r = es_session_use(tpm, ES_SESSION_AUTH, &session);
	if (r != ES_OK)
		return r;
	r = es_tpm_judge(tpm, "TPM2_NV_UndefineSpace",
			 Esys_NV_UndefineSpace(tpm->esys, ESYS_TR_RH_OWNER, c.nv, session, ESYS_TR_NONE, ESYS_TR_NONE));
	if (r == ES_OK)
		c.nv = ESYS_TR_NONE; /* ESAPI has closed it */
	return r;
}
