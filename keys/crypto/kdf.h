/* SPDX-License-Identifier: Apache-2.0 */
/* Key derivation: HKDF-SHA256 (RFC 5869) and scrypt (RFC 7914). */
#ifndef ES_CRYPTO_KDF_H
#define ES_CRYPTO_KDF_H

#include "keys/core/reason.h"
#include "keys/core/secret.h"
#include "keys/core/span.h"

/* Extract and expand. salt may be empty; label is one of core/labels.h; len is 1 to 64. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_hkdf(const struct es_secret *secret, struct es_span salt, const char *label, size_t len,
				     struct es_secret **ret);

/* Limits on what encryption.info may demand, so that a planted file can't exhaust the host: anything above them is
 * ES_TOO_LARGE. ES_FORMAT: n isn't a power of two above 1, or r or p is 0. */
enum { ES_SCRYPT_N_MAX = 1 << 20, ES_SCRYPT_R_MAX = 32, ES_SCRYPT_P_MAX = 16 };
enum { ES_SCRYPT_MEMORY_MAX = 1 << 30 }; /* 128*n*r */

struct es_scrypt {
	uint64_t n;
	uint32_t r, p;
};

/* scrypt(input, salt) to ES_KEY_LEN bytes. */
ES_MUST_CHECK enum es_reason es_scrypt(struct es_span input, struct es_span salt, struct es_scrypt cost,
				       struct es_secret **ret);

#endif
