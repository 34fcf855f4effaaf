/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/policy.h"

#include <tss2/tss2_mu.h>

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

enum es_reason es_policy_pcr_after(const struct es_digest *before, const struct es_pcr_values *values, es_pcr_mask mask,
				   es_sha256_fn *sha256, struct es_digest *ret)
{
	const TPML_PCR_SELECTION selection = es_pcr_selection(mask);
	struct es_span parts[ES_PCR_COUNT];
	struct es_digest pcrs, policy;
	uint8_t head[4 + sizeof selection];
	size_t count = 0, at = 0;

	if (mask == 0 || mask >> ES_PCR_COUNT != 0 || (mask & values->present) != mask || sha256 == NULL)
		return ES_ARGUMENT;
	for (unsigned i = 0; i < ES_PCR_COUNT; i++)
		if (mask & ES_PCR_BIT(i))
			parts[count++] = (struct es_span){ values->value[i].bytes, ES_SHA256_LEN };
	if (!sha256(parts, count, &pcrs))
		return ES_CRYPTO;

	if (Tss2_MU_UINT32_Marshal(TPM2_CC_PolicyPCR, head, sizeof head, &at) != TSS2_RC_SUCCESS ||
	    Tss2_MU_TPML_PCR_SELECTION_Marshal(&selection, head, sizeof head, &at) != TSS2_RC_SUCCESS)
		return ES_CRYPTO;
	parts[0] = (struct es_span){ before->bytes, ES_SHA256_LEN };
	parts[1] = (struct es_span){ head, at };
	parts[2] = (struct es_span){ pcrs.bytes, ES_SHA256_LEN };
	if (!sha256(parts, 3, &policy))
		return ES_CRYPTO;
	*ret = policy;
	return ES_OK;
}

enum es_reason es_policy_pcr(const struct es_pcr_values *values, es_pcr_mask mask, es_sha256_fn *sha256,
			     struct es_digest *ret)
{
	const struct es_digest start = { 0 };

	return es_policy_pcr_after(&start, values, mask, sha256, ret);
}
