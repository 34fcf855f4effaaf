/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/verdict.h"

#include "keys/core/authenticode.h"
#include "keys/core/sbat.h"
#include "keys/core/signature_list.h"
#include "keys/crypto/hash.h"
#include "keys/crypto/signer.h"
#include "keys/image/efi_variables.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct judging {
	const struct es_predict_request *q;
	struct es_shim_part shim;
	struct es_digest digest;
	struct es_next_verdict *ret;
	bool for_modules; /* the key that vouches is for kernel modules only */
};

__attribute__((format(printf, 2, 3))) static bool refuse(struct judging *j, const char *format, ...)
{
	va_list args;

	j->ret->verdict = ES_VERDICT_REFUSED;
	va_start(args, format);
	vsnprintf(j->ret->why, sizeof j->ret->why, format, args);
	va_end(args);
	return true;
}

static bool lists_hash(const struct es_buf *list, const struct es_digest *digest, struct es_signature *ret)
{
	struct es_signature_list l;

	es_signature_list_open(es_buf_span(list), &l);
	while (es_signature_list_next(&l, ret) == ES_OK)
		if (ret->kind == ES_SIGNATURE_SHA256 &&
		    memcmp(ret->data.data, digest->bytes, sizeof digest->bytes) == 0)
			return true;
	return false;
}

/* The firmware also matches certificates by their digest; shim doesn't. */
static bool forbids(const struct es_buf *list, struct es_span signature, bool firmware)
{
	static const size_t lens[] = {
		[ES_SIGNATURE_TBS_SHA256] = 32, [ES_SIGNATURE_TBS_SHA384] = 48, [ES_SIGNATURE_TBS_SHA512] = 64
	};
	struct es_signature_list l;
	struct es_signature s;

	es_signature_list_open(es_buf_span(list), &l);
	while (es_signature_list_next(&l, &s) == ES_OK) {
		if (s.kind == ES_SIGNATURE_X509 && es_signer_chains_to(signature, s.data) == ES_OK)
			return true;
		if (firmware && s.kind >= ES_SIGNATURE_TBS_SHA256 &&
		    es_signer_has_tbs_digest(signature, (struct es_span){ s.data.data, lens[s.kind] }))
			return true;
	}
	return false;
}

static bool hash_is_forbidden(struct judging *j)
{
	const struct es_secure_boot_lists *lists = j->q->lists;
	struct es_signature s;

	if (lists == NULL)
		return false;
	if (lists_hash(&lists->dbx, &j->digest, &s))
		return refuse(j, "the firmware's dbx forbids its hash");
	return j->shim.present && lists_hash(&lists->mokx, &j->digest, &s) &&
	       refuse(j, "shim's list of forbidden programs (MokListX) contains its hash");
}

/* As shim looks for it: one section, at least as long on disk as in memory. */
static bool find_sbat(const struct es_pe *pe, struct es_span *ret)
{
	for (unsigned i = 0; i < pe->section_count; i++) {
		const struct es_pe_section *s = &pe->sections[i];

		if (strcmp(s->name, ".sbat") == 0)
			return s->raw_size > 0 && s->raw_size >= s->virtual_size &&
			       es_span_part(pe->image, s->raw_offset, s->raw_size, ret);
	}
	return false;
}

/* Only a program that shim itself loads must have one. */
static bool sbat_is_refused(struct judging *j)
{
	struct es_sbat_component c;
	struct es_span section;

	if (!j->shim.present || !j->shim.has_level)
		return false;
	if (!find_sbat(j->q->image, &section))
		return j->shim.loaded_last &&
		       refuse(j, "it has no .sbat section, and shim starts no program without one");
	switch (es_sbat_check(section, j->shim.level, &c)) {
	case ES_SBAT_MALFORMED:
		return refuse(j, "shim can't read its .sbat section");
	case ES_SBAT_REVOKED:
		return refuse(j, "shim demands generation %u of %s (SbatLevel), but its .sbat section says %u", c.needs,
			      c.name, c.has);
	default:
		return false;
	}
}

static void take(struct judging *j, enum es_authority_list list, const struct es_signature *s)
{
	j->ret->verdict = ES_VERDICT_ACCEPTED;
	j->ret->by = (struct es_authority){
		.list = list, .is_hash = s->kind == ES_SIGNATURE_SHA256, .entry = s->entry, .data = s->data
	};
}

static bool vouched_by_hash(struct judging *j, enum es_authority_list list, const struct es_buf *bytes)
{
	struct es_signature s;

	if (!lists_hash(bytes, &j->digest, &s))
		return false;
	take(j, list, &s);
	return true;
}

static bool vouched_by_key(struct judging *j, enum es_authority_list list, const struct es_buf *bytes,
			   struct es_span signature)
{
	struct es_signature_list l;
	struct es_signature s;

	es_signature_list_open(es_buf_span(bytes), &l);
	while (es_signature_list_next(&l, &s) == ES_OK) {
		if (s.kind != ES_SIGNATURE_X509 || es_signer_vouched(signature, &j->digest, s.data) != ES_OK)
			continue;
		if (j->shim.present && es_certificate_is_for_modules(s.data)) {
			j->for_modules = true;
			continue;
		}
		take(j, list, &s);
		return true;
	}
	return false;
}

/* Hashes before certificates, the firmware's list before shim's. */
static bool shim_takes(struct judging *j)
{
	const struct es_secure_boot_lists *lists = j->q->lists;
	struct es_span signature;

	if (!lists->ignores_db && vouched_by_hash(j, ES_AUTHORITY_DB, &lists->db))
		return true;
	if (vouched_by_hash(j, ES_AUTHORITY_MOK, &lists->mok))
		return true;
	for (unsigned n = 0; es_pe_signature(j->q->image, n, &signature) == ES_OK; n++) {
		if (forbids(&lists->dbx, signature, false) || forbids(&lists->mokx, signature, false))
			continue;
		if (!lists->ignores_db && vouched_by_key(j, ES_AUTHORITY_DB, &lists->db, signature))
			return true;
		if (vouched_by_key(j, ES_AUTHORITY_MOK, &lists->mok, signature))
			return true;
	}
	return false;
}

/* One forbidden certificate is enough for the firmware; shim still considers the other signatures. */
static bool firmware_takes(struct judging *j)
{
	const struct es_secure_boot_lists *lists = j->q->lists;
	struct es_span signature;
	bool taken = false;

	for (unsigned n = 0; es_pe_signature(j->q->image, n, &signature) == ES_OK; n++) {
		if (forbids(&lists->dbx, signature, true))
			return false;
		taken = taken || vouched_by_key(j, ES_AUTHORITY_DB, &lists->db, signature);
	}
	return taken || vouched_by_hash(j, ES_AUTHORITY_DB, &lists->db);
}

static bool a_signature_is_forbidden(const struct judging *j)
{
	const struct es_secure_boot_lists *lists = j->q->lists;
	struct es_span signature;

	for (unsigned n = 0; es_pe_signature(j->q->image, n, &signature) == ES_OK; n++)
		if (forbids(&lists->dbx, signature, !j->shim.present) ||
		    (j->shim.present && forbids(&lists->mokx, signature, false)))
			return true;
	return false;
}

/* The state of the first signature; ES_MISSING: there is none. */
static enum es_reason signature_state(const struct judging *j)
{
	struct es_span signature;
	enum es_reason r = es_pe_signature(j->q->image, 0, &signature);

	return r == ES_OK ? es_signer_covers(signature, &j->digest) : r;
}

static void judge_by_lists(struct judging *j)
{
	const char *who = j->shim.present ? "the firmware (db) or shim (MokListRT)" : "the firmware (db)";

	if (j->shim.present ? shim_takes(j) : firmware_takes(j))
		return;
	if (a_signature_is_forbidden(j))
		refuse(j, "a certificate of its signature is forbidden (%s)",
		       j->shim.present ? "dbx, MokListX" : "dbx");
	else if (j->for_modules)
		refuse(j,
		       "the key that signed it is for kernel modules only, and shim accepts no program signed with it");
	else
		refuse(j, "nothing that %s accepts vouches for it", who);
}

void es_next_judge(const struct es_predict_request *q, struct es_next_verdict *ret)
{
	struct judging j = { .q = q, .ret = ret };
	struct es_span second;
	enum es_reason state;

	*ret = (struct es_next_verdict){ .verdict = ES_VERDICT_UNKNOWN };
	/* An image that different programs hash differently is left undecided. */
	if (es_authenticode(q->image, es_sha256, &j.digest) != ES_OK)
		return;
	es_shim_part(q->log, &j.shim);
	if (hash_is_forbidden(&j) || sbat_is_refused(&j))
		return;
	state = signature_state(&j);
	if (q->lists != NULL && q->lists->have_db && (q->lists->have_mok || !j.shim.present)) {
		if (state != ES_VERSION)
			judge_by_lists(&j);
		if (ret->verdict == ES_VERDICT_REFUSED && state == ES_MISSING)
			refuse(&j, "it isn't signed, and its hash isn't listed");
		if (ret->verdict == ES_VERDICT_REFUSED && state == ES_BAD_TAG)
			refuse(&j, "its signature isn't of this image: the image was changed after it was signed");
	} else if (state == ES_BAD_TAG && es_pe_signature(q->image, 1, &second) == ES_MISSING) {
		refuse(&j, "its signature isn't of this image: the image was changed after it was signed");
	}
}
