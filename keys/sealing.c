/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing a host's config key to the way it booted. */
#include "keys/choice.h"
#include "keys/config_key.h"
#include "keys/core/event_log.h"
#include "keys/crypto/hash.h"
#include "keys/host_state.h"
#include "keys/tpm/object.h"
#include "keys/tpm/srk.h"

#include <string.h>

/* The PCR values that the next boot will have if nothing changes: what the helper read before the fence, if the event log
 * accounts for it. A recovery boot left a mark in PCR 12 that a boot by itself won't have. */
static enum es_reason expected_values(struct es_host *host, es_pcr_mask pcrs, struct es_pcr_values *ret)
{
	struct es_pcr_values replayed, without_recovery;
	ES_BUF log = { NULL, 0 };
	es_pcr_mask differ;
	enum es_reason r;

	if (!host->have_boot)
		return ES_NOT_BOOTED;
	if ((host->boot.before_fence.present & pcrs) != pcrs)
		return es_host_refuse(host, ES_NOT_BOOTED,
				      "the boot helper read no PCRs: restart with the TPM switched on");
	r = es_host_event_log(host, &log);
	if (r == ES_OK)
		r = es_event_log_replay(es_buf_span(&log), es_sha256, NULL, &replayed);
	if (r == ES_OK)
		r = es_event_log_replay(es_buf_span(&log), es_sha256, es_event_is_recovery, &without_recovery);
	if (r != ES_OK)
		return es_host_refuse(host, r == ES_MISSING ? ES_LOG_MISMATCH : r, "%s", host->event_log);
	differ = es_pcr_differ(&host->boot.before_fence, &replayed, pcrs);
	for (unsigned pcr = 0; pcr < ES_PCR_COUNT; pcr++)
		if ((differ & ES_PCR_BIT(pcr)) != 0)
			return es_host_refuse(host, ES_LOG_MISMATCH, "PCR %u (%s)", pcr, es_pcr_meaning(pcr));
	*ret = host->boot.before_fence;
	ret->value[ES_PCR_OPTIONS] = without_recovery.value[ES_PCR_OPTIONS];
	return ES_OK;
}

static void remove_tpm_protectors(struct es_info *info)
{
	for (unsigned i = info->protector_count; i-- > 0;)
		if (info->protectors[i]->type == ES_PROTECTOR_TPM)
			es_info_remove(info, i);
}

static enum es_reason seal_to(struct es_host *host, struct es_info *info, const struct es_secret *config_key,
			      const struct es_pcr_values *expected)
{
	struct es_tpm_seal_request request = {
		.expected = expected,
		.sha256 = es_sha256,
		.pcrs = es_policy_pcrs(info->require_secure_boot),
		.unset_ok = host->boot.stub ? 0 : ES_PCR_BIT(ES_PCR_IMAGE),
	};
	struct es_protector *p;
	ES_SECRET secret = NULL;
	ES_BUF srk = { NULL, 0 };
	enum es_reason r = es_tpm_srk_make(host->tpm, &srk);

	if (r != ES_OK)
		return es_host_refuse(host, r, "%s", es_tpm_last_refusal(host->tpm));
	remove_tpm_protectors(info);
	r = es_info_add(info, ES_PROTECTOR_TPM, &p);
	if (r == ES_OK)
		r = es_uuid_make(p->id);
	if (r == ES_OK)
		r = es_random_secret(ES_KEY_LEN, &secret);
	if (r != ES_OK)
		return r;
	request.secret = secret;
	strcpy(p->tpm.purpose, "this boot");
	p->tpm.pcrs = request.pcrs;
	p->tpm.expected = *expected;
	p->tpm.srk = es_buf_take(&srk);
	r = es_tpm_seal(host->tpm, &request, &p->tpm.public_part, &p->tpm.private_part);
	if (r != ES_OK)
		return es_host_refuse(host, r, "%s", es_tpm_last_refusal(host->tpm));
	return es_protector_wrap(p, secret, config_key);
}

enum es_reason es_host_seal(struct es_host *host, struct es_info *info, const struct es_secret *config_key)
{
	struct es_pcr_values expected;
	enum es_reason r = es_host_tpm(host);

	if (r == ES_OK)
		r = expected_values(host, es_policy_pcrs(info->require_secure_boot), &expected);
	if (r == ES_OK)
		r = seal_to(host, info, config_key, &expected);
	return r;
}
