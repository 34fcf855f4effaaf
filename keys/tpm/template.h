/* SPDX-License-Identifier: Apache-2.0 */
/* The public areas and PCR selections that we make. Private to keys/tpm. */
#ifndef ES_TPM_TEMPLATE_H
#define ES_TPM_TEMPLATE_H

#include "keys/core/pcr.h"

#include <tss2/tss2_tpm2_types.h>

/* The PCRs of mask in the SHA-256 bank. */
TPML_PCR_SELECTION es_pcr_selection(es_pcr_mask mask);

extern const TPM2B_PUBLIC es_srk_template;
TPM2B_PUBLIC es_sealed_template(const struct es_digest *policy);
/* A counter that anyone may increment and read, as it is before its first increment. */
TPMS_NV_PUBLIC es_counter_template(uint32_t index);

/* A key that can protect sealed objects: made in this TPM and unable to leave it, a restricted decryption key of ECC
 * P-256 or P-384 or of RSA 2048 and up, with AES-CFB, usable with its password. */
bool es_is_storage_key(const TPMT_PUBLIC *public);
/* Why the key is unsuitable, in one clause; NULL if it is a storage key. */
const char *es_storage_key_fault(const TPMT_PUBLIC *public);

#endif
