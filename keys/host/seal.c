/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing a host's config key to the way it booted. */
#include "keys/host/seal.h"

#include "keys/choice/choice.h"
#include "keys/choice/seals.h"
#include "keys/core/event_log.h"
#include "keys/core/subject.h"
#include "keys/crypto/hash.h"
#include "keys/host/firmware.h"
#include "keys/host/machine.h"
#include "keys/host/seal_vendor.h"
#include "keys/host/secure_boot.h"
#include "keys/host/state.h"
#include "keys/host/tpm.h"
#include "keys/image/firmware_now.h"
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"
#include "keys/store/identity.h"
#include "keys/tpm/object.h"

#include <stdio.h>
#include <string.h>

static bool isnt_of_every_boot(const struct es_event *event)
{
	return es_event_is_recovery(event) || es_event_is_firmware_option(event);
}

/* PCR 12 of an automatic boot: without a recovery boot's mark, and with the options that firmware hands over now. */
static enum es_reason expect_options(struct es_host *host, struct es_span log, struct es_digest *ret)
{
	ES_FIRMWARE_NOW firmware = { .count = 0 };
	struct es_pcr_values bare;
	enum es_reason r = es_event_log_replay(log, es_sha256, isnt_of_every_boot, &bare);

	if (r == ES_OK)
		r = es_reason_of(ES_OF_FIRMWARE, es_host_firmware(host, &firmware));
	if (r != ES_OK)
		return r;
	*ret = bare.value[ES_PCR_OPTIONS];
	if (!host->boot.stub || host->boot.handover.firmware_options == ES_FIRMWARE_NOT_MEASURED)
		return ES_OK; /* firmware's options aren't measured */
	if (firmware.refused[0] != '\0')
		return es_host_refuse(host, ES_NEXT_UNKNOWN, "PCR %u: %s", ES_PCR_OPTIONS, firmware.refused);
	return es_firmware_extend(&firmware, log, ret);
}

static enum es_reason replay_log(struct es_host *host, struct es_buf *ret, struct es_pcr_values *ret_values)
{
	enum es_reason r = es_host_event_log(host, ret);

	return r == ES_OK ? es_event_log_replay(es_buf_span(ret), es_sha256, NULL, ret_values) : r;
}

/* Only the log shows what must be taken out of PCR 12; without it, nothing must need taking out. */
static enum es_reason expect_without_log(struct es_host *host, enum es_reason cause, struct es_pcr_values *ret)
{
	if (host->boot.handover.recovery)
		return es_host_refuse(host, ES_NEXT_UNKNOWN,
				      "PCR %u includes this boot's recovery key, which can't be taken out because %s: "
				      "reboot, and type the key at the console",
				      ES_PCR_OPTIONS, es_reason_words(cause)->what);
	*ret = host->boot.before_fence;
	return ES_OK;
}

/* The values that the helper read before the fence, unless the event log is whole and contradicts them: then one of the
 * two was tampered with. *ret_recovery: PCR 12 had a recovery boot's mark. */
static enum es_reason expect(struct es_host *host, es_pcr_mask pcrs, struct es_pcr_values *ret, bool *ret_recovery)
{
	struct es_pcr_values replayed, without_recovery;
	ES_BUF log = { NULL, 0 };
	es_pcr_mask differ;
	enum es_reason r;

	*ret_recovery = false;
	if (!host->have_boot)
		return ES_NOT_BOOTED;
	if ((host->boot.before_fence.present & pcrs) != pcrs)
		return es_host_refuse(host, ES_NOT_BOOTED, "the boot helper read no PCRs: enable the TPM and reboot");
	r = replay_log(host, &log, &replayed);
	if (r == ES_OK)
		r = es_event_log_replay(es_buf_span(&log), es_sha256, es_event_is_recovery, &without_recovery);
	if (r == ES_MEMORY || r == ES_CRYPTO)
		return r;
	if (r != ES_OK)
		return expect_without_log(host, es_reason_of(ES_OF_LOG, r), ret);
	differ = es_pcr_differ(&host->boot.before_fence, &replayed, pcrs);
	if (differ != 0)
		return es_host_refuse_log(host, differ);
	*ret = host->boot.before_fence;
	*ret_recovery = !es_digest_equal(&replayed.value[ES_PCR_OPTIONS], &without_recovery.value[ES_PCR_OPTIONS]);
	return expect_options(host, es_buf_span(&log), &ret->value[ES_PCR_OPTIONS]);
}

enum es_reason es_host_log(struct es_host *host)
{
	struct es_pcr_values replayed;
	ES_BUF log = { NULL, 0 };
	es_pcr_mask differ;
	enum es_reason r = replay_log(host, &log, &replayed);

	if (r != ES_OK)
		return es_host_refuse(host, es_reason_of(ES_OF_LOG, r), "%s", host->event_log);
	differ = es_pcr_differ(&host->boot.before_fence, &replayed,
			       host->boot.before_fence.present & (es_policy_pcrs(true) | es_policy_pcrs(false)));
	if (!host->have_boot || differ == 0)
		return ES_OK;
	return es_host_refuse_log(host, differ);
}

enum es_reason es_host_expected_pcrs(struct es_host *host, es_pcr_mask pcrs, struct es_pcr_values *ret)
{
	bool recovery;

	return expect(host, pcrs, ret, &recovery);
}

struct seal {
	struct es_host *host;
	struct es_info *info;
	const struct es_secret *config_key;
	const struct es_pcr_values *expected;
	const char *purpose; /* of a literal protector */
	bool recovery;       /* PCR 12 of this boot had a recovery boot's mark */
	struct es_buf srk;
};

static void free_seal(struct seal *s)
{
	es_buf_free(&s->srk);
}

static enum es_reason describe(const struct seal *s, const struct es_sealing_vendor *vendor, struct es_protector *p)
{
	enum es_reason r = es_uuid_make(p->id);

	p->tpm.expected = *s->expected;
	if (r == ES_OK)
		r = es_buf_copy(es_buf_span(&s->srk), &p->tpm.srk);
	if (r != ES_OK || vendor == NULL)
		return r;
	p->tpm.is_signed = true;
	p->tpm.vendor.pcrs = ES_PCR_BIT(ES_PCR_IMAGE);
	p->tpm.vendor.has_counter = vendor->has_counter;
	return es_buf_copy(es_buf_span(&vendor->public_key), &p->tpm.vendor.public_key);
}

/* vendor NULL: to this boot only. */
static enum es_reason add_protector(const struct seal *s, const struct es_sealing_vendor *vendor)
{
	const es_pcr_mask pcrs = es_policy_pcrs(s->info->require_secure_boot);
	struct es_vendor_key key;
	struct es_tpm_seal_request request = {
		.expected = s->expected,
		.sha256 = es_sha256,
		.pcrs = vendor != NULL ? pcrs & ~ES_PCR_BIT(ES_PCR_IMAGE) : pcrs,
		.unset_ok = s->host->boot.stub ? 0 : ES_PCR_BIT(ES_PCR_IMAGE),
	};
	struct es_protector *p;
	ES_SECRET secret = NULL;
	enum es_reason r = es_info_add(s->info, ES_PROTECTOR_TPM, &p);

	if (r == ES_OK)
		r = describe(s, vendor, p);
	if (r == ES_OK)
		r = es_random_secret(ES_KEY_LEN, &secret);
	if (r != ES_OK)
		return r;
	if (vendor != NULL) {
		key.modulus = (struct es_span){ vendor->rsa.modulus, vendor->rsa.len };
		request.vendor = &key;
	}
	request.secret = secret;
	strcpy(p->tpm.purpose, vendor != NULL ? "images that their vendor signed" : s->purpose);
	p->tpm.pcrs = request.pcrs;
	r = es_tpm_seal(s->host->tpm, &request, &p->tpm.public_part, &p->tpm.private_part);
	if (r != ES_OK)
		return es_host_refuse_tpm(s->host, r);
	return es_protector_wrap(p, secret, s->config_key);
}

/* *ret_generations: the vendor counts generations, so there must not be a literal protector. */
static enum es_reason seal_to_vendor(const struct seal *s, bool *ret_generations)
{
	ES_SEALING_VENDOR vendor = { .generation = 0 };
	enum es_reason r = es_sealing_vendor_find(s->host, s->info, s->expected, &vendor);

	*ret_generations = false;
	if (r == ES_MISSING || r == ES_NOT_MET)
		return ES_OK;
	if (r == ES_OK)
		r = add_protector(s, &vendor);
	if (r == ES_NOT_MET) {
		es_info_remove(s->info, s->info->protector_count - 1);
		snprintf(s->host->vendor_note, sizeof s->host->vendor_note,
			 "this TPM can't check signatures of the vendor's key (%u bits)", (unsigned)vendor.rsa.len * 8);
		return ES_OK;
	}
	*ret_generations = r == ES_OK && vendor.generation != 0;
	return r;
}

/* Without it, the boot after a recovery boot would ask for the key again, and so would every boot after that. */
static enum es_reason seal_to_options_before(const struct seal *s, const struct es_digest *before)
{
	struct es_pcr_values expected = *s->expected;
	struct seal other = *s;

	if (es_digest_equal(&s->expected->value[ES_PCR_OPTIONS], before) || !s->recovery)
		return ES_OK;
	expected.value[ES_PCR_OPTIONS] = *before;
	other.expected = &expected;
	other.purpose = ES_FOR_OTHER_MENU;
	return add_protector(&other, NULL);
}

static enum es_reason seal_to(struct seal *s, const char *keep)
{
	const struct es_digest before = es_seals_options_before(s->info);
	enum es_reason r = es_host_srk(s->host, s->info, &s->srk);
	bool generations;

	if (r != ES_OK)
		return r;
	es_seals_remove_all_but(s->info, keep);
	es_seals_drop_other_srks(s->info, es_buf_span(&s->srk));
	r = seal_to_vendor(s, &generations);
	if (r == ES_OK && generations)
		es_seals_remove_literal(s->info);
	if (r != ES_OK || generations)
		return r;
	r = add_protector(s, NULL);
	return r == ES_OK ? seal_to_options_before(s, &before) : r;
}

enum es_reason es_host_add_seal(struct es_host *host, struct es_info *info, const struct es_secret *config_key,
				const struct es_pcr_values *expected, const char *purpose)
{
	ES_SCOPED(free_seal)
	struct seal s = {
		.host = host, .info = info, .config_key = config_key, .expected = expected, .purpose = purpose
	};
	enum es_reason r = es_host_tpm_usable(host);

	if (r != ES_OK)
		return r;
	r = es_host_srk(host, info, &s.srk);
	if (r != ES_OK)
		return r;
	es_seals_drop_other_srks(info, es_buf_span(&s.srk));
	return add_protector(&s, NULL);
}

enum es_reason es_host_reseal_keeping(struct es_host *host, struct es_info *info, const struct es_secret *config_key,
				      const char *purpose)
{
	struct es_pcr_values expected;
	ES_SCOPED(free_seal)
	struct seal s = {
		.host = host, .info = info, .config_key = config_key, .expected = &expected, .purpose = ES_FOR_THIS_BOOT
	};
	enum es_reason r = es_host_tpm_usable(host);

	if (r == ES_OK)
		r = expect(host, es_policy_pcrs(info->require_secure_boot), &expected, &s.recovery);
	if (r == ES_OK)
		r = es_host_secure_boot_needed(host, info, &expected);
	return r == ES_OK ? seal_to(&s, purpose) : r;
}

enum es_reason es_host_seal(struct es_host *host, struct es_info *info, const struct es_secret *config_key)
{
	return es_host_reseal_keeping(host, info, config_key, NULL);
}
