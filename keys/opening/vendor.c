/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gets the secret with a vendor's signature, for an image that this host has never seen before. All of it runs before
 * the fence, so nothing from the disk is parsed: key and signatures are the image's own, and a bank's key is only
 * compared.
 */
#include "keys/choice/vendor.h"
#include "keys/core/defences.h"
#include "keys/crypto/hash.h"
#include "keys/opening/state.h"
#include "keys/tpm/authorize.h"
#include "keys/tpm/counter.h"

/* Finds the signature of the image's vendor that fits this boot; records why if there is none. */
static enum es_reason match(struct es_opening *o, const struct es_pcr_signatures *signatures,
			    struct es_vendor_match *ret)
{
	enum es_reason r = es_vendor_match(o->request.pcr_public_key, signatures, &o->record.before_fence, ret);

	if (r == ES_OK || r == ES_MEMORY || r == ES_CRYPTO)
		return r;
	if (o->why.differs == NULL)
		ES_NOTE_WHY(o, "PCR %u (%s)", ES_PCR_IMAGE, es_pcr_meaning(ES_PCR_IMAGE));
	if (r != ES_MISSING)
		ES_NOTE_WHY(o, "the vendor's key in the image isn't an RSA key of 2048, 3072 or 4096 bits");
	else if (signatures->count > 0)
		ES_NOTE_WHY(o, "none of the image's policies is signed by its vendor for this boot");
	else
		ES_NOTE_WHY(o, "the image has no policy signed by its vendor");
	return ES_LOCKED_PCR;
}

/* Also asks a TPM that will refuse: its refusal doesn't say how far apart the two numbers are. */
static enum es_reason check_generation(struct es_opening *o, uint64_t generation)
{
	struct es_counter counter = { ES_OK, 0 };
	enum es_reason r;

	counter.state = es_tpm_counter_read(o->tpm, ES_GENERATION_INDEX, &counter.value);
	r = es_vendor_fresh(generation, counter);
	o->why.note[0] = '\0';
	if (r != ES_OK)
		o->why.differs = NULL;
	if (r == ES_COUNTER_MISSING)
		ES_NOTE_WHY(o, "the generation counter of boot images (NV index 0x%08x)", ES_GENERATION_INDEX);
	else if (r != ES_OK)
		ES_NOTE_WHY(o, "the image is generation %llu, the TPM's counter is at %llu",
			    (unsigned long long)generation, (unsigned long long)counter.value);
	o->image_generation = r == ES_OK ? generation : 0;
	o->image_counter = counter.value;
	return r;
}

/* The counter had that value when encryption.info was written, and never decreases; for an older image it is read.
 * Nothing vouches for that field yet. But the TPM refuses nevertheless, and the MAC exposes a bank that claims too much
 * before anything is incremented or opened. */
static bool is_known(const struct es_protector *p, uint64_t generation)
{
	return p->tpm.vendor.checked.ticket.len > 0 && generation == p->tpm.vendor.checked.generation;
}

/* Sends no command if that is known; a refusal is then examined. */
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
		o->why = (struct es_opening_why){ .differs = NULL }; /* why no literal protector fitted */
	else
		o->image_generation = 0;
	return r;
}

static bool is_white_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether it is the same PEM, apart from white space anywhere in it: a bank's isn't parsed here. FORMAT.md, "Vendor
 * images". */
static bool same_key(struct es_span a, struct es_span b)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < a.len && is_white_space(a.data[i]))
			i++;
		while (k < b.len && is_white_space(b.data[k]))
			k++;
		if (i == a.len || k == b.len)
			return i == a.len && k == b.len;
		if (a.data[i++] != b.data[k++])
			return false;
	}
}

/* Whether this boot is one that the vendor of p may open, apart from the signature. */
static enum es_reason fits(struct es_opening *o, const struct es_protector *p)
{
	enum es_reason r = es_vendor_protector_fits(p, &o->record.before_fence);

	if (r == ES_LOCKED_PCR && o->why.differs == NULL)
		o->why.differs = p;
	if (r != ES_OK || o->request.pcr_public_key.len == 0 ||
	    same_key(es_buf_span(&p->tpm.vendor.public_key), o->request.pcr_public_key))
		return r;
	ES_NOTE_WHY(o, "the image carries a different vendor's key from the one that was sealed to");
	return ES_LOCKED_PCR;
}

enum es_reason es_opening_sealed_by_vendor(struct es_opening *o, const struct es_bank *bank, enum es_reason literal)
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
		r = fits(o, p);
		if (r == ES_OK && parsed != ES_OK)
			ES_NOTE_WHY(o, "the image's policies can't be read: %s", detail);
		if (r == ES_OK)
			r = match(o, &signatures, &m);
		if (r == ES_OK)
			return open_signed(o, p, &m);
	}
	return r;
}

/* An image was accepted: from here on the TPM refuses older ones. */
void es_opening_accept_image(struct es_opening *o)
{
	struct es_counter counter = { ES_OK, o->image_counter };

	if (o->tpm == NULL || o->image_generation == 0)
		return;
	/* That bank's MAC was wrong, and it was skipped, so its word counts for nothing. */
	if (o->image_known_by >= 0 && o->image_known_by != o->chosen)
		counter.state = es_tpm_counter_read(o->tpm, ES_GENERATION_INDEX, &counter.value);
	if (es_vendor_fresh(o->image_generation, counter) == ES_OK &&
	    (o->image_generation <= counter.value ||
	     es_tpm_counter_raise(o->tpm, ES_GENERATION_INDEX, o->image_generation - counter.value) == ES_OK))
		o->record.image_generation = o->image_generation;
	else
		ES_NOTE_DETAIL(o, "the image generation counter wasn't raised to %llu: %s",
			       (unsigned long long)o->image_generation, es_tpm_last_refusal(o->tpm));
}
