/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/gcm.h"

#include "keys/crypto/ossl.h"

#include <string.h>

static enum es_reason check(const struct es_gcm *gcm, struct es_span input)
{
	if (es_secret_len(gcm->key) != ES_KEY_LEN)
		return ES_ARGUMENT;
	/* libcrypto uses int for lengths. */
	return input.len > ES_GCM_INPUT_MAX || gcm->aad.len > ES_GCM_INPUT_MAX ? ES_TOO_LARGE : ES_OK;
}

/* A context with the key, nonce and additional data set; NULL if the library fails. */
static EVP_CIPHER_CTX *start(const struct es_gcm *gcm, int encrypt)
{
	ES_CIPHER cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	ES_CIPHER_CTX ctx = EVP_CIPHER_CTX_new();
	int len = 0;

	if (cipher == NULL || ctx == NULL)
		return NULL;
	/* The cipher's default nonce length is 96 bits, as ours. */
	if (EVP_CipherInit_ex2(ctx, cipher, es_secret_bytes(gcm->key), gcm->nonce, encrypt, NULL) != 1)
		return NULL;
	if (gcm->aad.len > 0 && EVP_CipherUpdate(ctx, NULL, &len, gcm->aad.data, (int)gcm->aad.len) != 1)
		return NULL;
	return es_take(ctx);
}

/* An Update without any bytes has a different meaning in libcrypto, so it is left out. */
static bool update(EVP_CIPHER_CTX *ctx, struct es_span in, uint8_t *out)
{
	int len = 0;

	return in.len == 0 || (EVP_CipherUpdate(ctx, out, &len, in.data, (int)in.len) == 1 && (size_t)len == in.len);
}

enum es_reason es_gcm_encrypt(const struct es_gcm *gcm, struct es_span plain, uint8_t *ret_cipher,
			      uint8_t ret_tag[static ES_GCM_TAG_LEN])
{
	ES_CIPHER_CTX ctx = NULL;
	enum es_reason r = check(gcm, plain);
	uint8_t none[16];
	int len = 0;

	if (r != ES_OK)
		return r;
	ctx = start(gcm, 1);
	if (ctx == NULL || !update(ctx, plain, ret_cipher) || EVP_CipherFinal_ex(ctx, none, &len) != 1 || len != 0 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, ES_GCM_TAG_LEN, ret_tag) != 1)
		return ES_CRYPTO;
	return ES_OK;
}

enum es_reason es_gcm_decrypt(const struct es_gcm *gcm, struct es_span cipher, const uint8_t tag[static ES_GCM_TAG_LEN],
			      struct es_secret **ret_plain)
{
	ES_CIPHER_CTX ctx = NULL;
	ES_SECRET plain = NULL;
	enum es_reason r = check(gcm, cipher);
	uint8_t expected[ES_GCM_TAG_LEN], none[16];
	int len = 0;

	if (r == ES_OK && cipher.len == 0)
		r = ES_FORMAT;
	if (r == ES_OK)
		r = es_secret_new(cipher.len, &plain);
	if (r != ES_OK)
		return r;
	memcpy(expected, tag, sizeof expected); /* the interface isn't const */
	ctx = start(gcm, 0);
	if (ctx == NULL || !update(ctx, cipher, es_secret_data(plain)) ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, ES_GCM_TAG_LEN, expected) != 1)
		return ES_CRYPTO;
	if (EVP_CipherFinal_ex(ctx, none, &len) != 1 || len != 0)
		return ES_BAD_TAG;
	*ret_plain = es_take(plain);
	return ES_OK;
}
