/* SPDX-License-Identifier: Apache-2.0 */
/* The key by way of a vendor's signature: for an image that this host has never seen before. */
#include "keys/opening_state.h"
#include "keys/refusal.h"
#include "keys/tpm/counter.h"
#include "keys/vendor.h"

#include "keys/crypto/hash.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Behind what is there already. */
__attribute__((format(printf, 2, 3))) static void note(struct es_opening *o, const char *format, ...)
{
	size_t used = strlen(o->record.refusal_detail), cap = sizeof o->record.refusal_detail - used;
	int n = used > 0 ? snprintf(o->record.refusal_detail + used, cap, "; ") : 0;
	va_list args;

	if (n < 0 || (size_t)n >= cap)
		return;
	va_start(args, format);
	vsnprintf(o->record.refusal_detail + used + n, cap - (size_t)n, format, args);
	va_end(args);
}

static void note_pcrs(struct es_opening *o, const struct es_bank *bank, const struct es_protector *p)
{
	const struct es_refusal_evidence evidence = {
		.sealed = &p->tpm.expected,
		.now = &o->record.before_fence,
		.pcrs = p->tpm.pcrs,
		.log_then = es_buf_span(&bank->log),
		.log_now = o->request.event_log,
	};

	if (o->record.refusal_detail[0] == '\0')
		es_refusal_words(&evidence, o->record.refusal_detail, sizeof o->record.refusal_detail);
}

/* The signature of p's vendor that fits this boot; says why if there is none. */
static enum es_reason match(struct es_opening *o, const struct es_protector *p,
			    const struct es_pcr_signatures *signatures, struct es_vendor_match *ret)
{
	enum es_reason r =
	    es_vendor_match(es_buf_span(&p->tpm.vendor.public_key), signatures, &o->record.before_fence, ret);

	if (r == ES_OK)
		return ES_OK;
	if (r != ES_MISSING)
		return r == ES_MEMORY || r == ES_CRYPTO ? r : ES_TAMPERED_INFO;
	if (o->record.refusal_detail[0] == '\0')
		note(o, "PCR %u (%s)", ES_PCR_IMAGE, es_pcr_meaning(ES_PCR_IMAGE));
	note(o, signatures->count > 0 ? "no policy that came with the image is signed by its vendor for this boot"
				      : "the image brought no policy that is signed by its vendor");
	return ES_LOCKED_PCR;
}

/* Also asked of a TPM that will refuse by itself: it can't say how far apart the two are. */
static enum es_reason check_generation(struct es_opening *o, uint64_t generation)
{
	struct es_counter counter = { ES_OK, 0 };
	enum es_reason r;

	counter.state = es_tpm_counter_read(o->tpm, ES_GENERATION_INDEX, &counter.value);
	r = es_vendor_fresh(generation, counter);
	o->record.refusal_detail[0] = '\0';
	if (r == ES_COUNTER_MISSING)
		note(o, "the counter of the generations of boot images (NV index 0x%08x)", ES_GENERATION_INDEX);
	else if (r != ES_OK)
		note(o, "the image is generation %llu, the TPM's counter stands at %llu",
		     (unsigned long long)generation, (unsigned long long)counter.value);
	o->image_generation = r == ES_OK ? generation : 0;
	o->image_counter = counter.value;
	return r;
}

/* The counter stood there already when encryption.info was written, and never goes back; for an older image it is asked.
 * Nobody vouches for that yet: but the TPM refuses by itself, and whoever says too much is found out by the MAC, before
 * anything is counted or opened. */
static bool is_known(const struct es_protector *p, uint64_t generation)
{
	return p->tpm.vendor.checked.ticket.len > 0 && generation == p->tpm.vendor.checked.generation;
}

/* Without a command where that is known; a refusal is then looked into. */
static enum es_reason unseal_signed(struct es_opening *o, const struct es_protector *p,
				    const struct es_authorization *a)
{
	bool known = a->generation != 0 && is_known(p, a->generation);
	enum es_reason r = a->generation != 0 && !known ? check_generation(o, a->generation) : ES_OK, why;

	if (known) {
		o->image_generation = o->image_counter = a->generation;
		o->image_known_by = o->chosen;
	}
	if (r == ES_OK)
		r = es_opening_unseal(o, p, a);
	if (!known || (r != ES_IMAGE_OLD && r != ES_COUNTER_MISSING))
		return r;
	why = check_generation(o, a->generation);
	return why != ES_OK ? why : r;
}

static enum es_reason open_signed(struct es_opening *o, const struct es_protector *p, const struct es_vendor_match *m)
{
	const struct es_authorization authorization = {
		.key = { { m->key.modulus, m->key.len } },
		.pcrs = p->tpm.vendor.pcrs,
		.generation = m->generation,
		.policy = m->policy,
		.signature = m->signature,
		.ticket = es_digest_equal(&p->tpm.vendor.checked.policy, &m->policy)
			      ? es_buf_span(&p->tpm.vendor.checked.ticket)
			      : (struct es_span){ NULL, 0 },
		.sha256 = es_sha256,
	};
	enum es_reason r = unseal_signed(o, p, &authorization);

	if (r == ES_OK)
		o->record.refusal_detail[0] = '\0'; /* why no literal protector fitted */
	else
		o->image_generation = 0;
	return r;
}

enum es_reason es_opening_key_by_vendor(struct es_opening *o, const struct es_bank *bank, enum es_reason literal)
{
	char detail[ES_SIGNATURE_DETAIL];
	ES_SIGNATURES signatures = { .count = 0 };
	enum es_reason parsed = ES_OK, r = literal;

	if (o->request.pcr_signature.len > 0)
		parsed = es_signatures_parse(o->request.pcr_signature, &signatures, detail);
	for (unsigned i = 0; i < bank->info->protector_count; i++) {
		const struct es_protector *p = bank->info->protectors[i];
		struct es_vendor_match m;

		if (p->type != ES_PROTECTOR_TPM || !p->tpm.is_signed)
			continue;
		r = es_vendor_protector_fits(p, &o->record.before_fence);
		if (r == ES_LOCKED_PCR)
			note_pcrs(o, bank, p);
		if (r == ES_OK && parsed != ES_OK)
			note(o, "the policies that came with the image can't be read: %s", detail);
		if (r == ES_OK)
			r = match(o, p, &signatures, &m);
		if (r == ES_OK)
			return open_signed(o, p, &m);
	}
	return r;
}

/* An image was accepted: from here on the TPM refuses the older ones. */
void es_opening_accept_image(struct es_opening *o)
{
	struct es_counter counter = { ES_OK, o->image_counter };

	if (o->tpm == NULL || o->image_generation == 0)
		return;
	/* That bank's MAC was wrong, and it was passed over: its word counts for nothing. */
	if (o->image_known_by >= 0 && o->image_known_by != o->chosen)
		counter.state = es_tpm_counter_read(o->tpm, ES_GENERATION_INDEX, &counter.value);
	if (es_vendor_fresh(o->image_generation, counter) == ES_OK &&
	    (o->image_generation <= counter.value ||
	     es_tpm_counter_raise(o->tpm, ES_GENERATION_INDEX, o->image_generation - counter.value) == ES_OK))
		o->record.image_generation = o->image_generation;
	else
		note(o, "the counter of image generations stays behind %llu: %s",
		     (unsigned long long)o->image_generation, es_tpm_last_refusal(o->tpm));
}
