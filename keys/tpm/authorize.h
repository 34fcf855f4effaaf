/* SPDX-License-Identifier: Apache-2.0 */
/* Meeting a vendor's signed policy (keys/tpm/policy.h) in a TPM. Part 3, 23.7, 23.9, 23.16. */
#ifndef ES_TPM_AUTHORIZE_H
#define ES_TPM_AUTHORIZE_H

#include "keys/core/buf.h"
#include "keys/core/labels.h"
#include "keys/tpm/context.h"
#include "keys/tpm/policy.h"

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
