/* SPDX-License-Identifier: Apache-2.0 */
/* Describes another owner's object in the place of ours, so that its owner can be found. Private to keys/tpm. */
#ifndef ES_TPM_WORDS_H
#define ES_TPM_WORDS_H

#include <stddef.h>

#include <tss2/tss2_tpm2_types.h>

enum { ES_TPM_WORDS = 224 };

/* "RSA-2048, SHA-256 Name, fixedtpm|fixedparent|…: it is a signing key". The last clause is left out for a suitable
 * key. */
void es_tpm_key_words(const TPMT_PUBLIC *public, char ret[static ES_TPM_WORDS]);
/* "NV index 0x0180e5ea holds 64 bytes, ownerread|ownerwrite" */
void es_tpm_index_words(const TPMS_NV_PUBLIC *public, char ret[static ES_TPM_WORDS]);

#endif
