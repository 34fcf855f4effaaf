/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/hash.h"

#include "keys/crypto/ossl.h"

#include <limits.h>
#include <openssl/rand.h>
#include <string.h>

bool es_sha256(const struct es_span *parts, size_t count, struct es_digest *ret)
{
	ES_MD_CTX ctx = EVP_MD_CTX_new();
	struct es_digest d;
	unsigned len = 0;

	if (ctx == NULL || EVP_DigestInit_ex2(ctx, EVP_sha256(), NULL) != 1)
		return false;
	for (size_t i = 0; i < count; i++)
		if (parts[i].len > 0 && EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) != 1)
			return false;
	if (EVP_DigestFinal_ex(ctx, d.bytes, &len) != 1 || len != sizeof d.bytes)
		return false;
	*ret = d;
	return true;
}

enum es_reason es_hmac_sha256(const struct es_secret *key, struct es_span data, struct es_digest *ret)
{
	static const unsigned char nothing;
	struct es_digest d;
	size_t len = 0;

	/* A NULL with length 0 is an empty span for us, but an error for libcrypto. */
	if (EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, es_secret_bytes(key), es_secret_len(key),
		      data.len > 0 ? data.data : &nothing, data.len, d.bytes, sizeof d.bytes, &len) == NULL ||
	    len != sizeof d.bytes)
		return ES_CRYPTO;
	*ret = d;
	return ES_OK;
}

enum es_reason es_random_bytes(void *ret, size_t len)
{
	if (len > INT_MAX)
		return ES_ARGUMENT;
	return RAND_bytes(ret, (int)len) == 1 ? ES_OK : ES_CRYPTO;
}

enum es_reason es_random_secret(size_t len, struct es_secret **ret)
{
	ES_SECRET s = NULL;
	enum es_reason r = es_secret_new(len, &s);

	if (r != ES_OK)
		return r;
	/* es_secret_new has limited len far below INT_MAX. */
	if (RAND_priv_bytes(es_secret_data(s), (int)len) != 1)
		return ES_CRYPTO;
	*ret = es_take(s);
	return ES_OK;
}

bool es_md5(struct es_span data, uint8_t ret[static ES_MD5_LEN])
{
	static const unsigned char nothing;
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_Digest(data.len > 0 ? data.data : &nothing, data.len, digest, &len, EVP_md5(), NULL) != 1 ||
	    len != ES_MD5_LEN)
		return false;
	memcpy(ret, digest, ES_MD5_LEN);
	return true;
}
