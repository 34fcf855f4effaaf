/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images with policies signed by their vendor: which of an image's signatures fits what was measured, and whether its
 * generation may be opened. Uses no TPM and no disk. FORMAT.md, "Vendor images".
 */
#ifndef ES_VENDOR_H
#define ES_VENDOR_H

#include "keys/choice/choice.h"
#include "keys/crypto/sign.h"
#include "keys/store/signature.h"
#include "keys/tpm/policy.h"

/*
 * How far a host's counter may be incremented to reach an image's generation. A TPM's NV memory wears out after some
 * 100,000 writes to a cell (some TPMs implement counters without that wear), and each takes 10 to 50 ms. A vendor that
 * raises the generation once a week for 20 years makes 1,000 of them. So one signature is trusted with this many steps,
 * and with 13 s of a boot.
 */
enum { ES_GENERATION_STEPS_MAX = 256 };

struct es_vendor_match {
	struct es_rsa_public key;
	struct es_digest policy;
	uint64_t generation;      /* 0: none */
	struct es_span signature; /* a part of the signatures; not checked yet */
};

/* The signature by that key for the current PCR 11; of several, the one with the highest generation. ES_MISSING: none
 * fits; otherwise what es_rsa_public_read returns for an unusable key. */
ES_MUST_CHECK enum es_reason es_vendor_match(struct es_span public_pem, const struct es_pcr_signatures *signatures,
					     const struct es_pcr_values *now, struct es_vendor_match *ret);

/* Whether an image of this generation (not 0) may be opened. ES_OK, ES_IMAGE_OLD, ES_IMAGE_AHEAD, or counter.state if
 * the counter is unusable. The TPM itself refuses an old image: this check is for the words, and saves wear. */
ES_MUST_CHECK enum es_reason es_vendor_fresh(uint64_t generation, struct es_counter counter);

/* Whether this boot opens a vendor's protector, apart from the signature: the protector is sound, and PCRs 7 and 12
 * match. ES_OK, ES_LOCKED_PCR, ES_TPM_UNSET_PCR, ES_TAMPERED_INFO. */
ES_MUST_CHECK enum es_reason es_vendor_protector_fits(const struct es_protector *p, const struct es_pcr_values *now);

#endif
