/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/wrap.h"

#include "keys/crypto/ossl.h"

#include <string.h>

static EVP_CIPHER_CTX *wrap_start(const struct es_secret *kek, int encrypt)
{
	ES_CIPHER cipher = EVP_CIPHER_fetch(NULL, "AES-256-WRAP", NULL);
	ES_CIPHER_CTX ctx = EVP_CIPHER_CTX_new();

	if (cipher == NULL || ctx == NULL)
		return NULL;
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	/* Without an IV libcrypto uses RFC 3394's default, A6 eight times. */
	if (EVP_CipherInit_ex2(ctx, cipher, es_secret_bytes(kek), NULL, encrypt, NULL) != 1)
		return NULL;
	return es_take(ctx);
}

enum es_reason es_key_wrap(const struct es_secret *kek, const struct es_secret *key,
			   uint8_t ret_wrapped[static ES_WRAPPED_LEN])
{
	ES_CIPHER_CTX ctx = NULL;
	uint8_t out[ES_WRAPPED_LEN];
	int len = 0;

	if (es_secret_len(kek) != ES_KEY_LEN || es_secret_len(key) != ES_KEY_LEN)
		return ES_ARGUMENT;
	ctx = wrap_start(kek, 1);
	if (ctx == NULL || EVP_CipherUpdate(ctx, out, &len, es_secret_bytes(key), ES_KEY_LEN) != 1 ||
	    len != ES_WRAPPED_LEN)
		return ES_CRYPTO;
	memcpy(ret_wrapped, out, sizeof out);
	return ES_OK;
}

enum es_reason es_key_unwrap(const struct es_secret *kek, struct es_span wrapped, struct es_secret **ret_key)
{
	ES_CIPHER_CTX ctx = NULL;
	ES_SECRET key = NULL;
	enum es_reason r;
	int len = 0;

	if (es_secret_len(kek) != ES_KEY_LEN)
		return ES_ARGUMENT;
	if (wrapped.len != ES_WRAPPED_LEN)
		return ES_FORMAT;
	r = es_secret_new(ES_KEY_LEN, &key);
	if (r != ES_OK)
		return r;
	ctx = wrap_start(kek, 0);
	if (ctx == NULL)
		return ES_CRYPTO;
	if (EVP_CipherUpdate(ctx, es_secret_data(key), &len, wrapped.data, ES_WRAPPED_LEN) != 1 || len != ES_KEY_LEN)
		return ES_BAD_TAG;
	*ret_key = es_take(key);
	return ES_OK;
}
