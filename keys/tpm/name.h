/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public areas that a vendor's policy names, and their Names (TPM 2.0 Library Part 1, "Names"): the vendor's key,
 * and the counter of its generations. Computed here, so that a policy can be without asking a TPM. Private to keys/tpm.
 */
#ifndef ES_TPM_NAME_H
#define ES_TPM_NAME_H

#include "keys/tpm/policy.h"

#include <tss2/tss2_tpm2_types.h>

/* RSA of 2048, 3072 or 4096 bits. */
bool es_vendor_key_is_valid(const struct es_vendor_key *key);
/* As tpm2-tools load a public key from a file. For a sound key. */
TPM2B_PUBLIC es_vendor_key_public(const struct es_vendor_key *key);
/* False: the hash failed. */
bool es_vendor_key_name(const struct es_vendor_key *key, es_sha256_fn *sha256, TPM2B_NAME *ret);

/* ES_GENERATION_INDEX as it is once it was counted. */
TPMS_NV_PUBLIC es_generation_counter_public(void);
bool es_generation_counter_name(es_sha256_fn *sha256, TPM2B_NAME *ret);

/* Big-endian, as an NV counter reads. */
enum { ES_GENERATION_LEN = 8 };
void es_generation_write(uint64_t generation, uint8_t ret[static ES_GENERATION_LEN]);

#endif
