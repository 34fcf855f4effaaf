/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/change/reseal.h"

#include "keys/change/change.h"
#include "keys/choice/choice.h"
#include "keys/choice/seals.h"
#include "keys/host/seal.h"
#include "keys/host/secure_boot.h"
#include "keys/host/state.h"
#include "keys/next/boot.h"

static enum es_reason seal_next_image(struct es_host *host, struct es_info *info, const struct es_secret *key,
				      const struct es_predict_request *next, struct es_resealed *done)
{
	enum es_reason r = es_next_values(host, info, next, &done->prediction);

	if (r != ES_OK)
		return r;
	es_seals_remove_for(info, ES_FOR_NEXT_IMAGE);
	r = es_next_by_vendor(host, info, es_next_signature(next), &done->prediction.values);
	done->vendor = r == ES_OK;
	if (r != ES_MISSING) /* signed, and refused by the TPM: a literal seal must not bypass that */
		return r;
	if (es_seals_forbid_literal(info))
		return es_host_refuse(host, ES_ARGUMENT,
				      "the vendor of this host's images counts generations, and hasn't signed this "
				      "image: a seal to it would never expire");
	if (es_seals_fitting(info, &done->prediction.values) != NULL)
		return ES_OK;
	r = es_host_add_seal(host, info, key, &done->prediction.values, ES_FOR_NEXT_IMAGE);
	done->next_image = r == ES_OK;
	return r;
}

/* The next boot will prove as little as this one. */
static enum es_reason refuse_hollow(struct es_host *host, const struct es_info *info, const struct es_pcr_values *now)
{
	struct es_secure_boot judged;

	if (!info->require_secure_boot)
		return ES_OK;
	es_host_secure_boot(host, &judged);
	return es_secure_boot_not_vouched(judged.state) ? es_host_secure_boot_needed(host, info, now) : ES_OK;
}

static enum es_reason reseal(struct es_host *host, struct es_info *info, const struct es_secret *key,
			     const struct es_predict_request *next, struct es_resealed *done)
{
	struct es_pcr_values now;
	enum es_reason r = es_host_expected_pcrs(host, es_policy_pcrs(info->require_secure_boot), &now);

	if (r == ES_OK)
		r = refuse_hollow(host, info, &now);
	if (r != ES_OK)
		return r;
	es_seals_prune(es_host_boot(host), info);
	if (next == NULL || (es_seals_fitting(info, &now) == NULL && !es_seals_forbid_literal(info))) {
		es_seals_keep_last(info, &now);
		r = es_host_reseal_keeping(host, info, key, ES_FOR_LAST_BOOT);
		done->this_boot = r == ES_OK;
	}
	return r == ES_OK && next != NULL ? seal_next_image(host, info, key, next, done) : r;
}

enum es_reason es_host_reseal(struct es_host *host, const struct es_predict_request *next, struct es_resealed *ret)
{
	struct es_resealed done = { .generation = 0 };
	ES_CHANGE c = { .host = NULL };
	enum es_reason r = es_change_begin(host, &c);

	if (r == ES_OK && c.info->mode != ES_MODE_TPM)
		r = es_host_refuse(host, ES_ARGUMENT, "in kdf mode nothing is sealed to the boot");
	if (r == ES_OK)
		r = reseal(host, c.info, c.key, next, &done);
	if (r == ES_OK)
		r = es_change_commit(&c, NULL);
	if (r != ES_OK)
		return r;
	done.generation = c.info->generation;
	done.ahead = es_next_has_other_keys(host, c.info) ? ES_NEXT_UNKNOWN
		     : es_next_has_request(host, c.info)  ? ES_NEXT_REQUEST
							  : ES_OK;
	*ret = done;
	return ES_OK;
}
