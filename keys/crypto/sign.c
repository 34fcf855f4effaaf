/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys come from a boot image and from encryption.info, so only the one form that systemd-measure and openssl
 * write is accepted. A private key is read on the vendor's own machine; libcrypto wipes its copy when it is freed.
 */
#include "keys/crypto/sign.h"

#include "keys/crypto/ossl.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

enum { EXPONENT = 65537 };

/* Never prompts, since passphrases aren't supported; records that one was needed. */
static int no_passphrase(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

static enum es_reason check_key(const EVP_PKEY *key)
{
	int len = EVP_PKEY_get_size(key);
	BIGNUM *e = NULL;
	bool fits;

	if (!EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_get_bits(key) != 8 * len || len < ES_RSA_LEN_MIN ||
	    len > ES_RSA_LEN_MAX || len % ES_RSA_LEN_STEP != 0)
		return ES_VERSION;
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		return ES_CRYPTO;
	fits = BN_is_word(e, EXPONENT);
	BN_free(e);
	return fits ? ES_OK : ES_VERSION;
}

static bool only_white_space(BIO *bio)
{
	char c;

	while (BIO_read(bio, &c, 1) == 1)
		if (strchr(" \t\r\n", c) == NULL || c == '\0')
			return false;
	return true;
}

static enum es_reason read_public(struct es_span pem, EVP_PKEY **ret)
{
	static const char begin[] = "-----BEGIN PUBLIC KEY-----";
	ES_BIO bio = NULL;
	ES_PKEY key = NULL;
	enum es_reason r;

	if (pem.len > ES_PEM_MAX)
		return ES_TOO_LARGE;
	if (pem.len < sizeof begin || memcmp(pem.data, begin, sizeof begin - 1) != 0)
		return ES_FORMAT;
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	if (bio == NULL)
		return ES_MEMORY;
	key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	ERR_clear_error();
	if (key == NULL || !only_white_space(bio))
		return ES_FORMAT;
	r = check_key(key);
	if (r == ES_OK)
		*ret = es_take(key);
	return r;
}

static enum es_reason read_private(const struct es_secret *pem, EVP_PKEY **ret)
{
	bool asked = false;
	ES_BIO bio = NULL;
	ES_PKEY key = NULL;
	enum es_reason r;

	if (es_secret_len(pem) > ES_PEM_MAX)
		return ES_TOO_LARGE;
	bio = BIO_new_mem_buf(es_secret_bytes(pem), (int)es_secret_len(pem));
	if (bio == NULL)
		return ES_MEMORY;
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked);
	ERR_clear_error();
	if (key == NULL)
		return asked ? ES_NOT_MET : ES_FORMAT;
	r = check_key(key);
	if (r == ES_OK)
		*ret = es_take(key);
	return r;
}

static enum es_reason modulus_of(const EVP_PKEY *key, struct es_rsa_public *ret)
{
	BIGNUM *n = NULL;
	int len = EVP_PKEY_get_size(key);
	bool fits;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) != 1)
		return ES_CRYPTO;
	fits = BN_bn2binpad(n, ret->modulus, len) == len;
	BN_free(n);
	ret->len = (size_t)len;
	return fits ? ES_OK : ES_CRYPTO;
}

enum es_reason es_rsa_public_read(struct es_span pem, struct es_rsa_public *ret)
{
	struct es_rsa_public public = { 0 };
	unsigned char *der = NULL;
	ES_PKEY key = NULL;
	size_t digest_len = 0;
	enum es_reason r = read_public(pem, &key);
	int len;

	if (r == ES_OK)
		r = modulus_of(key, &public);
	if (r != ES_OK)
		return r;
	len = i2d_PublicKey(key, &der); /* for an RSA key: RSAPublicKey */
	if (len <= 0)
		return ES_CRYPTO;
	if (EVP_Q_digest(NULL, "SHA256", NULL, der, (size_t)len, public.fingerprint.bytes, &digest_len) != 1 ||
	    digest_len != ES_SHA256_LEN)
		r = ES_CRYPTO;
	OPENSSL_free(der);
	if (r == ES_OK)
		*ret = public;
	return r;
}

enum es_reason es_rsa_private_public(const struct es_secret *private_pem, struct es_buf *ret_pem)
{
	ES_BIO out = NULL;
	ES_PKEY key = NULL;
	char *text = NULL;
	enum es_reason r = read_private(private_pem, &key);
	long len;

	if (r != ES_OK)
		return r;
	out = BIO_new(BIO_s_mem());
	if (out == NULL || PEM_write_bio_PUBKEY(out, key) != 1)
		return ES_CRYPTO;
	len = BIO_get_mem_data(out, &text);
	if (len <= 0)
		return ES_CRYPTO;
	return es_buf_copy((struct es_span){ (const uint8_t *)text, (size_t)len }, ret_pem);
}

enum es_reason es_rsa_sign(const struct es_secret *private_pem, struct es_span message, struct es_buf *ret_signature)
{
	ES_BUF signature = { NULL, 0 };
	ES_PKEY key = NULL;
	ES_MD_CTX ctx = EVP_MD_CTX_new();
	enum es_reason r = read_private(private_pem, &key);
	size_t len;

	if (r == ES_OK)
		r = es_buf_new((size_t)EVP_PKEY_get_size(key), &signature);
	if (r != ES_OK)
		return r;
	len = signature.len;
	/* PKCS#1 v1.5 is libcrypto's default padding for RSA. */
	if (ctx == NULL || EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) != 1 ||
	    EVP_DigestSign(ctx, signature.data, &len, message.data, message.len) != 1 || len != signature.len)
		return ES_CRYPTO;
	*ret_signature = es_buf_take(&signature);
	return ES_OK;
}

enum es_reason es_rsa_verify(struct es_span public_pem, struct es_span message, struct es_span signature)
{
	ES_PKEY key = NULL;
	ES_MD_CTX ctx = EVP_MD_CTX_new();
	enum es_reason r = read_public(public_pem, &key);
	bool good;

	if (r != ES_OK)
		return r;
	if (ctx == NULL || EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) != 1)
		return ES_CRYPTO;
	good = signature.len == (size_t)EVP_PKEY_get_size(key) &&
	       EVP_DigestVerify(ctx, signature.data, signature.len, message.data, message.len) == 1;
	ERR_clear_error();
	return good ? ES_OK : ES_BAD_TAG;
}
