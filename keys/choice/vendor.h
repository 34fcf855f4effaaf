/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that their vendor signed policies for: which of an image's signatures fits what was measured, and whether its
 * generation may be opened. No TPM and no disk in it. FORMAT.md "Vendor images".
 */
#ifndef ES_VENDOR_H
#define ES_VENDOR_H

#include "keys/choice/choice.h"
#include "keys/crypto/sign.h"
#include "keys/store/signature.h"
#include "keys/tpm/policy.h"

/*
 * How far a host's counter is counted up to an image's generation. A TPM's NV memory wears out: it is good for some
 * 100,000 writes of a cell (and TPMs with counters of their own wear none), at 10 to 50 ms each. A vendor that raises the generation
 * once a week for 20 years makes 1,000 of them. What is behind a signature is trusted with as much, and with 13 s of a boot.
 */
enum { ES_GENERATION_STEPS_MAX = 256 };

struct es_vendor_match {
	struct es_rsa_public key;
	struct es_digest policy;
	uint64_t generation;      /* 0: none */
	struct es_span signature; /* in the signatures; not checked yet */
};

/* The signature of that key for PCR 11 as it is in now; of several the one with the highest generation. ES_MISSING: none
 * fits; what es_rsa_public_read says of a key that won't do. */
ES_MUST_CHECK enum es_reason es_vendor_match(struct es_span public_pem, const struct es_pcr_signatures *signatures,
					     const struct es_pcr_values *now, struct es_vendor_match *ret);

/* May an image of this generation (not 0) be opened? ES_OK, ES_IMAGE_OLD, ES_IMAGE_AHEAD, or counter.state where that is
 * trouble. It is the TPM that refuses an old one: this is for the words, and against wear. */
ES_MUST_CHECK enum es_reason es_vendor_fresh(uint64_t generation, struct es_counter counter);

/* A protector that a vendor signs for, opened by this boot but for the signature: sound, and PCR 7 and 12 are those of now.
 * ES_OK, ES_LOCKED_PCR, ES_TPM_UNSET_PCR, ES_TAMPERED_INFO. */
ES_MUST_CHECK enum es_reason es_vendor_protector_fits(const struct es_protector *p, const struct es_pcr_values *now);

#endif
