/* SPDX-License-Identifier: Apache-2.0 */
/* The connection as the files of keys/tpm share it, and ownership of what is loaded in the TPM. Private to keys/tpm. */
#ifndef ES_TPM_CONNECTION_H
#define ES_TPM_CONNECTION_H

#include "keys/tpm/tcti.h"
#include "keys/tpm/context.h"

#include <tss2/tss2_esys.h>

enum { ES_TPM_REFUSAL_MAX = 256 };

struct es_tpm {
	struct es_tcti *tcti;
	ESYS_CONTEXT *esys;
	bool stuck; /* ESAPI's state machine refuses further calls: es_tpm_ready makes a new context */

	ESYS_TR srk; /* ESYS_TR_NONE: not pinned */
	TPM2B_PUBLIC srk_public;
	uint8_t *srk_serialised; /* as pinned, for es_tpm_ready */
	size_t srk_serialised_len;

	ESYS_TR session; /* HMAC session salted to the SRK, for everything but Unseal; ESYS_TR_NONE: not open */
	TPM2_HANDLE session_handle; /* the TPM's own number */
	bool vouched;               /* a response in the session had a right HMAC: this TPM holds the pinned SRK */

	char refusal[ES_TPM_REFUSAL_MAX];
};

/* Makes ESAPI's context over the connection, with nothing pinned and no session open. */
ES_MUST_CHECK enum es_reason es_esys_new(struct es_tpm *tpm);

/* Every operation calls this first: makes a new ESAPI context if the old one is stuck. */
ES_MUST_CHECK enum es_reason es_tpm_ready(struct es_tpm *tpm);

/* Records what was refused and by whom, and returns the reason. ES_OK for success, which records nothing. */
ES_MUST_CHECK enum es_reason es_tpm_judge(struct es_tpm *tpm, const char *command, TSS2_RC rc);

/* Records a refusal that has no response code. */
void es_tpm_refusal_note(struct es_tpm *tpm, const char *text);
/* ES_TPM_HIERARCHY: the storage hierarchy is disabled. A TPM then says that a key or index of ours doesn't exist. */
ES_MUST_CHECK enum es_reason es_tpm_hierarchy_check(struct es_tpm *tpm);
/* Whether the SHA-256 bank is active; TPMA_PERMANENT. To be called after es_tpm_ready. */
ES_MUST_CHECK enum es_reason es_tpm_has_sha256(struct es_tpm *tpm, bool *ret);
ES_MUST_CHECK enum es_reason es_tpm_permanent(struct es_tpm *tpm, uint32_t *ret);
/* Forgets a refusal that was only the answer to a query. */
void es_tpm_refusal_forget(struct es_tpm *tpm);

/* An object or session in the TPM, flushed at the end of the scope. */
struct es_loaded {
	struct es_tpm *tpm;
	ESYS_TR tr;
	TPM2_HANDLE handle;
};
void es_loaded_set(struct es_loaded *l, ESYS_TR tr); /* takes ownership */
void es_loaded_flush(struct es_loaded *l);
#define ES_LOADED ES_SCOPED(es_loaded_flush) struct es_loaded
#define ES_LOADED_NONE(tpm)                                                                                            \
	{                                                                                                              \
		(tpm), ESYS_TR_NONE, 0                                                                                 \
	}

void es_session_end(struct es_tpm *tpm);
/* For use after a command in ES_SESSION_AUTH_LAST has succeeded: TPM and ESAPI have closed the session. */
void es_session_ended(struct es_tpm *tpm);

/* For memory that ESAPI returns, which is malloc'd. */
void es_esys_freep(void *p);
#define ES_ESYS ES_SCOPED(es_esys_freep)

#endif
