/* SPDX-License-Identifier: Apache-2.0 */
/* Reading PCRs and raising the fence. If an SRK is pinned, both are HMAC-checked in a session salted to it. */
#ifndef ES_TPM_PCR_H
#define ES_TPM_PCR_H

#include "keys/core/pcr.h"
#include "keys/tpm/context.h"

/* Reads the SHA-256 bank: at most eight PCRs in one command, more in several. ES_TPM_NO_SHA256: the bank isn't
 * active. */
ES_MUST_CHECK enum es_reason es_tpm_pcr_read(struct es_tpm *tpm, es_pcr_mask mask, struct es_pcr_values *ret);

/* TPM2_PCR_Event(PCR 11, ES_FENCE_EVENT), in every active bank. Any failure is ES_FENCE_FAILED or ES_TPM_TIMEOUT. last:
 * no command is expected to follow on this connection, so this one also ends its session. *ret_vouched: the TPM that
 * holds the pinned SRK has confirmed the fence; otherwise (no pin, or another TPM) only the bus says so. */
ES_MUST_CHECK enum es_reason es_tpm_fence(struct es_tpm *tpm, bool last, bool *ret_vouched);

#endif
