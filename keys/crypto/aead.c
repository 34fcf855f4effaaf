/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/aead.h"

#include "keys/crypto/hash.h"
#include "keys/crypto/ossl.h"

#include <limits.h>
#include <string.h>

enum { NONCE_LEN = 12, TAG_LEN = 16, INPUT_MAX = 64 << 20 };

/* A context with key, nonce and additional data in it; NULL if the library fails. */
static EVP_CIPHER_CTX *gcm_start(const struct es_secret *key, const uint8_t *nonce, struct es_span aad, int encrypt)
{
	ES_CIPHER cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	ES_CIPHER_CTX ctx = EVP_CIPHER_CTX_new();
	int len = 0;

	if (cipher == NULL || ctx == NULL)
		return NULL;
	/* The cipher's own nonce length is 96 bits, which is what we use. */
	if (EVP_CipherInit_ex2(ctx, cipher, es_secret_bytes(key), nonce, encrypt, NULL) != 1)
		return NULL;
	if (aad.len > 0 && EVP_CipherUpdate(ctx, NULL, &len, aad.data, (int)aad.len) != 1)
		return NULL;
	return es_take(ctx);
}

enum es_reason es_aead_seal(const struct es_secret *key, const struct es_secret *plain, struct es_span aad,
			    struct es_buf *ret)
{
	size_t plain_len = es_secret_len(plain);
	ES_CIPHER_CTX ctx = NULL;
	ES_BUF out = { NULL, 0 };
	enum es_reason r;
	int len = 0, rest = 0;

	if (es_secret_len(key) != ES_KEY_LEN || aad.len > INT_MAX || plain_len > INPUT_MAX)
		return ES_ARGUMENT;
	r = es_buf_new(plain_len + ES_AEAD_OVERHEAD, &out);
	if (r == ES_OK)
		r = es_random_bytes(out.data, NONCE_LEN);
	if (r != ES_OK)
		return r;
	ctx = gcm_start(key, out.data, aad, 1);
	if (ctx == NULL ||
	    EVP_CipherUpdate(ctx, out.data + NONCE_LEN, &len, es_secret_bytes(plain), (int)plain_len) != 1 ||
	    (size_t)len != plain_len || EVP_CipherFinal_ex(ctx, out.data + NONCE_LEN + len, &rest) != 1 || rest != 0 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, out.data + NONCE_LEN + plain_len) != 1)
		return ES_CRYPTO;
	*ret = es_buf_take(&out);
	return ES_OK;
}

enum es_reason es_aead_open(const struct es_secret *key, struct es_span sealed, struct es_span aad,
			    struct es_secret **ret)
{
	ES_CIPHER_CTX ctx = NULL;
	ES_SECRET plain = NULL;
	uint8_t tag[TAG_LEN];
	size_t plain_len;
	enum es_reason r;
	int len = 0, rest = 0;

	if (es_secret_len(key) != ES_KEY_LEN || aad.len > INT_MAX)
		return ES_ARGUMENT;
	if (sealed.len < ES_AEAD_OVERHEAD + 1)
		return ES_FORMAT;
	plain_len = sealed.len - ES_AEAD_OVERHEAD;
	if (plain_len > INPUT_MAX)
		return ES_TOO_LARGE;
	r = es_secret_new(plain_len, &plain);
	if (r != ES_OK)
		return r;
	ctx = gcm_start(key, sealed.data, aad, 0);
	memcpy(tag, sealed.data + NONCE_LEN + plain_len, TAG_LEN);
	if (ctx == NULL ||
	    EVP_CipherUpdate(ctx, es_secret_data(plain), &len, sealed.data + NONCE_LEN, (int)plain_len) != 1 ||
	    (size_t)len != plain_len || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) != 1)
		return ES_CRYPTO;
	if (EVP_CipherFinal_ex(ctx, es_secret_data(plain) + len, &rest) != 1 || rest != 0)
		return ES_BAD_TAG;
	*ret = es_take(plain);
	return ES_OK;
}
