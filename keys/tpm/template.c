/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/template.h"

#include "keys/tpm/defences.h"

#include <string.h>

/* The SRK needs it: TPM2_Load uses its empty password. A lockout doesn't affect policies anyway. */
#define NODA (ES_WITH_NODA ? TPMA_OBJECT_NODA : 0)

/*
 * TCG EK Credential Profile 2.x, template L-2 (ECC NIST P256), with the attributes that the TCG TPM v2.0 Provisioning
 * Guidance, 7.5.1, gives an SRK: no policy, userWithAuth, noDA, and a unique field of 2 * 32 zero bytes.
 * `tpm2_createprimary -C o -g sha256 -G ecc256:null:aes128cfb` makes the same key with those attributes and that unique
 * field (test-srk.c compares the Names). It isn't the primary key of systemd 252, which lacks noDA, has an empty unique
 * field, and isn't kept.
 */
const TPM2B_PUBLIC es_srk_template = {
	.publicArea = {
		.type = TPM2_ALG_ECC,
		.nameAlg = TPM2_ALG_SHA256,
		.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
				    TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_RESTRICTED | NODA |
				    TPMA_OBJECT_DECRYPT,
		.parameters.eccDetail = {
			.symmetric = { .algorithm = TPM2_ALG_AES, .keyBits.aes = 128, .mode.aes = TPM2_ALG_CFB },
			.scheme.scheme = TPM2_ALG_NULL,
			.curveID = TPM2_ECC_NIST_P256,
			.kdf.scheme = TPM2_ALG_NULL,
		},
		.unique.ecc = { .x.size = 32, .y.size = 32 },
	},
};

TPM2B_PUBLIC es_sealed_template(const struct es_digest *policy)
{
	TPM2B_PUBLIC public = {
		.publicArea = {
			.type = TPM2_ALG_KEYEDHASH,
			.nameAlg = TPM2_ALG_SHA256,
			/* adminWithPolicy without userWithAuth: only the policy opens it. */
			.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
					    TPMA_OBJECT_ADMINWITHPOLICY | NODA,
			.authPolicy.size = ES_SHA256_LEN,
			.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL,
		},
	};

	memcpy(public.publicArea.authPolicy.buffer, policy->bytes, ES_SHA256_LEN);
	return public;
}

TPMS_NV_PUBLIC es_counter_template(uint32_t index)
{
	return (TPMS_NV_PUBLIC){
		.nvIndex = index,
		.nameAlg = TPM2_ALG_SHA256,
		.attributes =
		    TPMA_NV_AUTHREAD | TPMA_NV_AUTHWRITE | TPMA_NV_NO_DA | (TPM2_NT_COUNTER << TPMA_NV_TPM2_NT_SHIFT),
		.dataSize = sizeof(uint64_t),
	};
}

static bool is_aes_cfb(const TPMT_SYM_DEF_OBJECT *symmetric)
{
	return symmetric->algorithm == TPM2_ALG_AES && symmetric->keyBits.aes >= 128 &&
	       symmetric->mode.aes == TPM2_ALG_CFB;
}

const char *es_storage_key_fault(const TPMT_PUBLIC *public)
{
	const TPMA_OBJECT a = public->objectAttributes;
	const TPMA_OBJECT bound = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN;

	if (public->type != TPM2_ALG_ECC && public->type != TPM2_ALG_RSA)
		return "it isn't an asymmetric key";
	if ((a & TPMA_OBJECT_SIGN_ENCRYPT) || !(a & TPMA_OBJECT_DECRYPT))
		return "it is a signing key";
	if (!(a & TPMA_OBJECT_RESTRICTED))
		return "it isn't a storage key (restricted)";
	if ((a & bound) != bound)
		return "it wasn't made in this TPM, or can leave it";
	if (!(a & TPMA_OBJECT_USERWITHAUTH))
		return "it can only be used with a policy";
	if (public->nameAlg != TPM2_ALG_SHA256)
		return "its Name doesn't use SHA-256";
	if (public->type == TPM2_ALG_ECC && public->parameters.eccDetail.curveID != TPM2_ECC_NIST_P256 &&
	    public->parameters.eccDetail.curveID != TPM2_ECC_NIST_P384)
		return "its curve is neither P-256 nor P-384";
	if (public->type == TPM2_ALG_RSA && public->parameters.rsaDetail.keyBits < 2048)
		return "it is shorter than 2048 bits";
	/* Works for both: TPMS_ASYM_PARMS starts with the symmetric algorithm. */
	return is_aes_cfb(&public->parameters.asymDetail.symmetric) ? NULL : "its children aren't protected by AES";
}

bool es_is_storage_key(const TPMT_PUBLIC *public)
{
	return es_storage_key_fault(public) == NULL;
}

TPML_PCR_SELECTION es_pcr_selection(es_pcr_mask mask)
{
	TPML_PCR_SELECTION selection = {
		.count = 1,
		.pcrSelections[0] = { .hash = TPM2_ALG_SHA256, .sizeofSelect = ES_PCR_COUNT / 8 },
	};

	for (unsigned i = 0; i < ES_PCR_COUNT / 8; i++)
		selection.pcrSelections[0].pcrSelect[i] = (uint8_t)(mask >> (8 * i));
	return selection;
}
