/* SPDX-License-Identifier: Apache-2.0 */
/* AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce: nonce, ciphertext, 128-bit tag in one blob. */
#ifndef ES_CRYPTO_AEAD_H
#define ES_CRYPTO_AEAD_H

#include "keys/core/buf.h"
#include "keys/core/secret.h"

enum { ES_AEAD_OVERHEAD = 12 + 16 };

/* aad is authenticated but not encrypted; it may be empty. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_aead_seal(const struct es_secret *key, const struct es_secret *plain,
					  struct es_span aad, struct es_buf *ret);
/* ES_BAD_TAG: another key, or the data was changed. ES_FORMAT: shorter than ES_AEAD_OVERHEAD + 1. */
ES_MUST_CHECK enum es_reason es_aead_open(const struct es_secret *key, struct es_span sealed, struct es_span aad,
					  struct es_secret **ret);

#endif
