/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/opening.h"

#include "keys/choice.h"
#include "keys/config_key.h"
#include "keys/core/labels.h"
#include "keys/core/without.h"
#include "keys/crypto/envelope.h"
#include "keys/opening_state.h"
#include "keys/refusal.h"
#include "keys/store/archive.h"
#include "keys/tpm/counter.h"
#include "keys/tpm/object.h"
#include "keys/tpm/pcr.h"
#include "keys/tpm/srk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const es_pcr_mask pcrs_of_interest = ES_PCR_BIT(ES_PCR_DRIVERS) | ES_PCR_BIT(ES_PCR_BOOT_LOADER) |
					    ES_PCR_BIT(ES_PCR_SECURE_BOOT) | ES_PCR_BIT(ES_PCR_IMAGE) |
					    ES_PCR_BIT(ES_PCR_OPTIONS);

/* Without a TPM that speaks 2.0 there is nothing that a fence could shut. Where the stub measured into one there is, also
 * if the kernel doesn't show it: whoever brings it up later would find the key in reach. */
static bool nothing_to_fence(const struct es_opening *o)
{
	if (o->record.stub && o->record.handover.measured != ES_MEASURED_NOTHING)
		return false;
	return o->tpm_state == ES_TPM_ABSENT || o->tpm_state == ES_TPM_VERSION;
}

enum es_reason es_opening_new(const struct es_opening_request *request, struct es_opening **ret)
{
	ES_SCOPED(es_opening_freep) struct es_opening *o = calloc(1, sizeof *o);
	enum es_reason r;

	if (o == NULL)
		return ES_MEMORY;
	o->request = *request;
	o->chosen = -1;
	o->image_known_by = -1;
	o->record.bank = -1;
	o->record.state = ES_BOOT_LOCKED;
	o->record.stub = request->handover != NULL;
	if (request->handover != NULL)
		o->record.handover = *request->handover;
	for (unsigned i = 0; request->banks_dirfd >= 0 && i < ES_BANK_COUNT; i++) {
		r = es_bank_read(request->banks_dirfd, i, &o->banks[i]);
		if (r != ES_OK)
			return r;
	}
	o->tpm_state = es_tpm_open(request->tcti, ES_TPM_BOUND_MS, &o->tpm);
	o->record.tpm = !nothing_to_fence(o);
	*ret = es_take(o);
	return ES_OK;
}

void es_opening_free(struct es_opening *o)
{
	if (o == NULL)
		return;
	es_secret_free(o->key);
	es_tpm_close(o->tpm);
	for (unsigned i = 0; i < ES_BANK_COUNT; i++)
		es_bank_free(&o->banks[i]);
	free(o);
}

void es_opening_freep(struct es_opening **o)
{
	es_opening_free(*o);
	*o = NULL;
}

static void note(struct es_opening *o, const char *text)
{
	snprintf(o->record.refusal_detail, sizeof o->record.refusal_detail, "%s", text);
}

/* A session salted to a key that this TPM doesn't have fails in many ways: ask which it is. From then on this TPM is
 * spoken to without a pin, for its PCRs and the fence only: nothing secret is sent to it any more. */
static enum es_reason tpm_without_pin(struct es_opening *o, enum es_reason refusal)
{
	enum es_reason check = es_tpm_srk_check(o->tpm);

	if (check != ES_TPM_CLEARED && check != ES_TPM_OTHER)
		return refusal;
	o->commands_before += es_tpm_commands(o->tpm);
	es_tpm_closep(&o->tpm);
	o->tpm_state = es_tpm_open(o->request.tcti, ES_TPM_BOUND_MS, &o->tpm);
	return check;
}

/* The first bank that names an SRK pins it. It isn't trusted by that: whoever plants another one shuts the host. */
static enum es_reason pin_srk(struct es_opening *o)
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

/* Everything that the TPM is asked before a key: its PCRs, once, and the counter. */
static void ask_tpm(struct es_opening *o)
{
	int newest = es_bank_newest(o->banks);
	uint32_t index = ES_COUNTER_INDEX;
	enum es_reason r;

	o->counter.state = o->tpm_state;
	if (o->tpm_state != ES_OK)
		return;
	o->tpm_refusal = pin_srk(o);
	r = es_tpm_pcr_read(o->tpm, pcrs_of_interest, &o->record.before_fence);
	if (r != ES_OK) {
		o->tpm_refusal = tpm_without_pin(o, r);
		if (o->tpm_state != ES_OK ||
		    es_tpm_pcr_read(o->tpm, pcrs_of_interest, &o->record.before_fence) != ES_OK)
			o->record.before_fence.present = 0;
	}
	if (o->tpm_state != ES_OK)
		return;
	if (newest >= 0 && o->banks[newest].info->nv_index != 0)
		index = o->banks[newest].info->nv_index;
	/* Asked also in kdf mode, and also of a TPM that can't seal: it may hold the proof of a downgrade. */
	o->counter.state = es_tpm_counter_read(o->tpm, index, &o->counter.value);
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
	ES_SECRET secret = NULL;
	enum es_reason r = es_tpm_unseal(o->tpm, &request, &secret);

	if (r != ES_OK) {
		note(o, es_tpm_last_refusal(o->tpm));
		return tpm_without_pin(o, r);
	}
	r = es_protector_unwrap(p, secret, &o->key);
	return r == ES_BAD_TAG ? ES_TAMPERED_INFO : r;
}

static enum es_reason key_from_tpm(struct es_opening *o, const struct es_bank *bank)
{
	const struct es_protector *p = NULL;
	struct es_refusal_evidence evidence;
	enum es_reason r;

	if (o->tpm_state != ES_OK)
		return o->tpm_state;
	if (o->record.before_fence.present == 0)
		return o->tpm_refusal;
	r = es_choice_protector(bank->info, &o->record.before_fence, o->record.stub, &p);
	if (r == ES_LOCKED_PCR) {
		evidence = (struct es_refusal_evidence){
			.sealed = &p->tpm.expected,
			.now = &o->record.before_fence,
			.pcrs = p->tpm.pcrs,
			.log_then = es_buf_span(&bank->log),
			.log_now = o->request.event_log,
		};
		es_refusal_words(&evidence, o->record.refusal_detail, sizeof o->record.refusal_detail);
	}
	if (r == ES_LOCKED_PCR || r == ES_LOCKED_NO_PROTECTOR)
		return es_opening_key_by_vendor(o, bank, r);
	return r == ES_OK ? es_opening_unseal(o, p, NULL) : r;
}

static enum es_reason key_from_kdf(struct es_opening *o, const struct es_bank *bank)
{
	const struct es_protector *p = es_info_find(bank->info, ES_PROTECTOR_KDF);

	if (p == NULL)
		return ES_LOCKED_NO_PROTECTOR;
	return es_protector_open_kdf(p, o->request.product_uuid, &o->key);
}

static enum es_reason key_by_mode(struct es_opening *o)
{
	const struct es_bank *bank = &o->banks[o->chosen];
	bool behind;
	enum es_reason r;

	if (ES_WITH_MEASURED_CHECK && o->record.stub && o->record.handover.measured == ES_MEASURED_FAILED)
		return ES_MEASURE_FAILED;
	if (bank->info->mode == ES_MODE_TPM && o->tpm_refusal != ES_OK)
		return o->tpm_refusal;
	r = es_choice_fresh(bank->info, o->counter, &behind);
	if (r == ES_ROLLED_BACK || (r == ES_COUNTER_MISSING && o->counter.state == ES_OK))
		snprintf(o->record.refusal_detail, sizeof o->record.refusal_detail,
			 "the archive is generation %llu, the TPM's counter stands at %llu",
			 (unsigned long long)bank->info->generation, (unsigned long long)o->counter.value);
	if (r != ES_OK)
		return r;
	o->record.opened_by = bank->info->mode == ES_MODE_TPM ? ES_OPENED_BY_TPM : ES_OPENED_BY_KDF;
	return bank->info->mode == ES_MODE_TPM ? key_from_tpm(o, bank) : key_from_kdf(o, bank);
}

/* The stub leaves out what is over its cap, or can't be read. */
static bool refused_by_stub(const struct es_opening *o, unsigned number)
{
	return o->record.stub && o->record.handover.bank_refused[number];
}

bool es_opening_bank_damage(const struct es_opening *o, unsigned number, struct es_bank_damage *ret)
{
	const struct es_bank *bank = &o->banks[number];
	struct es_bank_damage damage = { .bank = number, .used = 1 - number };
	const char *detail = bank->detail;

	if (bank->state == ES_BANK_WHOLE || o->chosen != (int)damage.used)
		return false;
	if (refused_by_stub(o, number))
		detail = "a file is too large, or can't be read";
	else if (bank->state == ES_BANK_ABSENT)
		detail = "its folder is missing, or empty";
	snprintf(damage.detail, sizeof damage.detail, "%s", detail);
	*ret = damage;
	return true;
}

static enum es_reason choose_bank(struct es_opening *o)
{
	char *text = o->record.refusal_detail;
	const size_t cap = sizeof o->record.refusal_detail;
	bool any = false;

	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		size_t used = strlen(text);

		if (es_bank_holds(&o->banks[i]) || refused_by_stub(o, i))
			any = true;
		if (o->banks[i].state == ES_BANK_DAMAGED)
			snprintf(text + used, cap - used, "%sbank%u: %.100s", used > 0 ? "; " : "", i,
				 o->banks[i].detail);
	}
	o->chosen = es_choice_bank(o->banks, o->counter);
	if (o->chosen >= 0)
		return ES_OK;
	return any ? ES_BANKS_DAMAGED : ES_NOT_CONFIGURED;
}

/* Step 6, without the fence. */
static enum es_reason find_key(struct es_opening *o, const char *recovery_text)
{
	enum es_reason r = choose_bank(o);

	if (r != ES_OK)
		return r;
	o->record.refusal_detail[0] = '\0';
	if (recovery_text != NULL)
		return es_opening_key_from_recovery(o, recovery_text, strlen(recovery_text));
	r = key_by_mode(o);
	if (r != ES_OK)
		o->record.opened_by = ES_OPENED_BY_NOBODY;
	return r;
}

/* Behind the fence a counter may have to move, in the same session. */
static bool counts_later(const struct es_opening *o)
{
	bool behind = false;

	if (o->chosen >= 0 && es_choice_fresh(o->banks[o->chosen].info, o->counter, &behind) != ES_OK)
		behind = false;
	return behind || o->image_generation > o->image_counter;
}

static enum es_reason raise_fence(struct es_opening *o)
{
	enum es_reason r;
	bool vouched;

	if (nothing_to_fence(o) || !ES_WITH_FENCE)
		return ES_OK;
	if (o->tpm == NULL)
		return ES_FENCE_FAILED;
	r = es_tpm_fence(o->tpm, !counts_later(o), &vouched);
	if (r == ES_OK)
		o->record.fenced = true;
	return r == ES_OK || !ES_WITH_FENCE_CHECK ? ES_OK : ES_FENCE_FAILED;
}

enum es_reason es_opening_key(struct es_opening *o, const char *recovery_text)
{
	enum es_reason r, fence;

	if (o->asked)
		return ES_ARGUMENT;
	o->asked = true;
	ask_tpm(o);
	r = find_key(o, recovery_text);
	fence = raise_fence(o);
	o->behind_fence = fence == ES_OK;
	if (fence != ES_OK) {
		es_secret_freep(&o->key);
		note(o, o->tpm != NULL ? es_tpm_last_refusal(o->tpm)
				       : "the boot stub measured into a TPM that the kernel doesn't show");
		r = fence;
	}
	if (o->tpm != NULL)
		o->record.tpm_commands = o->commands_before + es_tpm_commands(o->tpm);
	if (r == ES_NOT_CONFIGURED) {
		o->record.state = ES_BOOT_UNCONFIGURED;
		o->record.path_count = 1;
		strcpy(o->record.paths[0], ES_COVERED_DEFAULT);
	} else if (r != ES_OK)
		snprintf(o->record.refusal, sizeof o->record.refusal, "%s", es_reason_words(r)->id);
	return r;
}

struct es_secret *es_opening_take_key(struct es_opening *o)
{
	return o->record.state == ES_BOOT_UNLOCKED ? es_take(o->key) : NULL;
}

const struct es_boot_record *es_opening_record(const struct es_opening *o)
{
	return &o->record;
}

const struct es_code_fault *es_opening_code_fault(const struct es_opening *o)
{
	return &o->fault;
}
