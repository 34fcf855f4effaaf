/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/next_boot.h"

#include "keys/choice.h"
#include "keys/tpm/counter.h"
#include "keys/vendor.h"

enum es_reason es_next_values(struct es_host *host, const struct es_info *info, const struct es_predict_request *next,
			      struct es_prediction *ret)
{
	const es_pcr_mask pcrs = es_policy_pcrs(info->require_secure_boot);
	enum es_reason r = es_host_predict(host, next, ret);

	if (r == ES_OK && ret->refused[0] != '\0')
		return es_host_refuse(host, ES_NEXT_REFUSED, "%s", ret->refused);
	if (r == ES_OK && (ret->values.present & pcrs) != pcrs)
		return es_host_refuse(host, ES_NEXT_UNKNOWN, "%s", ret->unknown);
	return r;
}

struct es_span es_next_signature(const struct es_predict_request *next)
{
	const struct es_span none = { NULL, 0 };

	return next->uki->present[ES_UKI_PCRSIG] ? next->uki->section[ES_UKI_PCRSIG] : none;
}

/* The TPM refuses it by itself, but then somebody stands before the machine. */
static enum es_reason check_generation(struct es_host *host, uint64_t generation)
{
	struct es_counter counter = { ES_OK, 0 };
	enum es_reason r = es_host_connect(host);

	if (r != ES_OK)
		return r;
	counter.state = es_tpm_counter_read(host->tpm, ES_GENERATION_INDEX, &counter.value);
	r = es_vendor_fresh(generation, counter);
	if (r == ES_IMAGE_OLD || r == ES_IMAGE_AHEAD)
		return es_host_refuse(host, r,
				      "the TPM will refuse this image: generation %llu, this host has accepted %llu",
				      (unsigned long long)generation, (unsigned long long)counter.value);
	if (r == ES_COUNTER_MISSING)
		return es_host_refuse(host, r, "the counter of the generations of boot images (NV index 0x%08x)",
				      ES_GENERATION_INDEX);
	return r == ES_OK ? r : es_host_refuse(host, r, "%s", es_tpm_last_refusal(host->tpm));
}

enum es_reason es_next_by_vendor(struct es_host *host, const struct es_info *info, struct es_span signature,
				 const struct es_pcr_values *values)
{
	ES_SIGNATURES signatures = { .count = 0 };
	char detail[ES_SIGNATURE_DETAIL];

	if (signature.len == 0 || es_signatures_parse(signature, &signatures, detail) != ES_OK)
		return ES_MISSING;
	for (unsigned i = 0; i < info->protector_count; i++) {
		const struct es_protector *p = info->protectors[i];
		struct es_vendor_match m;
		enum es_reason r;

		if (p->type != ES_PROTECTOR_TPM || !p->tpm.is_signed || es_vendor_protector_fits(p, values) != ES_OK ||
		    es_vendor_match(es_buf_span(&p->tpm.vendor.public_key), &signatures, values, &m) != ES_OK)
			continue;
		r = es_rsa_verify(es_buf_span(&p->tpm.vendor.public_key),
				  (struct es_span){ m.policy.bytes, ES_SHA256_LEN }, m.signature);
		if (r == ES_BAD_TAG)
			return es_host_refuse(host, ES_IMAGE_SIGNATURE, "the policy for PCR %u", ES_PCR_IMAGE);
		return r == ES_OK && m.generation != 0 ? check_generation(host, m.generation) : r;
	}
	return ES_MISSING;
}
