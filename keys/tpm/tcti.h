/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCTI of our own that stands between ESAPI and the real one: counts commands, repeats what the TPM asks to have
 * repeated, checks the frame of every answer, and keeps the bound on all the time that the TPM may take. Private to
 * keys/tpm.
 */
#ifndef ES_TPM_TCTI_H
#define ES_TPM_TCTI_H

#include "keys/core/scope.h"

#include <stdbool.h>
#include <stdint.h>

#include <tss2/tss2_tcti.h>

struct es_tcti;

/* In all, over the life of a connection. A TPM that needs more is out of order. */
enum { ES_TPM_RETRIES = 32 };

/* What a broken answer was, beyond the code that ESAPI is given for it. */
enum es_frame {
	ES_FRAME_FINE,
	ES_FRAME_GARBAGE,  /* too short, or its size isn't what it says */
	ES_FRAME_TPM_12,   /* the tag of a TPM 1.2 */
	ES_FRAME_STRIPPED, /* success without the sessions that the command had: nothing vouches for it */
};

/* TSS2_TCTI_RC_TRY_AGAIN: the time was used up before there was a connection. */
ES_MUST_CHECK TSS2_RC es_tcti_open(const char *tcti, unsigned bound_ms, struct es_tcti **ret);
void es_tcti_close(struct es_tcti *bound); /* NULL is fine */
void es_tcti_closep(struct es_tcti **bound);

TSS2_TCTI_CONTEXT *es_tcti_context(struct es_tcti *bound); /* the bound's own */
unsigned es_tcti_commands(const struct es_tcti *bound);
bool es_tcti_spent(const struct es_tcti *bound); /* no time is left */
/* Of the last answer. */
enum es_frame es_tcti_frame(const struct es_tcti *bound);

/* Wipes the buffer that ESAPI last took an answer in: it decrypts there, and keeps it as long as its context lives. So only
 * before Esys_Finalize. */
void es_tcti_scrub(struct es_tcti *bound);

/* TPM2_FlushContext past ESAPI, whose context refuses every call after an answer that it found wrong. */
void es_tcti_flush(struct es_tcti *bound, uint32_t handle);

#endif
