/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/policy.h"

#include "keys/crypto/hash.h"
#include "keys/crypto/sign.h"
#include "keys/store/signature.h"
#include "keys/tpm/policy.h"

void es_image_policy_free(struct es_image_policy *p)
{
	es_buf_free(&p->json);
}

static enum es_reason why_key(enum es_reason r, const char **ret_why)
{
	switch (r) {
	case ES_FORMAT:
	case ES_TOO_LARGE:
		*ret_why = "isn't a private key in PEM form";
		break;
	case ES_NOT_MET:
		*ret_why = "is protected by a passphrase, which isn't supported here";
		break;
	case ES_VERSION:
		*ret_why = "isn't an RSA key of 2048 or 3072 bits with exponent 65537, as TPMs require";
		break;
	default:
		*ret_why = "can't be used";
	}
	return r;
}

enum es_reason es_image_policy_public(const struct es_secret *private_pem, struct es_buf *ret, const char **ret_why)
{
	ES_BUF pem = { NULL, 0 };
	struct es_rsa_public key;
	enum es_reason r = es_rsa_private_public(private_pem, &pem);

	if (r == ES_OK)
		r = es_rsa_public_read(es_buf_span(&pem), &key);
	if (r != ES_OK)
		return why_key(r, ret_why);
	if (8 * key.len > ES_POLICY_KEY_BITS_MAX) {
		*ret_why = ES_POLICY_KEY_TOO_LARGE;
		return ES_ARGUMENT;
	}
	*ret = es_buf_take(&pem);
	return ES_OK;
}

static enum es_reason check_carried(const struct es_uki *uki, const struct es_rsa_public *key, bool *ret_has,
				    const char **ret_why)
{
	struct es_rsa_public carried;
	enum es_reason r;

	*ret_has = uki->present[ES_UKI_PCRPKEY];
	if (!*ret_has)
		return ES_OK;
	r = es_rsa_public_read(uki->section[ES_UKI_PCRPKEY], &carried);
	if (r == ES_MEMORY || r == ES_CRYPTO)
		return r;
	if (r == ES_OK && es_digest_equal(&carried.fingerprint, &key->fingerprint))
		return ES_OK;
	*ret_why = "isn't the key that the image carries in .pcrpkey, so no host would accept its signature";
	return ES_ARGUMENT;
}

static enum es_reason sign(const struct es_secret *private_pem, const struct es_rsa_public *key, uint64_t generation,
			   struct es_image_policy *p)
{
	const struct es_span policy = { p->policy.bytes, ES_SHA256_LEN };
	ES_SIGNATURES all = { .count = 1 };
	struct es_pcr_signature *entry = &all.entry[0];
	enum es_reason r;

	*entry = (struct es_pcr_signature){
		.pcrs = ES_PCR_BIT(ES_PCR_IMAGE), .key = key->fingerprint, .policy = p->policy, .generation = generation
	};
	r = es_rsa_sign(private_pem, policy, &entry->signature);
	return r == ES_OK ? es_signatures_write(&all, &p->json) : r;
}

enum es_reason es_image_policy_sign(const struct es_uki *uki, const struct es_secret *private_pem, uint64_t generation,
				    struct es_image_policy *ret, const char **ret_why)
{
	struct es_pcr_values values = { .present = ES_PCR_BIT(ES_PCR_IMAGE) };
	const struct es_signed_policy policy = { &values, ES_PCR_BIT(ES_PCR_IMAGE), generation };
	ES_IMAGE_POLICY p = { .key_bits = 0 };
	ES_BUF public_pem = { NULL, 0 };
	struct es_rsa_public key;
	enum es_reason r = es_image_policy_public(private_pem, &public_pem, ret_why);

	if (r == ES_OK)
		r = es_rsa_public_read(es_buf_span(&public_pem), &key);
	if (r == ES_OK)
		r = check_carried(uki, &key, &p.has_key, ret_why);
	if (r == ES_OK && generation > ES_GENERATION_MAX) {
		*ret_why = "a generation is at most 2^62";
		r = ES_ARGUMENT;
	}
	if (r == ES_OK)
		r = es_image_predict_pcr11(uki, &values.value[ES_PCR_IMAGE]);
	if (r == ES_OK)
		r = es_signed_policy_digest(&policy, es_sha256, &p.policy);
	if (r == ES_OK)
		r = sign(private_pem, &key, generation, &p);
	if (r != ES_OK)
		return r;
	p.pcr11 = values.value[ES_PCR_IMAGE];
	p.key_bits = (unsigned)(8 * key.len);
	*ret = p;
	p.json = (struct es_buf){ NULL, 0 };
	return ES_OK;
}

static enum es_reason why_image(enum es_reason r, const char **ret_why)
{
	switch (r) {
	case ES_ARGUMENT:
		*ret_why = "is signed already: sign its policy first, and then the image";
		return ES_PART_SIGNED;
	case ES_UNSAFE:
		*ret_why = "has a .pcrsig that isn't its last section: build the image again";
		return ES_IMAGE_KIND;
	case ES_TOO_LARGE:
		*ret_why = "has no room for one more section";
		return ES_IMAGE_TOO_LARGE;
	default:
		*ret_why = "isn't a boot image";
		return r == ES_MISSING || r == ES_VERSION || r == ES_FORMAT ? ES_IMAGE_KIND : r;
	}
}

enum es_reason es_image_policy_attach(struct es_span image, struct es_span json, struct es_buf *ret,
				      const char **ret_why)
{
	struct es_writer w = { .cap = 0 };
	ES_BUF signed_image = { NULL, 0 };
	enum es_reason r = es_uki_write_signature(image, json, &w);

	if (r != ES_OK)
		return why_image(r, ret_why);
	r = es_buf_new(w.pos, &signed_image);
	if (r != ES_OK)
		return r;
	w = (struct es_writer){ .data = signed_image.data, .cap = signed_image.len };
	r = es_uki_write_signature(image, json, &w);
	if (r == ES_OK)
		*ret = es_buf_take(&signed_image);
	return r;
}
