/* SPDX-License-Identifier: Apache-2.0 */
/* Private to keys/crypto: AES-256-GCM (NIST SP 800-38D) with a 96-bit nonce and a 128-bit tag. The caller makes sure
 * that each nonce is used only once with a key. */
#ifndef ES_CRYPTO_GCM_H
#define ES_CRYPTO_GCM_H

#include "keys/core/reason.h"
#include "keys/core/secret.h"
#include "keys/core/span.h"

enum {
	ES_GCM_NONCE_LEN = 12,
	ES_GCM_TAG_LEN = 16,
	ES_GCM_INPUT_MAX = 64 << 20, /* bytes; the capacity of an es_secret */
};

struct es_gcm {
	const struct es_secret *key; /* ES_KEY_LEN bytes */
	const uint8_t *nonce;        /* ES_GCM_NONCE_LEN bytes */
	struct es_span aad;          /* authenticated but not encrypted; may be empty */
};

/* ret_cipher has room for plain.len bytes. ES_TOO_LARGE: over ES_GCM_INPUT_MAX. */
ES_MUST_CHECK enum es_reason es_gcm_encrypt(const struct es_gcm *gcm, struct es_span plain, uint8_t *ret_cipher,
					    uint8_t ret_tag[static ES_GCM_TAG_LEN]);

/* Hands out the plaintext only after the tag was found right; otherwise ES_BAD_TAG, and the plaintext is wiped. cipher
 * has at least one byte (otherwise ES_FORMAT). */
ES_MUST_CHECK enum es_reason es_gcm_decrypt(const struct es_gcm *gcm, struct es_span cipher,
					    const uint8_t tag[static ES_GCM_TAG_LEN], struct es_secret **ret_plain);

#endif
