/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/choice/choice.h"

#include "keys/core/defences.h"

es_pcr_mask es_policy_pcrs(bool require_secure_boot)
{
	/* Firmware measures a driver that it loads from a disk into PCR 2, and a driver can change the boot in any
	 * way. */
	const es_pcr_mask programs =
	    ES_PCR_BIT(ES_PCR_BOOT_LOADER) | (ES_WITH_DRIVERS_PCR ? ES_PCR_BIT(ES_PCR_DRIVERS) : 0);
	const es_pcr_mask loader = require_secure_boot ? ES_PCR_BIT(ES_PCR_SECURE_BOOT) : programs;

	return (ES_WITH_LOADER_PCR ? loader : 0) | (ES_WITH_IMAGE_PCR ? ES_PCR_BIT(ES_PCR_IMAGE) : 0) |
	       (ES_WITH_OPTIONS_PCR ? ES_PCR_BIT(ES_PCR_OPTIONS) : 0);
}

/* A storage hierarchy that is disabled in the firmware's setup hides the counter, as a disabled TPM does. */
static bool no_counter_possible(struct es_counter counter)
{
	return counter.state == ES_TPM_ABSENT || counter.state == ES_TPM_VERSION || counter.state == ES_TPM_HIERARCHY;
}

static bool no_counter_yet(struct es_counter counter)
{
	return counter.state == ES_COUNTER_MISSING || counter.state == ES_COUNTER_UNCOUNTED;
}

enum es_reason es_choice_mode(enum es_mode mode, struct es_counter counter)
{
	if (!ES_WITH_COUNTER)
		return ES_OK;
	if (mode == ES_MODE_TPM)
		return counter.state;
	if (counter.state == ES_OK)
		return ES_DOWNGRADE;
	return no_counter_yet(counter) || no_counter_possible(counter) ? ES_OK : counter.state;
}

static enum es_reason judge(const struct es_info *info, struct es_counter counter, bool *ret_behind)
{
	enum es_reason r = es_choice_mode(info->mode, counter);

	*ret_behind = false;
	if (r != ES_OK || info->mode == ES_MODE_KDF || !ES_WITH_COUNTER)
		return r;
	if (info->generation < counter.value)
		return ES_ROLLED_BACK;
	/* If the counter is behind by one, a commit was interrupted before it incremented the counter. If it is behind
	 * by more, it isn't the counter of this archive. */
	if (info->generation - counter.value > 1)
		return ES_COUNTER_MISSING;
	*ret_behind = info->generation != counter.value;
	return ES_OK;
}

enum es_reason es_choice_fresh(const struct es_vouched *bank, struct es_counter counter, bool *ret_behind)
{
	return judge(es_vouched_info(bank), counter, ret_behind);
}

enum es_reason es_choice_owner(const struct es_vouched *bank, const struct es_pins *pins)
{
	if (!ES_WITH_PINS)
		return ES_OK;
	if (!es_vouched_accepted(bank, pins))
		return ES_OTHER_KEY;
	return es_pins_accept_host(pins, es_vouched_info(bank)->host) ? ES_OK : ES_OTHER_HOST;
}

static bool says_it_is_ours(const struct es_info *info, const struct es_pins *pins)
{
	return (es_pins_accept_key(pins, info->key_id) || info->predecessor_count > 0) &&
	       es_pins_accept_host(pins, info->host);
}

int es_choice_bank(const struct es_bank banks[static ES_BANK_COUNT], struct es_counter counter,
		   const struct es_pins *pins)
{
	int newest = es_bank_newest(banks);
	const struct es_info *first, *second;
	bool behind;

	if (newest < 0 || banks[1 - newest].state != ES_BANK_WHOLE)
		return newest;
	first = banks[newest].info;
	second = banks[1 - newest].info;
	/* Between the two commits of a rotation, the running image knows one of the two keys. */
	if (says_it_is_ours(first, pins) != says_it_is_ours(second, pins))
		return says_it_is_ours(first, pins) ? newest : 1 - newest;
	/* Writing a kdf bank takes no secret, so one must not be able to shut a host with a genuine tpm bank. */
	if (judge(first, counter, &behind) == ES_DOWNGRADE && judge(second, counter, &behind) == ES_OK)
		return 1 - newest;
	/* The counter is made when the first tpm bank has been written: `set --mode=tpm` was interrupted at this point.
	 * (Anyone who can delete a counter could just as well plant two kdf banks.) */
	if (no_counter_yet(counter) && first->mode == ES_MODE_TPM && second->mode == ES_MODE_KDF && ES_WITH_COUNTER)
		return 1 - newest;
	return newest;
}

static unsigned bit_count(es_pcr_mask mask)
{
	return (unsigned)__builtin_popcount(mask);
}

static enum es_reason policy_sound(const struct es_protector *p, const struct es_pcr_values *now, bool stub)
{
	const es_pcr_mask always = ES_PCR_BIT(ES_PCR_IMAGE) | ES_PCR_BIT(ES_PCR_OPTIONS);
	const es_pcr_mask either = ES_PCR_BIT(ES_PCR_BOOT_LOADER) | ES_PCR_BIT(ES_PCR_SECURE_BOOT);
	const unsigned must_be_set[] = { ES_PCR_BOOT_LOADER, ES_PCR_SECURE_BOOT, ES_PCR_IMAGE };

	if (((p->tpm.pcrs & always) != always || (p->tpm.pcrs & either) == 0) && ES_WITH_LOADER_PCR &&
	    ES_WITH_IMAGE_PCR && ES_WITH_OPTIONS_PCR)
		return ES_TAMPERED_INFO;
	for (size_t i = 0; i < sizeof must_be_set / sizeof *must_be_set; i++) {
		unsigned pcr = must_be_set[i];

		if (pcr == ES_PCR_IMAGE && !stub)
			continue;
		if ((p->tpm.pcrs & ES_PCR_BIT(pcr)) != 0 && es_pcr_is_unset(&now->value[pcr]))
			return ES_TPM_UNSET_PCR;
	}
	return ES_OK;
}

enum es_reason es_choice_protector(const struct es_info *info, const struct es_pcr_values *now, bool stub,
				   const struct es_protector **ret)
{
	const struct es_protector *closest = NULL;
	unsigned closest_differ = ES_PCR_COUNT + 1;

	for (unsigned i = 0; i < info->protector_count; i++) {
		const struct es_protector *p = info->protectors[i];
		unsigned differ;

		if (p->type != ES_PROTECTOR_TPM || p->tpm.is_signed)
			continue;
		differ = bit_count(es_pcr_differ(&p->tpm.expected, now, p->tpm.pcrs));
		if (differ < closest_differ) {
			closest = p;
			closest_differ = differ;
		}
	}
	if (closest == NULL)
		return ES_LOCKED_NO_PROTECTOR;
	*ret = closest;
	return closest_differ > 0 ? ES_LOCKED_PCR : policy_sound(closest, now, stub);
}
