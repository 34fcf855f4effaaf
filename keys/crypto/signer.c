/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/signer.h"

#include "keys/crypto/ossl.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

static void pkcs7_freep(PKCS7 **p)
{
	PKCS7_free(*p);
}

static void x509_freep(X509 **p)
{
	X509_free(*p);
}

static void store_freep(X509_STORE **p)
{
	X509_STORE_free(*p);
}

static void store_ctx_freep(X509_STORE_CTX **p)
{
	X509_STORE_CTX_free(*p);
}

static PKCS7 *read_signature(struct es_span pkcs7)
{
	const unsigned char *at = pkcs7.data;
	ES_SCOPED(pkcs7_freep) PKCS7 *p7 = NULL;

	if (pkcs7.len == 0 || pkcs7.len > LONG_MAX)
		return NULL;
	p7 = d2i_PKCS7(NULL, &at, (long)pkcs7.len);
	ERR_clear_error();
	if (p7 == NULL || !PKCS7_type_is_signed(p7) || p7->d.sign == NULL)
		return NULL;
	return es_take(p7);
}

/* p7's own. */
static X509 *find_signer(PKCS7 *p7)
{
	STACK_OF(PKCS7_SIGNER_INFO) *signers = PKCS7_get_signer_info(p7);
	X509 *signer;

	if (signers == NULL || sk_PKCS7_SIGNER_INFO_num(signers) != 1)
		return NULL;
	signer = PKCS7_cert_from_signer_info(p7, sk_PKCS7_SIGNER_INFO_value(signers, 0));
	ERR_clear_error();
	return signer;
}

enum es_reason es_signer_certificate(struct es_span pkcs7, struct es_buf *ret)
{
	ES_SCOPED(pkcs7_freep) PKCS7 *p7 = read_signature(pkcs7);
	X509 *signer = p7 != NULL ? find_signer(p7) : NULL;
	ES_BUF der = { NULL, 0 };
	unsigned char *to;
	enum es_reason r;
	int len;

	if (signer == NULL)
		return ES_FORMAT;
	len = i2d_X509(signer, NULL);
	if (len <= 0)
		return ES_FORMAT;
	r = es_buf_new((size_t)len, &der);
	if (r != ES_OK)
		return r;
	to = der.data;
	if (i2d_X509(signer, &to) != len)
		return ES_CRYPTO;
	*ret = es_buf_take(&der);
	return ES_OK;
}

enum es_reason es_signer_leads_to(struct es_span pkcs7, struct es_span authority)
{
	const unsigned char *at = authority.data;
	ES_SCOPED(pkcs7_freep) PKCS7 *p7 = read_signature(pkcs7);
	X509 *signer = p7 != NULL ? find_signer(p7) : NULL;
	ES_SCOPED(x509_freep) X509 *root = NULL;
	ES_SCOPED(store_freep) X509_STORE *store = X509_STORE_new();
	ES_SCOPED(store_ctx_freep) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int found;

	if (store == NULL || ctx == NULL)
		return ES_MEMORY;
	if (authority.len > 0 && authority.len <= LONG_MAX)
		root = d2i_X509(NULL, &at, (long)authority.len);
	ERR_clear_error();
	if (signer == NULL || root == NULL || at != authority.data + authority.len)
		return ES_FORMAT;
	if (X509_STORE_add_cert(store, root) != 1 || X509_STORE_CTX_init(ctx, store, signer, p7->d.sign->cert) != 1)
		return ES_CRYPTO;
	X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
	found = X509_verify_cert(ctx);
	ERR_clear_error();
	return found == 1 ? ES_OK : ES_BAD_TAG;
}
