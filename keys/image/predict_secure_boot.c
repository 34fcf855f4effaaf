/* SPDX-License-Identifier: Apache-2.0 */
/* PCR 7 of a boot with another image. What is measured before the image stays the same; the question is what vouches
 * for it. */
#include "keys/core/authenticode.h"
#include "keys/crypto/signer.h"
#include "keys/image/booted.h"
#include "keys/image/secure_boot.h"
#include "keys/image/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void es_prediction_note(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used > 0 && used + 3 < ES_PREDICTION_TEXT) {
		strcpy(text + used, "; ");
		used += 2;
	}
	va_start(args, format);
	vsnprintf(text + used, ES_PREDICTION_TEXT - used, format, args);
	va_end(args);
}

static void stays(const struct es_predict_request *q, struct es_prediction *p)
{
	p->values.present |= ES_PCR_BIT(ES_PCR_SECURE_BOOT);
	p->values.value[ES_PCR_SECURE_BOOT] = q->read->value[ES_PCR_SECURE_BOOT];
}

/* Whether both have the same signers in the same order, and at least one. */
static bool same_signers(const struct es_pe *a, const struct es_pe *b)
{
	struct es_span in_a, in_b;
	unsigned n = 0;

	for (;; n++) {
		ES_BUF of_a = { NULL, 0 };
		ES_BUF of_b = { NULL, 0 };
		enum es_reason r_a = es_pe_signature(a, n, &in_a), r_b = es_pe_signature(b, n, &in_b);

		if (r_a == ES_MISSING && r_b == ES_MISSING)
			return n > 0;
		if (r_a != ES_OK || r_b != ES_OK || es_signer_certificate(in_a, &of_a) != ES_OK ||
		    es_signer_certificate(in_b, &of_b) != ES_OK || of_a.len != of_b.len ||
		    memcmp(of_a.data, of_b.data, of_a.len) != 0)
			return false;
	}
}

static bool same_entry(const struct es_authority *a, const struct es_authority *b)
{
	return a->list == b->list && a->entry.len == b->entry.len &&
	       memcmp(a->entry.data, b->entry.data, a->entry.len) == 0;
}

/* Whether that entry vouched for a program in this boot. */
static bool was_measured(struct es_span bytes, const struct es_authority *by)
{
	struct es_authority authority;
	struct es_event_log log;
	struct es_event event;

	if (es_event_log_open(bytes, &log) != ES_OK)
		return false;
	while (es_event_log_next(&log, &event) == ES_OK)
		if (es_authority_read(&event, &authority) && same_entry(&authority, by))
			return true;
	return false;
}

/* Each entry that vouches for a program is measured once in a boot. So if the last measured entry also vouches for the
 * new image, the events stay the same, whether that entry was needed for the old image or for a program before it. The
 * same holds if both images have the same signers, and no hash comes before these. */
static bool events_stay(const struct es_predict_request *q, const struct es_next_verdict *v)
{
	const bool same = q->booted && same_signers(q->installed, q->image);
	struct es_span signature, second;
	struct es_authority last;

	if (!es_authority_last(q->log, &last, NULL))
		return false;
	if (v->verdict == ES_VERDICT_ACCEPTED)
		return same_entry(&last, &v->by) || (same && !last.is_hash && was_measured(q->log, &v->by));
	if (last.is_hash)
		return false;
	return same || (es_pe_signature(q->image, 1, &second) == ES_MISSING &&
			es_pe_signature(q->image, 0, &signature) == ES_OK &&
			es_signer_chains_to(signature, last.data) == ES_OK);
}

static const char *why_not(const struct es_predict_request *q, const struct es_next_verdict *v)
{
	struct es_authority last;
	struct es_span signature;
	enum es_reason r = es_pe_signature(q->image, 0, &signature);

	if ((v->verdict == ES_VERDICT_ACCEPTED && v->by.is_hash) ||
	    (es_authority_last(q->log, &last, NULL) && last.is_hash))
		return "each image that is listed by its hash gives a different PCR 7";
	if (r == ES_MISSING)
		return "the image isn't signed, and won't start with Secure Boot on";
	if (r != ES_OK)
		return "the image's signature can't be read";
	if (es_pe_signature(q->image, 1, &signature) != ES_MISSING)
		return "the image has several signatures, which aren't those of this boot's image";
	return "the image is signed with a key other than the one that vouched for this boot";
}

void es_predict_secure_boot(const struct es_predict_request *q, struct es_prediction *p)
{
	const struct es_secure_boot_request now = { .log = q->log, .modes = q->modes };
	struct es_next_verdict v;
	struct es_shim_part shim;

	switch (es_secure_boot_setting(&now)) {
	case ES_SECURE_BOOT_OFF:
	case ES_SECURE_BOOT_SETUP:
	case ES_SECURE_BOOT_AUDIT:
		stays(q, p);
		return;
	case ES_SECURE_BOOT_SHIM_OFF: /* what it loads is measured, but nothing vouches for it */
		es_shim_part(q->log, &shim);
		if (shim.present) {
			stays(q, p);
			return;
		}
		break;
	default:
		break;
	}
	es_next_judge(q, &v);
	if (v.verdict == ES_VERDICT_REFUSED) {
		es_prediction_note(p->refused, "%s", v.why);
		es_prediction_note(p->unknown, "PCR 7: the image won't start: %s", v.why);
	} else if (events_stay(q, &v)) {
		stays(q, p);
	} else {
		es_prediction_note(p->unknown, "PCR 7: %s", why_not(q, &v));
	}
}
