/* SPDX-License-Identifier: Apache-2.0 */
/* The order of an opening, up to the key: ask the TPM, raise the fence, and only then look into what the disk holds. */
#include "keys/opening/opening.h"

#include "keys/core/labels.h"
#include "keys/core/defences.h"
#include "keys/opening/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum es_reason es_opening_new(const struct es_opening_request *request, struct es_opening **ret)
{
	ES_SCOPED(es_opening_freep) struct es_opening *o = calloc(1, sizeof *o);
	enum es_reason r;

	if (o == NULL)
		return ES_MEMORY;
	o->request = *request;
	if (request->pins != NULL)
		o->pins = *request->pins;
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
	o->tpm_state = es_tpm_open(request->tcti, ES_TPM_TIMEOUT_MS, &o->tpm);
	o->record.tpm = !es_opening_nothing_to_fence(o);
	*ret = es_take(o);
	return ES_OK;
}

static void opening_free(struct es_opening *o)
{
	if (o == NULL)
		return;
	es_opening_drop_key(o);
	es_secret_free(o->sealed);
	es_tpm_close(o->tpm);
	es_buf_free(&o->adopted);
	for (unsigned i = 0; i < ES_BANK_COUNT; i++)
		es_bank_free(&o->banks[i]);
	free(o);
}

void es_opening_freep(struct es_opening **o)
{
	opening_free(*o);
	*o = NULL;
}

/* The stub omits a file that is over its cap or unreadable. */
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

/* `init` makes the counter, writes its first bank, and only then increments the counter. A single bank with a counter
 * that has no value is left from an init that was interrupted there: nobody has seen a recovery key for it, and no
 * older bank could have been put in its place. */
static bool first_sealing_was_cut(const struct es_opening *o)
{
	return o->counter.state == ES_COUNTER_UNCOUNTED && o->chosen >= 0 &&
	       o->banks[o->chosen].info->mode == ES_MODE_TPM && o->banks[1 - o->chosen].state == ES_BANK_ABSENT &&
	       !refused_by_stub(o, (unsigned)(1 - o->chosen));
}

/* There is no bank, although there must have been one: the TPM has counted some, or the image was made for one. */
static bool config_is_gone(const struct es_opening *o)
{
	return ES_WITH_GONE_CHECK && !o->pins.first_boot &&
	       (o->counter.state == ES_OK || (ES_WITH_PINS && es_pins_expect_config(&o->pins)));
}

/* What exists besides whole banks. An interrupted first commit leaves one bank without encryption.info; two of those
 * are the remains of a configuration. */
static bool holds_remains(const struct es_opening *o)
{
	unsigned remains = 0;

	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		if (es_bank_has_content(&o->banks[i]) || refused_by_stub(o, i))
			return true;
		remains += o->banks[i].state == ES_BANK_DAMAGED;
	}
	return remains == ES_BANK_COUNT;
}

static enum es_reason pick_bank(struct es_opening *o)
{
	o->chosen = es_choice_bank(o->banks, o->counter, &o->pins);
	if (first_sealing_was_cut(o)) {
		o->chosen = -1;
		return config_is_gone(o) ? ES_CONFIG_GONE : ES_NOT_CONFIGURED;
	}
	if (o->chosen >= 0)
		return ES_OK;
	if (holds_remains(o))
		return ES_BANKS_DAMAGED;
	return config_is_gone(o) ? ES_CONFIG_GONE : ES_NOT_CONFIGURED;
}

/* What prevents an automatic opening before anyone is asked for a key. */
static enum es_reason automatic_refusal(struct es_opening *o, enum es_mode mode)
{
	enum es_reason r;

	if (ES_WITH_MEASURED_CHECK && o->record.stub && o->record.handover.measured == ES_MEASURED_FAILED)
		return ES_MEASURE_FAILED;
	if (o->request.no_automatic != ES_OK)
		return o->request.no_automatic;
	if (mode == ES_MODE_TPM && o->tpm_refusal != ES_OK)
		return o->tpm_refusal;
	r = es_choice_mode(mode, o->counter);
	/* The last thing that the TPM was asked for is the counter: it isn't there, or something else is in its
	 * place. */
	if (r != ES_OK && r == o->counter.state && o->tpm != NULL)
		ES_NOTE_WHY(o, "%s", es_tpm_last_refusal(o->tpm));
	return r;
}

/* Up to the fence: only what the TPM must be asked for. */
static enum es_reason before_fence(struct es_opening *o, bool recovery)
{
	enum es_reason r = pick_bank(o);
	const struct es_bank *bank = &o->banks[o->chosen < 0 ? 0 : o->chosen];

	if (r != ES_OK || recovery)
		return r;
	r = automatic_refusal(o, bank->info->mode);
	if (r == ES_OK && bank->info->mode == ES_MODE_TPM)
		r = es_opening_take_sealed(o, bank);
	if (!ES_WITH_FENCE_FIRST)
		es_opening_look_early(o);
	return r;
}

static void say_gone(struct es_opening *o)
{
	if (o->counter.state == ES_OK)
		ES_NOTE_DETAIL(o, "the TPM's counter is at %llu", (unsigned long long)o->counter.value);
	else
		ES_NOTE_DETAIL(o, "the boot image was made for a host that is configured");
}

static void say_damage(struct es_opening *o)
{
	for (unsigned i = 0; i < ES_BANK_COUNT; i++)
		if (o->banks[i].state == ES_BANK_DAMAGED)
			ES_NOTE_DETAIL(o, "bank%u: %.100s", i, o->banks[i].detail);
}

static enum es_reason after_fence(struct es_opening *o, enum es_reason r, const char *recovery_text)
{
	if (r == ES_OK)
		return es_opening_find_key(o, recovery_text);
	if (r == ES_CONFIG_GONE) {
		say_gone(o);
		o->question = ES_ASK_NEW_HOST;
	} else if (r == ES_BANKS_DAMAGED) {
		say_damage(o);
	} else if (r != ES_NOT_CONFIGURED) {
		es_opening_explain_refusal(o);
		if (r == o->request.no_automatic && o->request.no_automatic_detail != NULL)
			ES_NOTE_DETAIL(o, "%s", o->request.no_automatic_detail);
	}
	return r;
}

static void note_result(struct es_opening *o, enum es_reason r)
{
	if (r == ES_NOT_CONFIGURED) {
		o->record.state = ES_BOOT_UNCONFIGURED;
		o->record.path_count = 1;
		strcpy(o->record.paths[0], ES_COVERED_DEFAULT);
	} else if (r != ES_OK) {
		snprintf(o->record.refusal, sizeof o->record.refusal, "%s", es_reason_words(r)->id);
	}
}

enum es_reason es_opening_key(struct es_opening *o, const char *recovery_text)
{
	enum es_reason r, fence;

	if (o->asked)
		return ES_ARGUMENT;
	o->asked = true;
	es_opening_ask_tpm(o);
	r = before_fence(o, recovery_text != NULL);
	fence = es_opening_raise_fence(o);
	o->fence_up = fence == ES_OK;
	if (fence != ES_OK) {
		es_secret_freep(&o->sealed);
		ES_NOTE_DETAIL(o, "%s",
			       o->tpm != NULL ? es_tpm_last_refusal(o->tpm)
					      : "the boot stub measured into a TPM that the kernel doesn't show");
		r = fence;
	} else {
		r = after_fence(o, r, recovery_text);
	}
	if (o->tpm != NULL)
		o->record.tpm_commands = o->commands_before + es_tpm_commands(o->tpm);
	note_result(o, r);
	return r;
}

enum es_opening_question es_opening_asks(const struct es_opening *o)
{
	return o->question;
}

enum es_reason es_opening_consent(struct es_opening *o)
{
	enum es_opening_question question = o->question;

	o->question = ES_ASK_NOTHING;
	switch (question) {
	case ES_ASK_OLD:
		o->record.consent = ES_CONSENT_OLD;
		return ES_OK;
	case ES_ASK_NEW_HOST:
		o->record.consent = ES_CONSENT_NEW_HOST;
		note_result(o, ES_NOT_CONFIGURED);
		return ES_NOT_CONFIGURED;
	default:
		return ES_ARGUMENT;
	}
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
