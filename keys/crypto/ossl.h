/* SPDX-License-Identifier: Apache-2.0 */
/* Private to keys/crypto: scope-bound owners of libcrypto's objects. Everything is fetched by name from the default
 * provider (OpenSSL 3); the deprecated low-level interfaces aren't used. */
#ifndef ES_CRYPTO_OSSL_H
#define ES_CRYPTO_OSSL_H

#include "keys/core/scope.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

static inline void es_md_ctx_freep(EVP_MD_CTX **p)
{
	EVP_MD_CTX_free(*p);
}

static inline void es_kdf_freep(EVP_KDF **p)
{
	EVP_KDF_free(*p);
}

static inline void es_kdf_ctx_freep(EVP_KDF_CTX **p)
{
	EVP_KDF_CTX_free(*p);
}

static inline void es_cipher_freep(EVP_CIPHER **p)
{
	EVP_CIPHER_free(*p);
}

static inline void es_cipher_ctx_freep(EVP_CIPHER_CTX **p)
{
	EVP_CIPHER_CTX_free(*p);
}

static inline void es_pkey_freep(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static inline void es_bio_freep(BIO **p)
{
	BIO_free(*p);
}

#define ES_MD_CTX     ES_SCOPED(es_md_ctx_freep) EVP_MD_CTX *
#define ES_KDF        ES_SCOPED(es_kdf_freep) EVP_KDF *
#define ES_KDF_CTX    ES_SCOPED(es_kdf_ctx_freep) EVP_KDF_CTX *
#define ES_CIPHER     ES_SCOPED(es_cipher_freep) EVP_CIPHER *
#define ES_CIPHER_CTX ES_SCOPED(es_cipher_ctx_freep) EVP_CIPHER_CTX *
#define ES_PKEY       ES_SCOPED(es_pkey_freep) EVP_PKEY *
#define ES_BIO        ES_SCOPED(es_bio_freep) BIO *

#endif
