/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/name.h"

#include "keys/core/labels.h"
#include "keys/tpm/template.h"

#include <string.h>

#include <tss2/tss2_mu.h>

bool es_vendor_key_is_valid(const struct es_vendor_key *key)
{
	return key->modulus.data != NULL && key->modulus.len >= 256 && key->modulus.len <= 512 &&
	       key->modulus.len % 128 == 0;
}

/* As tpm2-tools load a public key from a file: its Name is part of the seal. */
TPM2B_PUBLIC es_vendor_key_public(const struct es_vendor_key *key)
{
	TPM2B_PUBLIC public = {
		.publicArea = {
			.type = TPM2_ALG_RSA,
			.nameAlg = TPM2_ALG_SHA256,
			.objectAttributes = TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_DECRYPT | TPMA_OBJECT_SIGN_ENCRYPT,
			.parameters.rsaDetail = {
				.symmetric.algorithm = TPM2_ALG_NULL,
				.scheme.scheme = TPM2_ALG_NULL,
				.keyBits = (TPMI_RSA_KEY_BITS)(8 * key->modulus.len),
				.exponent = 65537,
			},
			.unique.rsa.size = (UINT16)key->modulus.len,
		},
	};

	memcpy(public.publicArea.unique.rsa.buffer, key->modulus.data, key->modulus.len);
	return public;
}

/* Part 1, "Names": the hash algorithm, then the hash of the public area. */
static bool name_of(struct es_span public_area, es_sha256_fn *sha256, TPM2B_NAME *ret)
{
	struct es_digest digest;

	if (!sha256(&public_area, 1, &digest))
		return false;
	ret->size = 2 + ES_SHA256_LEN;
	ret->name[0] = TPM2_ALG_SHA256 >> 8;
	ret->name[1] = TPM2_ALG_SHA256 & 0xff;
	memcpy(ret->name + 2, digest.bytes, ES_SHA256_LEN);
	return true;
}

bool es_vendor_key_name(const struct es_vendor_key *key, es_sha256_fn *sha256, TPM2B_NAME *ret)
{
	TPM2B_PUBLIC public = es_vendor_key_public(key);
	uint8_t bytes[sizeof public];
	size_t len = 0;

	return Tss2_MU_TPMT_PUBLIC_Marshal(&public.publicArea, bytes, sizeof bytes, &len) == TSS2_RC_SUCCESS &&
	       name_of((struct es_span){ bytes, len }, sha256, ret);
}

/* Once it is counted, which is when it can be read. */
TPMS_NV_PUBLIC es_generation_counter_public(void)
{
	TPMS_NV_PUBLIC public = es_counter_template(ES_GENERATION_INDEX);

	public.attributes |= TPMA_NV_WRITTEN;
	return public;
}

bool es_generation_counter_name(es_sha256_fn *sha256, TPM2B_NAME *ret)
{
	const TPMS_NV_PUBLIC public = es_generation_counter_public();
	uint8_t bytes[sizeof public];
	size_t len = 0;

	return Tss2_MU_TPMS_NV_PUBLIC_Marshal(&public, bytes, sizeof bytes, &len) == TSS2_RC_SUCCESS &&
	       name_of((struct es_span){ bytes, len }, sha256, ret);
}

void es_generation_write(uint64_t generation, uint8_t ret[static ES_GENERATION_LEN])
{
	for (unsigned i = 0; i < ES_GENERATION_LEN; i++)
		ret[i] = (uint8_t)(generation >> (8 * (ES_GENERATION_LEN - 1 - i)));
}
