/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which bank, and which protector: the decisions of an opening, with no TPM and no disk in them, so that every case can
 * be tested. FORMAT.md, "Choosing a bank and a protector".
 */
#ifndef ES_CHOICE_H
#define ES_CHOICE_H

#include "keys/core/pins.h"
#include "keys/protector/bank_open.h"

/* The TPM's rollback counter, as far as it is known. state: ES_OK, ES_COUNTER_MISSING, ES_COUNTER_UNCOUNTED,
 * ES_TPM_ABSENT (or ES_TPM_VERSION: a TPM that can't have one), or the reason for which the TPM refused. */
struct es_counter {
	enum es_reason state;
	uint64_t value;
};

/* Whether a bank of this mode may open automatically, whatever its generation. The counter alone decides, before there
 * is a key. ES_OK; kdf: ES_DOWNGRADE if there is a counter; tpm: counter.state if it can't be read. */
ES_MUST_CHECK enum es_reason es_choice_mode(enum es_mode mode, struct es_counter counter);

/* Whether this bank may open automatically. As es_choice_mode, and ES_ROLLED_BACK; or ES_COUNTER_MISSING if the counter
 * is behind by more than the one of an interrupted commit. *ret_behind: the commit was interrupted before it could
 * increment the counter, which must be made up for. */
ES_MUST_CHECK enum es_reason es_choice_fresh(const struct es_vouched *bank, struct es_counter counter,
					     bool *ret_behind);

/* ES_OK; ES_OTHER_KEY, ES_OTHER_HOST: the boot image is pinned to another one. */
ES_MUST_CHECK enum es_reason es_choice_owner(const struct es_vouched *bank, const struct es_pins *pins);

/* The bank to try first, by what the banks claim: a hint, since the result is judged as above. It is the whole bank
 * with the highest generation, with three exceptions: the other one is tried first if only that fits the boot image's
 * pins, if this is a kdf bank that is a downgrade and the other a tpm bank that isn't, and if this is a tpm bank whose
 * counter doesn't exist yet and the other a kdf bank. -1: none is whole. */
int es_choice_bank(const struct es_bank banks[static ES_BANK_COUNT], struct es_counter counter,
		   const struct es_pins *pins);

/* The tpm protector whose PCR values match `now`. ES_LOCKED_NO_PROTECTOR: there is none of that type; ES_LOCKED_PCR:
 * none matches, and *ret is the closest one; ES_TPM_UNSET_PCR: it matches, but nothing was measured into one of its
 * PCRs 4, 7 and 11 (allowed for 11 without a stub); ES_TAMPERED_INFO: it matches, but isn't sealed to PCRs 11, 12, and
 * 4 or 7. */
ES_MUST_CHECK enum es_reason es_choice_protector(const struct es_info *info, const struct es_pcr_values *now, bool stub,
						 const struct es_protector **ret);

/* The PCRs that etcseal seals to: {7, 11, 12} or {2, 4, 11, 12}. */
es_pcr_mask es_policy_pcrs(bool require_secure_boot);

#endif
