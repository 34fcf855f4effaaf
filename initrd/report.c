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

void es_report_code_fault(const struct es_say *say, const struct es_code_fault *fault)
{
	unsigned g = fault->group;

	switch (fault->fault) {
	case ES_GROUP_FINE:
		break;
	case ES_GROUP_NOT_DIGITS:
		es_say(say, ES_SAY_ERROR, "group %u of the recovery key isn't six digits", g);
		break;
	case ES_GROUP_MISTYPED:
		es_say(say, ES_SAY_ERROR, "group %u of the recovery key has a wrong or swapped digit", g);
		break;
	case ES_GROUP_MISPLACED:
		es_say(say, ES_SAY_ERROR, "group %u of the recovery key belongs to place %u", g, fault->fits);
		break;
	case ES_GROUP_TOO_FEW:
		es_say(say, ES_SAY_ERROR, "the recovery key ends before its group %u of %d", g, ES_RECOVERY_GROUPS);
		break;
	case ES_GROUP_TOO_MANY:
		es_say(say, ES_SAY_ERROR, "something follows the last group of the recovery key");
		break;
	}
}

void es_report_opened(const struct es_say *say, const struct es_boot_record *record, uint64_t ms)
{
	static const char *const by[ES_OPENED_BY_COUNT] = { "nobody", "the TPM", "the KDF", "the recovery key" };

	es_say(say, ES_SAY_INFO, "opened by %s, generation %" PRIu64 ", %" PRIu64 ".%" PRIu64 " s, %u TPM commands",
	       by[record->opened_by], record->generation, ms / 1000, ms % 1000 / 100, record->tpm_commands);
	/* A refusal or a damaged bank that this opening got past: nobody is to learn of it by accident. */
	if (record->refusal[0] != '\0')
		es_say(say, ES_SAY_WARNING, "in spite of: %s%s%s", record->refusal,
		       record->refusal_detail[0] != '\0' ? ": " : "", record->refusal_detail);
	if (record->opened_by == ES_OPENED_BY_KDF)
		es_say(say, ES_SAY_WARNING,
		       "mode kdf: it hides the configuration from whoever has the disk without "
		       "this machine, and from nobody else");
}
