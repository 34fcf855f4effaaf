/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4), HMAC-SHA256 (RFC 2104), random bytes; MD5 (RFC 1321) for what dpkg knows of its files. */
#ifndef ES_CRYPTO_HASH_H
#define ES_CRYPTO_HASH_H

#include "keys/core/pcr.h"
#include "keys/core/reason.h"
#include "keys/core/secret.h"
#include "keys/core/span.h"

es_sha256_fn es_sha256; /* bool es_sha256(parts, count, ret) */

ES_MUST_CHECK enum es_reason es_hmac_sha256(const struct es_secret *key, struct es_span data, struct es_digest *ret);

ES_MUST_CHECK enum es_reason es_random_bytes(void *ret, size_t len);
/* A fresh secret of len bytes from the library's private generator. The caller owns it. */
ES_MUST_CHECK enum es_reason es_random_secret(size_t len, struct es_secret **ret);

/* Proves nothing against an attacker. False where libcrypto doesn't offer it (FIPS). */
enum { ES_MD5_LEN = 16 };
bool es_md5(struct es_span data, uint8_t ret[static ES_MD5_LEN]);

#endif
