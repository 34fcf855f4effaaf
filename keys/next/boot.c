/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/next/boot.h"

#include "keys/choice/choice.h"
#include "keys/choice/vendor.h"
#include "keys/crypto/hash.h"
#include "keys/host/counter.h"
#include "keys/host/machine.h"
#include "keys/host/state.h"
#include "keys/image/booted.h"
#include "keys/image/efi_variables.h"
#include "keys/next/predict.h"

#include <string.h>

enum es_reason es_next_values(struct es_host *host, const struct es_info *info, const struct es_predict_request *next,
			      struct es_prediction *ret)
{
	const es_pcr_mask pcrs = es_policy_pcrs(info->require_secure_boot);
	enum es_reason r = es_host_predict(host, next, ret);

	if (r == ES_OK && (ret->contradicted & pcrs) != 0)
		return es_host_refuse_log(host, ret->contradicted & pcrs);
	if (r == ES_OK && ret->refused[0] != '\0')
		return es_host_refuse(host, ES_NEXT_REFUSED, "%s", ret->refused);
	if (r == ES_OK && (ret->values.present & pcrs) != pcrs)
		return es_host_refuse(host, ES_NEXT_UNKNOWN, "%s", ret->unknown);
	return r;
}

bool es_next_has_request(struct es_host *host, const struct es_info *info)
{
	struct es_shim_requests requests;
	struct es_shim_part shim;
	ES_BUF log = { NULL, 0 };

	if (es_host_event_log(host, &log) != ES_OK)
		return false;
	es_shim_part(es_buf_span(&log), &shim);
	es_shim_requests_read(host->efivars, &requests);
	if (!shim.present || (requests.manager[0] == '\0' && !(requests.sbat && info->require_secure_boot)))
		return false;
	if (requests.manager[0] != '\0')
		(void)es_host_refuse(host, ES_NEXT_REQUEST,
				     "%s; shim starts its key manager (MokManager) first, which changes PCR 4 and 7",
				     requests.manager);
	else
		(void)es_host_refuse(host, ES_NEXT_REQUEST,
				     "SbatPolicy (a different SbatLevel; if it is new, PCR 7 changes)");
	return true;
}

/* A variable that can't be read shows no difference. */
static bool differs(const struct es_host *host, const char *name, const char *guid, struct es_span measured)
{
	ES_BUF now = { NULL, 0 };

	return es_efi_variable(host->efivars, name, guid, &now) == ES_OK &&
	       (now.len != measured.len || (now.len > 0 && memcmp(now.data, measured.data, now.len) != 0));
}

bool es_next_has_other_keys(struct es_host *host, const struct es_info *info)
{
	static const struct {
		const char *name, *guid;
	} lists[] = {
		{ "PK", ES_EFI_GLOBAL }, { "KEK", ES_EFI_GLOBAL }, { "db", ES_EFI_DATABASE }, { "dbx", ES_EFI_DATABASE }
	};
	struct es_span measured;
	struct es_event_log log;
	struct es_event event;
	ES_BUF bytes = { NULL, 0 };

	if (!info->require_secure_boot || es_host_event_log(host, &bytes) != ES_OK ||
	    es_event_log_open(es_buf_span(&bytes), &log) != ES_OK)
		return false;
	while (es_event_log_next(&log, &event) == ES_OK) {
		if (event.pcr != ES_PCR_SECURE_BOOT || event.type != (uint32_t)ES_EV_EFI_VARIABLE_DRIVER_CONFIG ||
		    !es_event_digest_matches(&event, es_sha256))
			continue;
		for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
			if (es_event_variable(&event, lists[i].name, &measured) &&
			    differs(host, lists[i].name, lists[i].guid, measured)) {
				(void)es_host_refuse(host, ES_NEXT_UNKNOWN,
						     "PCR 7: the firmware's %s has changed since this boot measured it",
						     lists[i].name);
				return true;
			}
	}
	return false;
}

struct es_span es_next_signature(const struct es_predict_request *next)
{
	const struct es_span none = { NULL, 0 };

	return next->uki->present[ES_UKI_PCRSIG] ? next->uki->section[ES_UKI_PCRSIG] : none;
}

/* The TPM refuses such an image anyway, but at boot, when somebody must come to the console. */
static enum es_reason check_generation(struct es_host *host, uint64_t generation)
{
	struct es_counter counter = { ES_OK, 0 };
	enum es_reason r;

	counter.state = es_host_vendor_counter(host, &counter.value);
	r = es_vendor_fresh(generation, counter);
	if (r == ES_IMAGE_OLD || r == ES_IMAGE_AHEAD)
		return es_host_refuse(host, r,
				      "the TPM will refuse this image: generation %llu, this host has accepted %llu",
				      (unsigned long long)generation, (unsigned long long)counter.value);
	if (r == ES_COUNTER_MISSING)
		return es_host_refuse(host, r, "the generation counter of boot images (NV index 0x%08x)",
				      ES_GENERATION_INDEX);
	return r;
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
