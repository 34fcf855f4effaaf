/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy digests in software, with no TPM: what to seal to is computed from the values expected, and no trial session
 * can answer otherwise. TPM 2.0 Library Part 3: 23.7 PolicyPCR, 23.9 PolicyNV, 23.16 PolicyAuthorize.
 *
 * A signed PCR policy is what a vendor's key says of the PCR values that open a seal, now and later (PolicyAuthorize),
 * and, with a generation, that an NV counter of the host may not be above it (PolicyNV). systemd signs the same digests
 * (systemd-measure, tpm2-pcr-signature.json), but for the generation.
 */
#ifndef ES_TPM_POLICY_H
#define ES_TPM_POLICY_H

#include "keys/core/pcr.h"
#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdint.h>

/* On a fresh session. ES_ARGUMENT: mask is empty or not in values; ES_CRYPTO: no hash. */
ES_MUST_CHECK enum es_reason es_policy_pcr(const struct es_pcr_values *values, es_pcr_mask mask, es_sha256_fn *sha256,
					   struct es_digest *ret);
/* The same on a session that already has the digest `before`. */
ES_MUST_CHECK enum es_reason es_policy_pcr_after(const struct es_digest *before, const struct es_pcr_values *values,
						 es_pcr_mask mask, es_sha256_fn *sha256, struct es_digest *ret);

/* ES_GENERATION_INDEX is of the form of counter.h's, so that its Name is the same on every host. */
#define ES_GENERATION_MAX ((uint64_t)1 << 62)

/* What a vendor signs, RSASSA-PKCS1-v1_5 with SHA-256 over these 32 bytes: PolicyPCR(pcrs), then, unless generation is
 * 0, PolicyNV(ES_GENERATION_INDEX <= generation). ES_ARGUMENT: pcrs is empty or not in values, or generation too
 * high. */
struct es_signed_policy {
	const struct es_pcr_values *values;
	es_pcr_mask pcrs;
	uint64_t generation;
};
ES_MUST_CHECK enum es_reason es_signed_policy_digest(const struct es_signed_policy *policy, es_sha256_fn *sha256,
						     struct es_digest *ret);

/* An RSA key of exponent 65537; 256, 384 or 512 bytes. */
struct es_vendor_key {
	struct es_span modulus;
};

/* PolicyAuthorize(key, no policyRef) on a fresh session: anything that the key signs. ES_ARGUMENT: no such key. */
ES_MUST_CHECK enum es_reason es_policy_authorize(const struct es_vendor_key *key, es_sha256_fn *sha256,
						 struct es_digest *ret);

#endif
