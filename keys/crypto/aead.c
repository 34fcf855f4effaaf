/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/aead.h"

#include "keys/crypto/gcm.h"
#include "keys/crypto/hash.h"

enum { TEXT_AT = ES_GCM_NONCE_LEN };

enum es_reason es_aead_seal(const struct es_secret *key, const struct es_secret *plain, struct es_span aad,
			    struct es_buf *ret)
{
	struct es_span text = { es_secret_bytes(plain), es_secret_len(plain) };
	struct es_gcm gcm = { .key = key, .aad = aad };
	ES_BUF out = { NULL, 0 };
	enum es_reason r;

	if (text.len > ES_GCM_INPUT_MAX)
		return ES_TOO_LARGE;
	r = es_buf_new(text.len + ES_AEAD_OVERHEAD, &out);
	if (r == ES_OK)
		r = es_random_bytes(out.data, ES_GCM_NONCE_LEN);
	if (r != ES_OK)
		return r;
	gcm.nonce = out.data;
	r = es_gcm_encrypt(&gcm, text, out.data + TEXT_AT, out.data + TEXT_AT + text.len);
	if (r != ES_OK)
		return r;
	*ret = es_buf_take(&out);
	return ES_OK;
}

enum es_reason es_aead_open(const struct es_secret *key, struct es_span sealed, struct es_span aad,
			    struct es_secret **ret)
{
	struct es_gcm gcm = { .key = key, .nonce = sealed.data, .aad = aad };
	struct es_span text;

	if (sealed.len < ES_AEAD_OVERHEAD + 1)
		return ES_FORMAT;
	text.data = sealed.data + TEXT_AT;
	text.len = sealed.len - ES_AEAD_OVERHEAD;
	return es_gcm_decrypt(&gcm, text, text.data + text.len, ret);
}
