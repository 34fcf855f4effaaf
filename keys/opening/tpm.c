/* SPDX-License-Identifier: Apache-2.0 */
/* The TPM's part of an opening: what it is asked before the fence, and the fence. */
#include "keys/core/defences.h"
#include "keys/crypto/hash.h"
#include "keys/opening/state.h"
#include "keys/protector/config_key.h"
#include "keys/store/sysfs.h"
#include "keys/tpm/counter.h"
#include "keys/tpm/object.h"
#include "keys/tpm/pcr.h"
#include "keys/tpm/srk.h"

#include <stdlib.h>
#include <string.h>

static const es_pcr_mask pcrs_of_interest = ES_PCR_BIT(ES_PCR_DRIVERS) | ES_PCR_BIT(ES_PCR_BOOT_LOADER) |
					    ES_PCR_BIT(ES_PCR_SECURE_BOOT) | ES_PCR_BIT(ES_PCR_IMAGE) |
					    ES_PCR_BIT(ES_PCR_OPTIONS);

/* If the stub measured into a TPM, there is one, even if the kernel doesn't show it: a program that activates it later
 * would find the key within reach. */
bool es_opening_nothing_to_fence(const struct es_opening *o)
{
	if (o->record.stub && o->record.handover.measured != ES_MEASURED_NOTHING)
		return false;
	return o->tpm_state == ES_TPM_ABSENT || o->tpm_state == ES_TPM_VERSION;
}

/* A session salted to a key that this TPM doesn't have can fail in many ways, so ask which it is. From then on this TPM
 * is used without a pin, only for its PCRs and the fence: nothing secret is sent to it any more. */
static enum es_reason tpm_without_pin(struct es_opening *o, enum es_reason refusal)
{
	enum es_reason check = es_tpm_srk_check(o->tpm);

	if (!es_tpm_srk_gone(check))
		return refusal;
	o->why.note[0] = '\0';
	ES_NOTE_WHY(o, "%s", es_tpm_last_refusal(o->tpm));
	o->commands_before += es_tpm_commands(o->tpm);
	es_tpm_closep(&o->tpm);
	o->tpm_state = es_tpm_open(o->request.tcti, ES_TPM_TIMEOUT_MS, &o->tpm);
	return check;
}

/* The banks' own pin: the first that names an SRK. That isn't trust: a planted one shuts the host. */
static enum es_reason pin_by_banks(struct es_opening *o)
{
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		struct es_protector *p = NULL;

		if (o->banks[i].state == ES_BANK_WHOLE)
			p = es_info_find(o->banks[i].info, ES_PROTECTOR_TPM);
		if (p != NULL)
			return es_tpm_srk_pin(o->tpm, es_buf_span(&p->tpm.srk)) == ES_OK ? ES_OK : ES_TAMPERED_INFO;
	}
	return ES_OK;
}

static bool has_pinned_name(const struct es_opening *o, const struct es_protector *p)
{
	uint8_t name[ES_SRK_NAME_LEN];

	return p->type == ES_PROTECTOR_TPM && es_tpm_srk_name(es_buf_span(&p->tpm.srk), es_sha256, name) == ES_OK &&
	       memcmp(name, o->pins.srk_name, sizeof name) == 0;
}

/* The image names the key, so no bank must be trusted. A bank with the key's public part saves asking the TPM. */
static enum es_reason pin_by_image(struct es_opening *o)
{
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		const struct es_info *info = o->banks[i].state == ES_BANK_WHOLE ? o->banks[i].info : NULL;

		for (unsigned k = 0; info != NULL && k < info->protector_count; k++)
			if (has_pinned_name(o, info->protectors[k]))
				return es_tpm_srk_pin(o->tpm, es_buf_span(&info->protectors[k]->tpm.srk));
	}
	return es_tpm_srk_pin_named(o->tpm, o->pins.srk_name, es_sha256);
}

#ifdef ES_TEST_WITHOUT_COUNTER_INDEX
/* What 0.1.0 trusted: the index that the newest bank names. */
static uint32_t counter_index(const struct es_opening *o)
{
	static const char field[] = "\"nv_index\": \"";
	int newest = es_bank_newest(o->banks);
	const struct es_buf *bytes = newest >= 0 ? &o->banks[newest].info_bytes : NULL;
	const char *at = bytes != NULL ? memmem(bytes->data, bytes->len, field, sizeof field - 1) : NULL;

	return at != NULL ? (uint32_t)strtoul(at + sizeof field - 1, NULL, 16) : ES_COUNTER_INDEX;
}
#else
static uint32_t counter_index(const struct es_opening *o)
{
	(void)o;
	return ES_COUNTER_INDEX;
}
#endif

static void read_counter(struct es_opening *o)
{
	o->counter.state = es_tpm_counter_read(o->tpm, counter_index(o), &o->counter.value);
	o->record.has_counter = o->counter.state == ES_OK;
	o->record.counter = o->record.has_counter ? o->counter.value : 0;
}

void es_opening_ask_tpm(struct es_opening *o)
{
	enum es_reason r;

	o->counter.state = o->tpm_state;
	if (o->tpm_state != ES_OK)
		return;
	o->tpm_refusal = o->pins.has_srk && ES_WITH_SRK_OPTION ? pin_by_image(o) : pin_by_banks(o);
	r = es_tpm_pcr_read(o->tpm, pcrs_of_interest, &o->record.before_fence);
	if (r != ES_OK) {
		o->tpm_refusal = tpm_without_pin(o, r);
		if (o->tpm_state != ES_OK ||
		    es_tpm_pcr_read(o->tpm, pcrs_of_interest, &o->record.before_fence) != ES_OK)
			o->record.before_fence.present = 0;
	}
	if (o->tpm_state != ES_OK)
		return;
	/* Read also in mode kdf, and from a TPM that can't seal: it may have the proof of a downgrade. */
	read_counter(o);
}

void es_opening_confirm_counter(struct es_opening *o)
{
	const struct es_protector *p = es_info_find(o->banks[o->chosen].info, ES_PROTECTOR_TPM);

	if (p == NULL || o->tpm == NULL || o->tpm_state != ES_OK || es_tpm_srk_is(o->tpm, es_buf_span(&p->tpm.srk)))
		return;
	o->tpm_refusal = es_tpm_srk_pin(o->tpm, es_buf_span(&p->tpm.srk));
	if (o->tpm_refusal == ES_OK)
		o->tpm_refusal = es_tpm_srk_check(o->tpm);
	o->counter.state = o->tpm_refusal;
	o->record.has_counter = false;
	if (o->tpm_refusal == ES_OK)
		read_counter(o);
}

/* Records what extends PCRs while the kernel runs, if it is known. IMA's first measurement is of the boot itself. */
static void note_ima(struct es_opening *o)
{
	static const char kernel_count[] = "/sys/kernel/security/ima/runtime_measurements_count";
	const char *path = o->request.ima_count != NULL ? o->request.ima_count : kernel_count;
	char text[24];
	unsigned long measured;

	if (es_sysfs_line(path, text, sizeof text) != ES_OK)
		return;
	measured = strtoul(text, NULL, 10);
	if (measured > 1)
		ES_NOTE_WHY(o, "IMA is active: it has measured %lu files in this boot, into PCR 10", measured - 1);
}

enum es_reason es_opening_unseal(struct es_opening *o, const struct es_protector *p,
				 const struct es_authorization *authorization)
{
	const struct es_tpm_unseal_request request = {
		.public_part = es_buf_span(&p->tpm.public_part),
		.private_part = es_buf_span(&p->tpm.private_part),
		.pcrs = p->tpm.pcrs,
		.authorization = authorization,
	};
	enum es_reason r = es_tpm_unseal(o->tpm, &request, &o->sealed);

	if (r == ES_OK) {
		o->opened = p;
		return ES_OK;
	}
	o->why.note[0] = '\0';
	ES_NOTE_WHY(o, "%s", es_tpm_last_refusal(o->tpm));
	if (r == ES_TPM_PCRS_CHANGING)
		note_ima(o);
	return tpm_without_pin(o, r);
}

/* Whether the counter may have to be incremented after the fence, in the same session. Only a hint: it increments
 * nothing. */
static bool counts_later(const struct es_opening *o)
{
	const struct es_info *info = o->chosen >= 0 ? o->banks[o->chosen].info : NULL;

	return o->image_generation > o->image_counter ||
	       (info != NULL && info->mode == ES_MODE_TPM && o->counter.state == ES_OK &&
		info->generation == o->counter.value + 1);
}

enum es_reason es_opening_raise_fence(struct es_opening *o)
{
	enum es_reason r;

	if (es_opening_nothing_to_fence(o) || !ES_WITH_FENCE)
		return ES_OK;
	if (o->tpm == NULL)
		return ES_FENCE_FAILED;
	r = es_tpm_fence(o->tpm, !counts_later(o), &o->record.fence_vouched);
	o->record.fenced = r == ES_OK;
	return r == ES_OK || !ES_WITH_FENCE_CHECK ? ES_OK : ES_FENCE_FAILED;
}
