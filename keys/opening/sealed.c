/* SPDX-License-Identifier: Apache-2.0 */
/* Which protector to ask the TPM for: a literal one that fits, otherwise one with the key of the image's vendor. */
#include "keys/opening/state.h"

enum es_reason es_opening_take_sealed(struct es_opening *o, const struct es_bank *bank)
{
	const struct es_protector *p = NULL;
	enum es_reason r;

	if (o->tpm_state != ES_OK)
		return o->tpm_state;
	if (o->record.before_fence.present == 0)
		return o->tpm_refusal;
	r = es_choice_protector(bank->info, &o->record.before_fence, o->record.stub, &p);
	if (r == ES_LOCKED_PCR)
		o->why.differs = p;
	if (r == ES_LOCKED_PCR || r == ES_LOCKED_NO_PROTECTOR)
		return es_opening_sealed_by_vendor(o, bank, r);
	return r == ES_OK ? es_opening_unseal(o, p, NULL) : r;
}
