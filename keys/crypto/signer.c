/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/signer.h"

#include "keys/crypto/ossl.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

static const char program_content[] = "1.3.6.1.4.1.311.2.1.4"; /* SpcIndirectDataContent */
static const char for_modules[] = "1.3.6.1.4.1.2312.16.1.2";

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

/* p7 owns the result. */
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

enum es_reason es_signer_chains_to(struct es_span pkcs7, struct es_span authority)
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

static void x509_sig_freep(X509_SIG **p)
{
	X509_SIG_free(*p);
}

static void object_freep(ASN1_OBJECT **p)
{
	ASN1_OBJECT_free(*p);
}

static void usages_freep(EXTENDED_KEY_USAGE **p)
{
	EXTENDED_KEY_USAGE_free(*p);
}

/* The content of a DER sequence, in place; *from moves past it. */
static bool enter_sequence(struct es_span *from, struct es_span *ret)
{
	const unsigned char *at = from->data;
	int tag, class;
	long len;

	if (from->len == 0 || from->len > LONG_MAX ||
	    ASN1_get_object(&at, &len, &tag, &class, (long)from->len) != V_ASN1_CONSTRUCTED || tag != V_ASN1_SEQUENCE ||
	    class != V_ASN1_UNIVERSAL)
		return false;
	*ret = (struct es_span){ at, (size_t)len };
	from->len -= (size_t)(at - from->data) + (size_t)len;
	from->data = at + len;
	return true;
}

/* The signed content: SEQUENCE { type and value of the program's kind, DigestInfo }, without its own header. */
static bool find_content(const PKCS7 *p7, struct es_span *ret)
{
	ES_SCOPED(object_freep) ASN1_OBJECT *type = OBJ_txt2obj(program_content, 1);
	const PKCS7 *contents = p7->d.sign->contents;
	struct es_span whole;

	if (type == NULL || contents == NULL || OBJ_cmp(contents->type, type) != 0 || contents->d.other == NULL ||
	    contents->d.other->type != V_ASN1_SEQUENCE || contents->d.other->value.sequence->length <= 0)
		return false;
	whole = (struct es_span){ contents->d.other->value.sequence->data,
				  (size_t)contents->d.other->value.sequence->length };
	return enter_sequence(&whole, ret) && whole.len == 0;
}

static enum es_reason content_names(struct es_span content, const struct es_digest *program)
{
	ES_SCOPED(x509_sig_freep) X509_SIG *info = NULL;
	const ASN1_OCTET_STRING *digest;
	const X509_ALGOR *algorithm;
	const ASN1_OBJECT *object;
	const unsigned char *at;
	struct es_span kind;

	if (!enter_sequence(&content, &kind))
		return ES_FORMAT;
	at = content.data;
	info = d2i_X509_SIG(NULL, &at, (long)content.len);
	ERR_clear_error();
	if (info == NULL || at != content.data + content.len)
		return ES_FORMAT;
	X509_SIG_get0(info, &algorithm, &digest);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	if (OBJ_obj2nid(object) != NID_sha256)
		return ES_VERSION;
	return ASN1_STRING_length(digest) == ES_SHA256_LEN &&
		       memcmp(ASN1_STRING_get0_data(digest), program->bytes, ES_SHA256_LEN) == 0
		   ? ES_OK
		   : ES_BAD_TAG;
}

enum es_reason es_signer_covers(struct es_span pkcs7, const struct es_digest *program)
{
	ES_SCOPED(pkcs7_freep) PKCS7 *p7 = read_signature(pkcs7);
	struct es_span content;
	ES_BIO signed_bytes = NULL;
	enum es_reason r;
	int sound;

	if (p7 == NULL || find_signer(p7) == NULL || !find_content(p7, &content) || content.len > INT_MAX)
		return ES_FORMAT;
	r = content_names(content, program);
	if (r != ES_OK)
		return r;
	signed_bytes = BIO_new_mem_buf(content.data, (int)content.len);
	if (signed_bytes == NULL)
		return ES_MEMORY;
	/* es_signer_chains_to checks where the certificates lead. */
	sound = PKCS7_verify(p7, NULL, NULL, signed_bytes, NULL, PKCS7_BINARY | PKCS7_NOVERIFY);
	ERR_clear_error();
	return sound == 1 ? ES_OK : ES_BAD_TAG;
}

enum es_reason es_signer_vouched(struct es_span pkcs7, const struct es_digest *program, struct es_span authority)
{
	enum es_reason r = es_signer_chains_to(pkcs7, authority);

	return r == ES_OK ? es_signer_covers(pkcs7, program) : r;
}

static X509 *read_certificate(struct es_span der)
{
	const unsigned char *at = der.data;
	X509 *certificate = der.len > 0 && der.len <= LONG_MAX ? d2i_X509(NULL, &at, (long)der.len) : NULL;

	ERR_clear_error();
	return certificate;
}

bool es_certificate_is_for_modules(struct es_span der)
{
	ES_SCOPED(x509_freep) X509 *certificate = read_certificate(der);
	ES_SCOPED(object_freep) ASN1_OBJECT *modules = OBJ_txt2obj(for_modules, 1);
	ES_SCOPED(usages_freep) EXTENDED_KEY_USAGE *usages = NULL;

	if (certificate == NULL || modules == NULL)
		return false;
	usages = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
	ERR_clear_error();
	for (int i = 0; usages != NULL && i < sk_ASN1_OBJECT_num(usages); i++)
		if (OBJ_cmp(sk_ASN1_OBJECT_value(usages, i), modules) == 0)
			return true;
	return false;
}

static bool tbs_digest_is(X509 *certificate, const EVP_MD *md, struct es_span digest)
{
	unsigned char is[EVP_MAX_MD_SIZE], *tbs = NULL;
	int len = i2d_re_X509_tbs(certificate, &tbs);
	unsigned is_len = 0;
	bool same = len > 0 && EVP_Digest(tbs, (size_t)len, is, &is_len, md, NULL) == 1 && is_len == digest.len &&
		    memcmp(is, digest.data, is_len) == 0;

	OPENSSL_free(tbs);
	return same;
}

bool es_signer_has_tbs_digest(struct es_span pkcs7, struct es_span digest)
{
	ES_SCOPED(pkcs7_freep) PKCS7 *p7 = read_signature(pkcs7);
	const EVP_MD *md = digest.len == 32   ? EVP_sha256()
			   : digest.len == 48 ? EVP_sha384()
			   : digest.len == 64 ? EVP_sha512()
					      : NULL;

	for (int i = 0; p7 != NULL && md != NULL && i < sk_X509_num(p7->d.sign->cert); i++)
		if (tbs_digest_is(sk_X509_value(p7->d.sign->cert, i), md, digest))
			return true;
	return false;
}
