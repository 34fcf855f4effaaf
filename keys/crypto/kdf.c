/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/kdf.h"

#include "keys/crypto/ossl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

enum { HKDF_LEN_MAX = 64, SCRYPT_SLACK = 1 << 20 };

/* libcrypto takes read-only data through a void pointer, and refuses NULL even for length 0. */
static OSSL_PARAM octets(const char *name, const void *data, size_t len)
{
	static unsigned char nothing;

	return OSSL_PARAM_construct_octet_string(name, len > 0 ? (void *)(uintptr_t)data : &nothing, len);
}

static enum es_reason derive(const char *algorithm, const OSSL_PARAM *params, size_t len, struct es_secret **ret)
{
	ES_KDF kdf = EVP_KDF_fetch(NULL, algorithm, NULL);
	ES_KDF_CTX ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
	ES_SECRET out = NULL;
	enum es_reason r;

	if (ctx == NULL)
		return ES_CRYPTO;
	r = es_secret_new(len, &out);
	if (r != ES_OK)
		return r;
	if (EVP_KDF_derive(ctx, es_secret_data(out), len, params) != 1)
		return ES_CRYPTO;
	*ret = es_take(out);
	return ES_OK;
}

enum es_reason es_hkdf(const struct es_secret *secret, struct es_span salt, const char *label, size_t len,
		       struct es_secret **ret)
{
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char[]){ "SHA256" }, 0),
		octets(OSSL_KDF_PARAM_KEY, es_secret_bytes(secret), es_secret_len(secret)),
		octets(OSSL_KDF_PARAM_SALT, salt.data, salt.len),
		octets(OSSL_KDF_PARAM_INFO, label, strlen(label)),
		OSSL_PARAM_END,
	};

	if (len == 0 || len > HKDF_LEN_MAX)
		return ES_ARGUMENT;
	return derive("HKDF", params, len, ret);
}

static enum es_reason check_cost(const struct es_scrypt *cost)
{
	if (cost->n < 2 || (cost->n & (cost->n - 1)) != 0 || cost->r == 0 || cost->p == 0)
		return ES_FORMAT;
	if (cost->n > ES_SCRYPT_N_MAX || cost->r > ES_SCRYPT_R_MAX || cost->p > ES_SCRYPT_P_MAX)
		return ES_TOO_LARGE;
	if (128 * cost->n * cost->r > ES_SCRYPT_MEMORY_MAX)
		return ES_TOO_LARGE;
	/* RFC 7914 section 2: n < 2^(128 * r / 8). For r of 2 and more, ES_SCRYPT_MEMORY_MAX is the tighter bound. */
	if (cost->r == 1 && cost->n >= 1 << 16)
		return ES_FORMAT;
	return ES_OK;
}

enum es_reason es_scrypt(struct es_span input, struct es_span salt, struct es_scrypt cost, struct es_secret **ret)
{
	/* The large block, and the memory beside it: 128*r*p for the inputs, and a little scratch space. */
	uint64_t memory = (uint64_t)ES_SCRYPT_MEMORY_MAX + SCRYPT_SLACK;
	const OSSL_PARAM params[] = {
		octets(OSSL_KDF_PARAM_PASSWORD, input.data, input.len),
		octets(OSSL_KDF_PARAM_SALT, salt.data, salt.len),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &cost.n),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &cost.r),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &cost.p),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
		OSSL_PARAM_END,
	};
	enum es_reason r = check_cost(&cost);

	return r != ES_OK ? r : derive("SCRYPT", params, ES_KEY_LEN, ret);
}
