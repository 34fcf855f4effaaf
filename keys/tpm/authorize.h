/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed PCR policies: a vendor's key says which PCR values open a seal, now and later (TPM2_PolicyAuthorize). With a
 * generation, it also says that an NV counter of the host must not be above it (TPM2_PolicyNV). The digests are
 * computed here, in software. systemd signs the same ones (systemd-measure, tpm2-pcr-signature.json), but without a
 * generation. TPM 2.0 Library Part 3, 23.7, 23.9, 23.16.
 */
#ifndef ES_TPM_AUTHORIZE_H
#define ES_TPM_AUTHORIZE_H

#include "keys/core/buf.h"
#include "keys/core/labels.h"
#include "keys/core/pcr.h"
#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/tpm/context.h"

/* ES_GENERATION_INDEX has the form described in counter.h, so that its Name is the same on every host. */
#define ES_GENERATION_MAX ((uint64_t)1 << 62)

/* What a vendor signs: RSASSA-PKCS1-v1_5 with SHA-256 over these 32 bytes. They are PolicyPCR(pcrs), followed, unless
 * generation is 0, by PolicyNV(ES_GENERATION_INDEX <= generation). ES_ARGUMENT: pcrs is empty or not in values, or
 * generation is too high. */
struct es_signed_policy {
	const struct es_pcr_values *values;
	es_pcr_mask pcrs;
	uint64_t generation;
};
ES_MUST_CHECK enum es_reason es_signed_policy_digest(const struct es_signed_policy *policy, es_sha256_fn *sha256,
						     struct es_digest *ret);

/* An RSA key with exponent 65537; 256, 384 or 512 bytes. */
struct es_vendor_key {
	struct es_span modulus;
};

/* What it takes to satisfy a signed policy. */
struct es_authorization {
	struct es_vendor_key key;
	es_pcr_mask pcrs;         /* of the signed policy */
	uint64_t generation;      /* of the signed policy; 0: none */
	struct es_digest policy;  /* the signed policy's digest */
	struct es_span signature; /* of that digest */
	/* from es_vendor_ticket, for this policy; may be empty or not fit, and then isn't used */
	struct es_span ticket;
	es_sha256_fn *sha256;
};

/* The TPM's own statement that it has checked that signature (TPM2_VerifySignature; Part 1, "Tickets"): only this TPM
 * can make it, and it is valid until the TPM is cleared. It saves a boot the three commands for checking again. It
 * isn't secret: it says no more than the signature. ES_IMAGE_SIGNATURE; ES_NOT_MET: the TPM can't load the key. The
 * caller owns *ret. */
enum { ES_TICKET_MAX = 128 };
ES_MUST_CHECK enum es_reason es_vendor_ticket(struct es_tpm *tpm, const struct es_authorization *authorization,
					      struct es_buf *ret);

#endif
