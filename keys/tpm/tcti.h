/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own TCTI, a filter between ESAPI and the real one: counts commands, repeats those that the TPM asks to repeat,
 * checks the frame of every answer, and limits the total time that the TPM may take. Private to keys/tpm.
 */
#ifndef ES_TPM_TCTI_H
#define ES_TPM_TCTI_H

#include "keys/core/scope.h"

#include <stdbool.h>
#include <stdint.h>

#include <tss2/tss2_tcti.h>

struct es_tcti;

/* In total, over the life of a connection. A TPM that needs more is defective. */
enum { ES_TPM_RETRIES = 32 };

/* What was wrong with a malformed answer, beyond the code that ESAPI gets for it. */
enum es_frame {
	ES_FRAME_OK,
	ES_FRAME_MALFORMED, /* too short, or not of the size that it states */
	ES_FRAME_TPM_12,    /* the tag of a TPM 1.2 */
	ES_FRAME_STRIPPED,  /* success without the sessions that the command had: nothing vouches for it */
};

/* TSS2_TCTI_RC_TRY_AGAIN: the time was used up before there was a connection. */
ES_MUST_CHECK TSS2_RC es_tcti_open(const char *tcti, unsigned timeout_ms, struct es_tcti **ret);
void es_tcti_close(struct es_tcti *filter); /* filter may be NULL */

TSS2_TCTI_CONTEXT *es_tcti_context(struct es_tcti *filter); /* the filter owns it */
unsigned es_tcti_commands(const struct es_tcti *filter);
bool es_tcti_timed_out(const struct es_tcti *filter); /* no time is left */
/* Of the last answer. */
enum es_frame es_tcti_frame(const struct es_tcti *filter);

/* Wipes the buffer in which ESAPI last received an answer: ESAPI decrypts there, and keeps the buffer as long as its
 * context exists. To be called before Esys_Finalize. */
void es_tcti_scrub(struct es_tcti *filter);

/* TPM2_FlushContext without ESAPI, whose context refuses every call after an answer that it found wrong. */
void es_tcti_flush(struct es_tcti *filter, uint32_t handle);

#endif
