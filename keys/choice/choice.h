/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which bank, and which protector: the decisions of an opening, with no TPM and no disk in them, so that every case can
 * be tested. FORMAT.md, "Choosing a bank and a protector".
 */
#ifndef ES_CHOICE_H
#define ES_CHOICE_H

#include "keys/core/pins.h"
#include "keys/protector/bank_open.h"

/* The TPM's rollback counter as far as it is known. state: ES_OK, ES_COUNTER_MISSING, ES_COUNTER_UNCOUNTED, ES_TPM_ABSENT (or
 * ES_TPM_VERSION: a TPM that can't have one), or what the TPM refused with. */
struct es_counter {
	enum es_reason state;
	uint64_t value;
};

/* May any bank of this mode open automatically, whatever its generation? By the counter alone, before there is a key. ES_OK;
 * kdf: ES_DOWNGRADE where there is a counter; tpm: counter.state where it can't be read. */
ES_MUST_CHECK enum es_reason es_choice_mode(enum es_mode mode, struct es_counter counter);

/* May this bank open automatically? As es_choice_mode, and ES_ROLLED_BACK, or ES_COUNTER_MISSING for a counter that is behind
 * by more than the one of a cut commit. *ret_behind: the counter has to be counted up once, the commit was cut before it
 * could be. */
ES_MUST_CHECK enum es_reason es_choice_fresh(const struct es_vouched *bank, struct es_counter counter,
					     bool *ret_behind);

/* ES_OK; ES_OTHER_KEY, ES_OTHER_HOST: the boot image is pinned to another. */
ES_MUST_CHECK enum es_reason es_choice_owner(const struct es_vouched *bank, const struct es_pins *pins);

/* The bank to try first, by what the banks say of themselves: a hint, and what comes of it is judged as above. The whole one
 * with the highest generation, but for one that the boot image isn't pinned to beside one that it is, a kdf bank that is
 * a downgrade beside a tpm bank that isn't, and a tpm bank whose counter isn't made yet beside a kdf bank. -1: none is
 * whole. */
int es_choice_bank(const struct es_bank banks[static ES_BANK_COUNT], struct es_counter counter,
		   const struct es_pins *pins);

/* The tpm protector whose PCR values are those of now. ES_LOCKED_NO_PROTECTOR: there is none of that type;
 * ES_LOCKED_PCR: none fits, and *ret is the one that comes closest; ES_TPM_UNSET_PCR: it fits, and one of its PCRs
 * was never measured into (11 may be, where there is no stub); ES_TAMPERED_INFO: it fits, and its PCRs are no policy of
 * ours (11 and 12, and 4 or 7). */
ES_MUST_CHECK enum es_reason es_choice_protector(const struct es_info *info, const struct es_pcr_values *now, bool stub,
						 const struct es_protector **ret);

/* The PCRs that a policy of ours names: {7, 11, 12} or {4, 11, 12}. */
es_pcr_mask es_policy_pcrs(bool require_secure_boot);

#endif
