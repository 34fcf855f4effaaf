/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA signatures as in systemd's signed PCR policies: RSASSA-PKCS1-v1_5 (RFC 8017, 8.2) with SHA-256, keys of 2048,
 * 3072 or 4096 bits, exponent 65537. Not every TPM supports more than 2048 bits.
 */
#ifndef ES_CRYPTO_SIGN_H
#define ES_CRYPTO_SIGN_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"
#include "keys/core/secret.h"

enum {
	ES_RSA_LEN_MIN = 2048 / 8,
	ES_RSA_LEN_MAX = 4096 / 8,
	ES_RSA_LEN_STEP = 1024 / 8,
	ES_PEM_MAX = 16 << 10, /* bytes of a key file */
};

struct es_rsa_public {
	size_t len; /* bytes of the modulus, and of a signature */
	uint8_t modulus[ES_RSA_LEN_MAX];
	struct es_digest fingerprint; /* SHA-256 of the PKCS#1 RSAPublicKey in DER: systemd's pkfp */
};

/* One "-----BEGIN PUBLIC KEY-----", followed only by white space. ES_FORMAT: there is none, or it is damaged;
 * ES_TOO_LARGE; ES_VERSION: not RSA, or of another size or exponent. */
ES_MUST_CHECK enum es_reason es_rsa_public_read(struct es_span pem, struct es_rsa_public *ret);

/* The public part of a private key, in the form that es_rsa_public_read accepts. private_pem is the file's bytes
 * (PKCS#8 or PKCS#1). ES_FORMAT: not a private key; ES_NOT_MET: a passphrase protects it; ES_VERSION. The caller owns
 * *ret_pem. */
ES_MUST_CHECK enum es_reason es_rsa_private_public(const struct es_secret *private_pem, struct es_buf *ret_pem);

/* Signs SHA-256(message). Reasons as above. The caller owns *ret_signature. */
ES_MUST_CHECK enum es_reason es_rsa_sign(const struct es_secret *private_pem, struct es_span message,
					 struct es_buf *ret_signature);

/* ES_BAD_TAG: not this key's signature of that message. */
ES_MUST_CHECK enum es_reason es_rsa_verify(struct es_span public_pem, struct es_span message, struct es_span signature);

#endif
