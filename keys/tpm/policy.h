/* SPDX-License-Identifier: Apache-2.0 */
/* PolicyPCR in software: the policy to seal to is computed from the expected values, and doesn't depend on the answers
 * to a trial session. Private to keys/tpm. */
#ifndef ES_TPM_POLICY_H
#define ES_TPM_POLICY_H

#include "keys/core/pcr.h"
#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <tss2/tss2_tpm2_types.h>

/* The PCRs of mask in the SHA-256 bank. */
TPML_PCR_SELECTION es_pcr_selection(es_pcr_mask mask);

/* Part 3, TPM2_PolicyPCR, on a fresh session. ES_ARGUMENT: mask is empty or not in values; ES_CRYPTO: the hash
 * failed. */
ES_MUST_CHECK enum es_reason es_policy_pcr(const struct es_pcr_values *values, es_pcr_mask mask, es_sha256_fn *sha256,
					   struct es_digest *ret);
/* The same on a session that already has the digest `before`. */
ES_MUST_CHECK enum es_reason es_policy_pcr_after(const struct es_digest *before, const struct es_pcr_values *values,
						 es_pcr_mask mask, es_sha256_fn *sha256, struct es_digest *ret);

#endif
