/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secret by way of a vendor's signature: for an image that this host has never seen before. All before the fence, so
 * nothing of the disk's is parsed here: key and signatures are the image's own, and a bank's key only has to be the same.
 */
#include "keys/choice/vendor.h"
#include "keys/core/defences.h"
#include "keys/crypto/hash.h"
#include "keys/opening/state.h"
#include "keys/tpm/authorize.h"
#include "keys/tpm/counter.h"

/* The signature of the image's vendor that fits this boot; says why if there is none. */
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
		ES_NOTE_WHY(o, "no policy that came with the image is signed by its vendor for this boot");
	else
		ES_NOTE_WHY(o, "the image brought no policy that is signed by its vendor");
	return ES_LOCKED_PCR;
}

/* Also asked of a TPM that will refuse: it can't say how far apart the two are. */
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
		ES_NOTE_WHY(o, "the counter of the generations of boot images (NV index 0x%08x)", ES_GENERATION_INDEX);
	else if (r != ES_OK)
		ES_NOTE_WHY(o, "the image is generation %llu, the TPM's counter is at %llu",
			    (unsigned long long)generation, (unsigned long long)counter.value);
	o->image_generation = r == ES_OK ? generation : 0;
	o->image_counter = counter.value;
	return r;
}

/* The counter was there already when encryption.info was written, and never goes back; for an older image it is asked.
 * Nobody vouches for that yet: but the TPM refuses all the same, and a bank that says too much is found out by its MAC,
 * before anything is counted or opened. */
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
		o->why = (struct es_opening_why){ .differs = NULL }; /* why no literal protector fitted */
	else
		o->image_generation = 0;
	return r;
}

static bool is_white_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The same PEM, white space anywhere in it apart: a bank's isn't parsed here. FORMAT.md, "Vendor images". */
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

/* Whether this boot is one that the vendor of p may open, but for the signature. */
static enum es_reason fits(struct es_opening *o, const struct es_protector *p)
{
	enum es_reason r = es_vendor_protector_fits(p, &o->record.before_fence);

	if (r == ES_LOCKED_PCR && o->why.differs == NULL)
		o->why.differs = p;
	if (r != ES_OK || o->request.pcr_public_key.len == 0 ||
	    same_key(es_buf_span(&p->tpm.vendor.public_key), o->request.pcr_public_key))
		return r;
	ES_NOTE_WHY(o, "the image carries another vendor's key than the one that was sealed to");
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
			ES_NOTE_WHY(o, "the policies that came with the image can't be read: %s", detail);
		if (r == ES_OK)
			r = match(o, &signatures, &m);
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
		ES_NOTE_DETAIL(o, "the counter of image generations stays behind %llu: %s",
			       (unsigned long long)o->image_generation, es_tpm_last_refusal(o->tpm));
}
