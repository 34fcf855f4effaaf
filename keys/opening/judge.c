/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After the fence: the key, and whether the bank that it belongs to may open. That is decided only with data from a
 * bank whose MAC is right under this key (struct es_vouched).
 */
#include "keys/choice/refusal.h"
#include "keys/core/hex.h"
#include "keys/core/defences.h"
#include "keys/opening/state.h"
#include "keys/protector/bank_open.h"
#include "keys/protector/config_key.h"
#include "keys/protector/protector.h"

#include <stdio.h>
#include <string.h>

void es_opening_drop_key(struct es_opening *o)
{
	es_secret_freep(&o->key);
	es_vouched_freep(&o->vouched);
}

void es_opening_explain_refusal(struct es_opening *o)
{
	char *text = o->record.refusal_detail;
	const struct es_protector *p = o->why.differs;
	struct es_refusal_evidence evidence;

	text[0] = '\0';
	if (p != NULL && o->chosen >= 0) {
		evidence = (struct es_refusal_evidence){
			.sealed = &p->tpm.expected,
			.now = &o->record.before_fence,
			.pcrs = p->tpm.pcrs,
			.log_then = es_buf_span(&o->banks[o->chosen].log),
			.log_now = o->request.event_log,
		};
		es_refusal_words(&evidence, text, sizeof o->record.refusal_detail);
	}
	if (o->why.note[0] != '\0')
		ES_NOTE_DETAIL(o, "%s", o->why.note);
}

static bool by_recovery(const struct es_opening *o)
{
	return o->record.opened_by == ES_OPENED_BY_RECOVERY;
}

static void say_other_key(struct es_opening *o)
{
	char is[2 * ES_KEY_ID_LEN + 1], wanted[2 * ES_KEY_ID_LEN + 1] = "";

	es_hex_encode(es_vouched_key_id(o->vouched), ES_KEY_ID_LEN, is);
	if (o->pins.key_count > 0)
		es_hex_encode(o->pins.key_id[0], ES_KEY_ID_LEN, wanted);
	o->record.refusal_detail[0] = '\0';
	ES_NOTE_DETAIL(o, "its key is %s, the image accepts %s%s", is, wanted,
		       o->pins.key_count > 1 ? " and others" : "");
}

static enum es_reason judge_owner(struct es_opening *o)
{
	enum es_reason r = es_choice_owner(o->vouched, &o->pins);

	if (r == ES_OTHER_KEY) {
		say_other_key(o);
	} else if (r == ES_OTHER_HOST) {
		o->record.refusal_detail[0] = '\0';
		ES_NOTE_DETAIL(o, "it belongs to host %s, the image is for %s", es_vouched_info(o->vouched)->host,
			       o->pins.host);
	}
	return r;
}

static enum es_freshness freshness_of(enum es_reason r)
{
	switch (r) {
	case ES_OK:
		return ES_FRESHNESS_NEWEST;
	case ES_ROLLED_BACK:
		return ES_FRESHNESS_OLD;
	case ES_COUNTER_MISSING:
	case ES_COUNTER_UNCOUNTED:
	case ES_TPM_HIERARCHY: /* there may be one */
		return ES_FRESHNESS_NO_COUNTER;
	case ES_DOWNGRADE:
		return ES_FRESHNESS_DOWNGRADE;
	default:
		return ES_FRESHNESS_UNKNOWN;
	}
}

static void say_age(struct es_opening *o, enum es_reason r)
{
	const struct es_info *info = es_vouched_info(o->vouched);

	if (o->counter.state != ES_OK || (r != ES_ROLLED_BACK && r != ES_COUNTER_MISSING))
		return;
	o->record.refusal_detail[0] = '\0';
	ES_NOTE_DETAIL(o, "the archive is generation %llu, the TPM's counter is at %llu",
		       (unsigned long long)info->generation, (unsigned long long)o->counter.value);
}

/* Judged in every case. The recovery key opens an old configuration, too, but only with the owner's consent. If no TPM
 * of this host can tell the age, the owner isn't asked, only informed. */
static enum es_reason judge_age(struct es_opening *o)
{
	bool behind, kdf = es_vouched_info(o->vouched)->mode == ES_MODE_KDF;
	enum es_reason r;

	if (by_recovery(o) && !ES_WITH_OLD_CONSENT)
		return ES_OK;
	es_opening_confirm_counter(o);
	r = es_choice_fresh(o->vouched, o->counter, &behind);
	o->record.generation = es_vouched_info(o->vouched)->generation;
	/* Nothing counts the generations of a kdf host. */
	o->record.freshness = r == ES_OK && kdf ? ES_FRESHNESS_UNKNOWN : freshness_of(r);
	say_age(o, r);
	if (!by_recovery(o))
		return r;
	if (o->record.freshness == ES_FRESHNESS_NEWEST || o->record.freshness == ES_FRESHNESS_UNKNOWN)
		return ES_OK;
	o->question = ES_ASK_OLD;
	return r;
}

/* The TPM that the image names must have confirmed the fence; otherwise nothing opens automatically. */
static enum es_reason judge_fence(const struct es_opening *o)
{
	if (by_recovery(o) || !o->pins.has_srk || o->record.fence_vouched || !ES_WITH_SRK_OPTION)
		return ES_OK;
	if (o->tpm_state != ES_OK)
		return o->tpm_state;
	return o->tpm_refusal != ES_OK ? o->tpm_refusal : ES_FENCE_UNVOUCHED;
}

static enum es_reason judge_vouched(struct es_opening *o)
{
	enum es_reason r = judge_fence(o);

	if (r == ES_OK)
		r = judge_owner(o);
	if (r == ES_OK)
		r = judge_age(o);
	return r;
}

enum es_reason es_opening_use_other_bank(struct es_opening *o, enum es_reason reason)
{
	int other = 1 - o->chosen;
	ES_VOUCHED v = NULL;
	enum es_reason r = ES_TAMPERED_INFO;

	if (o->banks[other].state == ES_BANK_WHOLE)
		r = es_bank_vouch(&o->banks[other], o->key, &v);
	if (r != ES_OK)
		return r == ES_TAMPERED_INFO ? reason : r;
	snprintf(o->record.refusal, sizeof o->record.refusal, "%s", es_reason_words(reason)->id);
	o->record.refusal_detail[0] = '\0';
	ES_NOTE_DETAIL(o, "bank%d was skipped in favour of bank%d", o->chosen, other);
	o->chosen = other;
	es_vouched_freep(&o->vouched);
	o->vouched = es_take(v);
	return judge_vouched(o);
}

static enum es_reason judge(struct es_opening *o)
{
	enum es_reason r = es_bank_vouch(&o->banks[o->chosen], o->key, &o->vouched);

	r = r == ES_TAMPERED_INFO ? es_opening_use_other_bank(o, r) : r == ES_OK ? judge_vouched(o) : r;
	if (r != ES_OK && o->question == ES_ASK_NOTHING) {
		es_opening_drop_key(o);
		o->record.opened_by = ES_OPENED_BY_NONE;
	}
	return r;
}

static enum es_reason key_from_recovery(struct es_opening *o, const char *text, size_t len)
{
	ES_SECRET recovery = NULL;
	enum es_reason r = es_recovery_text_read(text, len, &recovery, &o->fault);
	int other = 1 - o->chosen;

	if (r != ES_OK)
		return r;
	r = es_bank_recover(o->banks[o->chosen].info, recovery, &o->key);
	/* The key may belong to the other bank: the newer one was planted, or its protector is damaged. */
	if (r != ES_OK && o->banks[other].state == ES_BANK_WHOLE &&
	    es_bank_recover(o->banks[other].info, recovery, &o->key) == ES_OK) {
		o->chosen = other;
		r = ES_OK;
	}
	if (r == ES_OK)
		o->record.opened_by = ES_OPENED_BY_RECOVERY;
	return r;
}

static enum es_reason key_from_kdf(struct es_opening *o)
{
	const struct es_protector *p = es_info_find(o->banks[o->chosen].info, ES_PROTECTOR_KDF);
	enum es_reason r = ES_LOCKED_NO_PROTECTOR;

	if (p != NULL)
		r = es_protector_open_kdf(p, o->request.product_uuid, &o->key);
	if (r == ES_OK)
		o->record.opened_by = ES_OPENED_BY_KDF;
	return r;
}

static enum es_reason key_from_tpm(struct es_opening *o)
{
	enum es_reason r = es_protector_unwrap(o->opened, o->sealed, &o->key);

	es_secret_freep(&o->sealed);
	if (r == ES_OK)
		o->record.opened_by = ES_OPENED_BY_TPM;
	return r == ES_BAD_TAG ? ES_TAMPERED_INFO : r;
}

void es_opening_look_early(struct es_opening *o)
{
	es_opening_explain_refusal(o);
	if (o->banks[o->chosen].info->mode == ES_MODE_KDF && key_from_kdf(o) == ES_OK)
		es_opening_drop_key(o);
}

enum es_reason es_opening_find_key(struct es_opening *o, const char *recovery_text)
{
	enum es_reason r;

	if (recovery_text != NULL)
		r = key_from_recovery(o, recovery_text, strlen(recovery_text));
	else if (o->sealed != NULL)
		r = key_from_tpm(o);
	else
		r = key_from_kdf(o);
	return r == ES_OK ? judge(o) : r;
}

enum es_reason es_opening_recovery(struct es_opening *o, const char *recovery_text, size_t len)
{
	enum es_reason r;

	if (!o->fence_up)
		return ES_FENCE_FAILED;
	if (o->chosen < 0)
		return ES_BANKS_DAMAGED;
	if (o->record.state == ES_BOOT_UNLOCKED || (o->key != NULL && o->question == ES_ASK_NOTHING))
		return ES_ARGUMENT;
	o->question = ES_ASK_NOTHING; /* they didn't consent, and try another key */
	es_opening_drop_key(o);
	r = key_from_recovery(o, recovery_text, len);
	if (r != ES_OK)
		return r;
	o->record.recovery_at_console = true;
	return judge(o);
}

const char *es_opening_recovery_id(const struct es_opening *o)
{
	const struct es_protector *p = NULL;

	if (o->chosen >= 0)
		p = es_info_find(o->banks[o->chosen].info, ES_PROTECTOR_RECOVERY);
	return p != NULL ? p->id : "";
}
