/* SPDX-License-Identifier: Apache-2.0 */
/* Whose signature the running image is under, for a seal that also opens future images. */
#ifndef ES_SEALING_VENDOR_H
#define ES_SEALING_VENDOR_H

#include "keys/crypto/sign.h"
#include "keys/host/host.h"

struct es_sealing_vendor {
	struct es_buf public_key; /* PEM */
	struct es_rsa_public rsa;
	uint64_t generation; /* of the running image; 0: none */
	bool has_counter;    /* for generations; false: none could be made, and none is needed yet */
};

void es_sealing_vendor_free(struct es_sealing_vendor *v);
#define ES_SEALING_VENDOR ES_SCOPED(es_sealing_vendor_free) struct es_sealing_vendor

/* The key that the running image carries, if it was measured, has signed this very boot, and the image isn't behind
 * this TPM's generation counter, which is made if there is none. ES_MISSING: the image has no key; ES_NOT_MET: the host
 * can't be sealed to it, and es_host_vendor_note says why; ES_MEMORY, ES_CRYPTO. The SRK must be pinned. */
ES_MUST_CHECK enum es_reason es_sealing_vendor_find(struct es_host *host, const struct es_info *info,
						    const struct es_pcr_values *expected,
						    struct es_sealing_vendor *ret);

#endif
