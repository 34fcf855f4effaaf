/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/protector/protector.h"

#include "keys/core/labels.h"
#include "keys/core/recovery_code.h"
#include "keys/crypto/aead.h"
#include "keys/crypto/hash.h"
#include "keys/crypto/kdf.h"
#include "keys/crypto/wrap.h"
#include "keys/protector/config_key.h"
#include "keys/store/identity.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	SALT_LEN = 32,
	INPUT_LEN = 32,
	UUID_LEN = ES_UUID_TEXT - 1,
};

/* The cost of scrypt here: 32 MiB and some 100 ms, which a boot can afford. It doesn't protect from anyone who knows
 * the inputs. */
static const struct es_scrypt kdf_cost = { .n = 32768, .r = 8, .p = 1 };

static const char *const wrap_labels[ES_PROTECTOR_TYPES] = {
	[ES_PROTECTOR_TPM] = ES_LABEL_WRAP_TPM,
	[ES_PROTECTOR_KDF] = ES_LABEL_WRAP_KDF,
	[ES_PROTECTOR_RECOVERY] = ES_LABEL_WRAP_RECOVERY,
};

static struct es_span wrap_salt(const struct es_protector *p)
{
	switch (p->type) {
	case ES_PROTECTOR_KDF:
		return es_buf_span(&p->kdf.salt);
	case ES_PROTECTOR_RECOVERY:
		return es_buf_span(&p->recovery.salt);
	default:
		return (struct es_span){ NULL, 0 };
	}
}

enum es_reason es_protector_wrap(struct es_protector *p, const struct es_secret *secret,
				 const struct es_secret *config_key)
{
	ES_SECRET kek = NULL;
	ES_BUF wrapped = { NULL, 0 };
	enum es_reason r = es_hkdf(secret, wrap_salt(p), wrap_labels[p->type], ES_KEY_LEN, &kek);

	if (r == ES_OK)
		r = es_buf_new(ES_WRAPPED_LEN, &wrapped);
	if (r == ES_OK)
		r = es_key_wrap(kek, config_key, wrapped.data);
	if (r != ES_OK)
		return r;
	es_buf_free(&p->wrapped);
	p->wrapped = es_buf_take(&wrapped);
	return ES_OK;
}

enum es_reason es_protector_unwrap(const struct es_protector *p, const struct es_secret *secret,
				   struct es_secret **ret_config_key)
{
	ES_SECRET kek = NULL;
	enum es_reason r = es_hkdf(secret, wrap_salt(p), wrap_labels[p->type], ES_KEY_LEN, &kek);

	if (r != ES_OK)
		return r;
	return es_key_unwrap(kek, es_buf_span(&p->wrapped), ret_config_key);
}

static enum es_reason fresh_bytes(size_t len, struct es_buf *ret)
{
	ES_BUF fresh = { NULL, 0 };
	enum es_reason r = es_buf_new(len, &fresh);

	if (r == ES_OK)
		r = es_random_bytes(fresh.data, len);
	if (r != ES_OK)
		return r;
	es_buf_free(ret);
	*ret = es_buf_take(&fresh);
	return ES_OK;
}

bool es_product_uuid_is_unique(const char *product_uuid)
{
	/* Fillers that vendors put on every board. */
	static const char *const fillers[] = {
		"03000200-0400-0500-0006-000700080009",
		"12345678-1234-5678-90ab-cddeefaabbcc",
		"fefefefe-fefe-fefe-fefe-fefefefefefe",
	};
	bool other = false;

	if (product_uuid == NULL || strlen(product_uuid) != UUID_LEN)
		return false;
	for (size_t i = 0; i < UUID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? product_uuid[i] != '-' : !isxdigit((unsigned char)product_uuid[i]))
			return false;
		if (!dash && product_uuid[i] != product_uuid[0])
			other = true;
	}
	for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
		if (strcasecmp(product_uuid, fillers[i]) == 0)
			return false;
	return other;
}

/* scrypt(input, then the lower-case UUID if it is bound to one). Neither is secret on its own. */
static enum es_reason kdf_secret(const struct es_protector *p, const char *product_uuid, struct es_secret **ret)
{
	const struct es_scrypt cost = { .n = p->kdf.n, .r = p->kdf.r, .p = p->kdf.p };
	ES_BUF input = { NULL, 0 };
	size_t uuid_len = p->kdf.bound_to_product_uuid ? UUID_LEN : 0;
	enum es_reason r = es_buf_new(p->kdf.input.len + uuid_len, &input);

	if (r != ES_OK)
		return r;
	if (p->kdf.input.len > 0)
		memcpy(input.data, p->kdf.input.data, p->kdf.input.len);
	for (size_t i = 0; i < uuid_len; i++)
		input.data[p->kdf.input.len + i] = (uint8_t)tolower((unsigned char)product_uuid[i]);
	return es_scrypt(es_buf_span(&input), es_buf_span(&p->kdf.salt), cost, ret);
}

enum es_reason es_protector_make_kdf(struct es_protector *p, const char *product_uuid,
				     const struct es_secret *config_key)
{
	ES_SECRET secret = NULL;
	enum es_reason r = es_uuid_make(p->id);

	p->kdf.n = kdf_cost.n;
	p->kdf.r = kdf_cost.r;
	p->kdf.p = kdf_cost.p;
	p->kdf.bound_to_product_uuid = es_product_uuid_is_unique(product_uuid);
	if (r == ES_OK)
		r = fresh_bytes(SALT_LEN, &p->kdf.salt);
	if (r == ES_OK)
		r = fresh_bytes(INPUT_LEN, &p->kdf.input);
	if (r == ES_OK)
		r = kdf_secret(p, product_uuid, &secret);
	if (r == ES_OK)
		r = es_protector_wrap(p, secret, config_key);
	return r;
}

enum es_reason es_protector_open_kdf(const struct es_protector *p, const char *product_uuid,
				     struct es_secret **ret_config_key)
{
	ES_SECRET secret = NULL;
	enum es_reason r;

	if (p->kdf.bound_to_product_uuid && !es_product_uuid_is_unique(product_uuid))
		return ES_LOCKED_MACHINE;
	r = kdf_secret(p, product_uuid, &secret);
	if (r == ES_OK)
		r = es_protector_unwrap(p, secret, ret_config_key);
	if (r == ES_BAD_TAG)
		return p->kdf.bound_to_product_uuid ? ES_LOCKED_MACHINE : ES_TAMPERED_INFO;
	return r;
}

static struct es_span id_span(const struct es_protector *p)
{
	return es_text_span(p->id);
}

enum es_reason es_protector_make_recovery(struct es_protector *p, const struct es_secret *config_key,
					  struct es_secret **ret_recovery)
{
	ES_SECRET recovery = NULL;
	ES_SECRET escrow_key = NULL;
	ES_BUF escrow = { NULL, 0 };
	char uuid[ES_UUID_TEXT];
	enum es_reason r = es_uuid_make(uuid);

	if (r != ES_OK)
		return r;
	snprintf(p->id, sizeof p->id, "{%s}", uuid);
	for (char *c = p->id; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	es_time_now(p->recovery.created);
	r = fresh_bytes(SALT_LEN, &p->recovery.salt);
	if (r == ES_OK)
		r = es_random_secret(ES_RECOVERY_LEN, &recovery);
	if (r == ES_OK)
		r = es_protector_wrap(p, recovery, config_key);
	if (r == ES_OK)
		r = es_config_key_derive(config_key, ES_LABEL_ESCROW, &escrow_key);
	if (r == ES_OK)
		r = es_aead_seal(escrow_key, recovery, id_span(p), &escrow);
	if (r != ES_OK)
		return r;
	es_buf_free(&p->recovery.escrow);
	p->recovery.escrow = es_buf_take(&escrow);
	*ret_recovery = es_take(recovery);
	return ES_OK;
}

enum es_reason es_protector_escrow(const struct es_protector *p, const struct es_secret *config_key,
				   struct es_secret **ret_recovery)
{
	ES_SECRET escrow_key = NULL;
	ES_SECRET recovery = NULL;
	enum es_reason r = es_config_key_derive(config_key, ES_LABEL_ESCROW, &escrow_key);

	if (r == ES_OK)
		r = es_aead_open(escrow_key, es_buf_span(&p->recovery.escrow), id_span(p), &recovery);
	if (r == ES_BAD_TAG || r == ES_FORMAT)
		return ES_TAMPERED_INFO;
	if (r == ES_OK && es_secret_len(recovery) != ES_RECOVERY_LEN)
		return ES_TAMPERED_INFO;
	if (r == ES_OK)
		*ret_recovery = es_take(recovery);
	return r;
}
