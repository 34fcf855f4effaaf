/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/choice/seals.h"

#include <string.h>

static bool is_literal(const struct es_protector *p, const void *unused)
{
	(void)unused;
	return p->type == ES_PROTECTOR_TPM && !p->tpm.is_signed;
}

static bool is_for(const struct es_protector *p, const void *purpose)
{
	return is_literal(p, NULL) && strcmp(p->tpm.purpose, purpose) == 0;
}

struct es_protector *es_seals_fitting(const struct es_info *info, const struct es_pcr_values *values)
{
	for (unsigned i = 0; i < info->protector_count; i++) {
		struct es_protector *p = info->protectors[i];

		if (is_literal(p, NULL) && es_pcr_differ(&p->tpm.expected, values, p->tpm.pcrs) == 0)
			return p;
	}
	return NULL;
}

/* A vendor that doesn't count generations yet has a counter, too; but then there is a literal protector beside the
 * vendor's. */
bool es_seals_forbid_literal(const struct es_info *info)
{
	bool counter = false;

	for (unsigned i = 0; i < info->protector_count; i++) {
		if (is_literal(info->protectors[i], NULL))
			return false;
		if (info->protectors[i]->type == ES_PROTECTOR_TPM && info->protectors[i]->tpm.vendor.has_counter)
			counter = true;
	}
	return counter;
}

struct es_digest es_seals_options_before(const struct es_info *info)
{
	struct es_digest found = { { 0 } };

	/* The first protector is the previous one; a next image's comes last. */
	for (unsigned i = info->protector_count; i-- > 0;) {
		const struct es_protector *p = info->protectors[i];

		if (p->type == ES_PROTECTOR_TPM && (p->tpm.pcrs & ES_PCR_BIT(ES_PCR_OPTIONS)) != 0)
			found = p->tpm.expected.value[ES_PCR_OPTIONS];
	}
	return found;
}

static bool is_replaced(const struct es_protector *p, const void *arg)
{
	const struct es_protector *opened = arg;

	return is_literal(p, NULL) && p != opened &&
	       (is_for(opened, ES_FOR_NEXT_IMAGE) || !is_for(p, ES_FOR_NEXT_IMAGE));
}

void es_seals_prune(const struct es_boot_record *boot, struct es_info *info)
{
	struct es_protector *opened;

	if (boot == NULL || boot->opened_by != ES_OPENED_BY_TPM || info->mode != ES_MODE_TPM)
		return;
	opened = es_seals_fitting(info, &boot->before_fence);
	if (opened == NULL || is_for(opened, ES_FOR_LAST_BOOT))
		return;
	es_info_remove_if(info, is_replaced, opened);
	strcpy(opened->tpm.purpose, ES_FOR_THIS_BOOT);
}

void es_seals_keep_last(struct es_info *info, const struct es_pcr_values *now)
{
	for (unsigned i = 0; i < info->protector_count; i++) {
		struct es_protector *p = info->protectors[i];

		if (!is_for(p, ES_FOR_THIS_BOOT) || es_pcr_differ(&p->tpm.expected, now, p->tpm.pcrs) == 0)
			continue;
		es_seals_remove_for(info, ES_FOR_LAST_BOOT);
		strcpy(p->tpm.purpose, ES_FOR_LAST_BOOT);
		return;
	}
}

void es_seals_remove_for(struct es_info *info, const char *purpose)
{
	es_info_remove_if(info, is_for, purpose);
}

void es_seals_remove_literal(struct es_info *info)
{
	es_info_remove_if(info, is_literal, NULL);
}

static bool is_not_kept(const struct es_protector *p, const void *purpose)
{
	return p->type == ES_PROTECTOR_TPM && (purpose == NULL || !is_for(p, purpose));
}

void es_seals_remove_all_but(struct es_info *info, const char *purpose)
{
	es_info_remove_if(info, is_not_kept, purpose);
}

static bool is_of_another_srk(const struct es_protector *p, const void *arg)
{
	const struct es_span *srk = arg;

	return p->type == ES_PROTECTOR_TPM &&
	       (p->tpm.srk.len != srk->len || memcmp(p->tpm.srk.data, srk->data, srk->len) != 0);
}

void es_seals_drop_other_srks(struct es_info *info, struct es_span srk)
{
	es_info_remove_if(info, is_of_another_srk, &srk);
}
