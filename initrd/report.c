/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/report.h"

#include <inttypes.h>

void es_report_refusal(const struct es_say *say, const char *before, enum es_reason reason, const char *detail)
{
	const struct es_words *words = es_reason_words(reason);

	es_say(say, ES_SAY_ERROR, "%s: %s", before, words->what);
	if (detail[0] != '\0')
		es_say(say, ES_SAY_ERROR, "%s", detail);
	es_say(say, ES_SAY_ERROR, "%s", words->next);
}

static const char *fault_words(enum es_group_fault fault)
{
	switch (fault) {
	case ES_GROUP_NOT_DIGITS:
		return "it isn't six digits";
	case ES_GROUP_MISTYPED:
		return "a digit is wrong, or two are swapped";
	case ES_GROUP_MISPLACED:
		return "it belongs in another place: groups are swapped";
	case ES_GROUP_TOO_FEW:
		return "the key ends before it";
	case ES_GROUP_NONE:
		return "it isn't six digits, nor is any other group";
	default:
		return "no details are known";
	}
}

void es_report_code_fault(const struct es_say *say, const struct es_code_fault *fault)
{
	es_say(say, ES_SAY_ERROR, "group %u of the recovery key in the boot options is wrong: %s", fault->group,
	       fault_words(fault->fault));
}

void es_report_bank(const struct es_say *say, const struct es_bank_damage *damage)
{
	es_say(say, ES_SAY_WARNING, "bank%u is damaged (%s), so bank%u is used. `etcseal backup` rewrites bank%u",
	       damage->bank, damage->detail, damage->used, damage->bank);
}

/* Reports the configuration's age wherever an attacker could have exploited an old one. */
static void report_age(const struct es_say *say, const struct es_boot_record *r)
{
	if (r->consent == ES_CONSENT_OLD && r->freshness == ES_FRESHNESS_OLD)
		es_say(say, ES_SAY_WARNING,
		       "this configuration is OLD: generation %" PRIu64 ", but the TPM has counted %" PRIu64
		       ". It was opened because the owner agreed at the console",
		       r->generation, r->counter);
	else if (r->consent == ES_CONSENT_OLD)
		es_say(say, ES_SAY_WARNING,
		       "can't determine whether this configuration (generation %" PRIu64 ") is the newest (%s). It was "
		       "opened because the owner agreed at the console",
		       r->generation, es_freshness_names[r->freshness]);
	else if (r->opened_by == ES_OPENED_BY_RECOVERY && r->freshness == ES_FRESHNESS_NEWEST)
		es_say(say, ES_SAY_INFO, "this configuration is the newest that the TPM has counted");
	else if (r->opened_by == ES_OPENED_BY_RECOVERY)
		es_say(say, ES_SAY_WARNING,
		       "can't determine whether this configuration (generation %" PRIu64
		       ") is the newest: the TPM that counted it isn't there",
		       r->generation);
}

void es_report_opened(const struct es_say *say, const struct es_boot_record *record, uint64_t ms)
{
	static const char *const by[ES_OPENED_BY_COUNT] = { "nobody", "the TPM", "the KDF", "the recovery key" };

	es_say(say, ES_SAY_INFO, "opened by %s, generation %" PRIu64 ", %" PRIu64 ".%" PRIu64 " s, %u TPM commands",
	       by[record->opened_by], record->generation, ms / 1000, ms % 1000 / 100, record->tpm_commands);
	/* A refusal or a damaged bank that this opening got past must not go unnoticed. */
	if (record->refusal[0] != '\0')
		es_say(say, ES_SAY_WARNING, "despite: %s%s%s", record->refusal,
		       record->refusal_detail[0] != '\0' ? ": " : "", record->refusal_detail);
	report_age(say, record);
	if (record->opened_by == ES_OPENED_BY_KDF)
		es_say(
		    say, ES_SAY_WARNING,
		    "mode kdf: it hides the configuration from anyone who has the disk without this machine, and from "
		    "nobody else");
}
