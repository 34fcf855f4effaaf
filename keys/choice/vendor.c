/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/choice/vendor.h"

#include "keys/core/defences.h"
#include "keys/crypto/hash.h"

#include <string.h>

static const es_pcr_mask signed_pcrs = ES_PCR_BIT(ES_PCR_IMAGE);

static bool fits(const struct es_pcr_signature *entry, const struct es_rsa_public *key, const struct es_pcr_values *now)
{
	const struct es_signed_policy policy = { now, signed_pcrs, entry->generation };
	struct es_digest digest;

	return entry->pcrs == signed_pcrs && es_digest_equal(&entry->key, &key->fingerprint) &&
	       es_signed_policy_digest(&policy, es_sha256, &digest) == ES_OK &&
	       es_digest_equal(&digest, &entry->policy);
}

enum es_reason es_vendor_match(struct es_span public_pem, const struct es_pcr_signatures *signatures,
			       const struct es_pcr_values *now, struct es_vendor_match *ret)
{
	const struct es_pcr_signature *best = NULL;
	struct es_vendor_match match;
	enum es_reason r = es_rsa_public_read(public_pem, &match.key);

	if (r != ES_OK)
		return r;
	for (unsigned i = 0; i < signatures->count; i++) {
		const struct es_pcr_signature *entry = &signatures->entry[i];

		if (fits(entry, &match.key, now) && (best == NULL || entry->generation > best->generation))
			best = entry;
	}
	if (best == NULL)
		return ES_MISSING;
	match.policy = best->policy;
	match.generation = best->generation;
	match.signature = es_buf_span(&best->signature);
	*ret = match;
	return ES_OK;
}

enum es_reason es_vendor_fresh(uint64_t generation, struct es_counter counter)
{
	if (!ES_WITH_IMAGE_FRESH || !ES_WITH_GENERATION)
		return ES_OK;
	if (counter.state != ES_OK)
		return counter.state == ES_COUNTER_UNCOUNTED ? ES_COUNTER_MISSING : counter.state;
	if (generation < counter.value)
		return ES_IMAGE_OLD;
	return generation - counter.value > ES_GENERATION_STEPS_MAX ? ES_IMAGE_AHEAD : ES_OK;
}

enum es_reason es_vendor_protector_fits(const struct es_protector *p, const struct es_pcr_values *now)
{
	const es_pcr_mask must = ES_PCR_BIT(ES_PCR_SECURE_BOOT) | ES_PCR_BIT(ES_PCR_OPTIONS);

	/* PCR 11 alone proves nothing: any EFI program can replay it. PCR 7 proves that it was the image. */
	if (!p->tpm.is_signed || (p->tpm.pcrs & must) != must || (p->tpm.pcrs & signed_pcrs) != 0 ||
	    p->tpm.vendor.pcrs != signed_pcrs)
		return ES_TAMPERED_INFO;
	if (es_pcr_differ(&p->tpm.expected, now, p->tpm.pcrs) != 0)
		return ES_LOCKED_PCR;
	return (now->present & signed_pcrs) == 0 || es_pcr_is_unset(&now->value[ES_PCR_IMAGE]) ||
		       es_pcr_is_unset(&now->value[ES_PCR_SECURE_BOOT])
		   ? ES_TPM_UNSET_PCR
		   : ES_OK;
}
