/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/policy.h"

#include "keys/core/labels.h"
#include "keys/tpm/defences.h"
#include "keys/tpm/name.h"
#include "keys/tpm/template.h"

#include <tss2/tss2_mu.h>

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

/* Part 3, 23.9: args = H(operandB, offset, operation); digest = H(before, TPM_CC_PolicyNV, args, Name). */
static enum es_reason policy_nv_after(const struct es_digest *before, uint64_t generation, es_sha256_fn *sha256,
				      struct es_digest *ret)
{
	uint8_t operand[ES_GENERATION_LEN + 4] = { 0 }, command[4];
	struct es_span parts[4] = { { operand, sizeof operand } };
	TPM2B_NAME name = { 0 };
	struct es_digest args;
	size_t at = ES_GENERATION_LEN + 2, head = 0;

	es_generation_write(generation, operand);
	if (Tss2_MU_UINT16_Marshal(TPM2_EO_UNSIGNED_LE, operand, sizeof operand, &at) != TSS2_RC_SUCCESS ||
	    Tss2_MU_UINT32_Marshal(TPM2_CC_PolicyNV, command, sizeof command, &head) != TSS2_RC_SUCCESS ||
	    !sha256(parts, 1, &args) || !es_generation_counter_name(sha256, &name))
		return ES_CRYPTO;
	parts[0] = (struct es_span){ before->bytes, ES_SHA256_LEN };
	parts[1] = (struct es_span){ command, sizeof command };
	parts[2] = (struct es_span){ args.bytes, ES_SHA256_LEN };
	parts[3] = (struct es_span){ name.name, name.size };
	return sha256(parts, 4, ret) ? ES_OK : ES_CRYPTO;
}

enum es_reason es_signed_policy_digest(const struct es_signed_policy *p, es_sha256_fn *sha256, struct es_digest *ret)
{
	struct es_digest pcrs;
	enum es_reason r = p->generation > ES_GENERATION_MAX ? ES_ARGUMENT : ES_OK;

	if (r == ES_OK)
		r = es_policy_pcr(p->values, p->pcrs, sha256, &pcrs);
	if (r != ES_OK)
		return r;
	if (p->generation != 0 && ES_WITH_GENERATION)
		return policy_nv_after(&pcrs, p->generation, sha256, ret);
	*ret = pcrs;
	return ES_OK;
}

/* Part 3, 23.16: the digest starts again, H(zeros, TPM_CC_PolicyAuthorize, Name), then H(that, policyRef). */
enum es_reason es_policy_authorize(const struct es_vendor_key *key, es_sha256_fn *sha256, struct es_digest *ret)
{
	const struct es_digest zeros = { 0 };
	struct es_span parts[3];
	struct es_digest first;
	TPM2B_NAME name = { 0 };
	uint8_t command[4];
	size_t at = 0;

	if (sha256 == NULL || !es_vendor_key_is_valid(key))
		return ES_ARGUMENT;
	if (Tss2_MU_UINT32_Marshal(TPM2_CC_PolicyAuthorize, command, sizeof command, &at) != TSS2_RC_SUCCESS ||
	    !es_vendor_key_name(key, sha256, &name))
		return ES_CRYPTO;
	parts[0] = (struct es_span){ zeros.bytes, ES_SHA256_LEN };
	parts[1] = (struct es_span){ command, sizeof command };
	parts[2] = (struct es_span){ name.name, name.size };
	if (!sha256(parts, 3, &first))
		return ES_CRYPTO;
	parts[0] = (struct es_span){ first.bytes, ES_SHA256_LEN };
	if (!ES_WITH_VENDOR_KEY)
		*ret = zeros;
	return !ES_WITH_VENDOR_KEY || sha256(parts, 1, ret) ? ES_OK : ES_CRYPTO;
}
