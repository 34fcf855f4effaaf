/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/recover.h"

#include "initrd/report.h"
#include "keys/core/clock.h"

#include <inttypes.h>

static void say_no_answer(const struct es_recover *r, enum es_answer answer)
{
	static const char *const words[] = {
		[ES_ANSWER_GAVE_UP] = "no recovery key was given",
		[ES_ANSWER_TIMEOUT] = "nobody typed a recovery key in time",
		[ES_ANSWER_SIGNAL] = "a signal ended the question for the recovery key",
		[ES_ANSWER_GONE] = "there is no terminal to ask for the recovery key at",
	};

	es_say(r->say, ES_SAY_ERROR, "%s", words[answer]);
}

/* After damage to an archive, the recovery key may still open the other bank. It doesn't solve a problem with the
 * machine, and without an intact bank there is nothing to open: nobody should type 96 digits in vain. */
bool es_recover_could_help(enum es_reason refusal)
{
	if (refusal == ES_FENCE_FAILED || refusal == ES_BANKS_DAMAGED || refusal == ES_CONFIG_GONE)
		return false;
	switch (es_reason_words(refusal)->exit) {
	case ES_EXIT_LOCKED:
	case ES_EXIT_TAMPERED:
	case ES_EXIT_TPM:
	case ES_EXIT_WRONG_RECOVERY_KEY:
		return true;
	default:
		return refusal == ES_FORMAT || refusal == ES_VERSION || refusal == ES_TOO_LARGE;
	}
}

static const char *question_text(enum es_opening_question question)
{
	if (question == ES_ASK_NEW_HOST)
		return "\r\n  This host was configured, but its boot partition has no configuration. If you\r\n"
		       "  removed it, or want to set this host up again, type NEW: the host then starts with\r\n"
		       "  the configuration of its image. Enter opens nothing.\r\n\r\n";
	return "\r\n  The recovery key is right, but this configuration isn't the newest, or the TPM can't\r\n"
	       "  tell any more. If you restored it, type OLD to open it. If you didn't, somebody\r\n"
	       "  else may have. Enter opens nothing.\r\n\r\n";
}

enum es_reason es_recover_consent(struct es_recover *r, enum es_reason refusal)
{
	enum es_opening_question question = es_opening_asks(r->opening);
	uint64_t before = es_monotonic_ms();
	enum es_answer answer;

	if (question == ES_ASK_NOTHING || !r->ask)
		return refusal;
	if (r->console->fd < 0) {
		es_say(r->say, ES_SAY_ERROR, "there is no terminal to ask the owner at");
		return refusal;
	}
	es_console_put(r->console, question_text(question));
	answer = es_ask_word(r->console, r->idle_ms, question == ES_ASK_NEW_HOST ? "NEW" : "OLD");
	r->asked_ms += es_monotonic_ms() - before;
	if (answer != ES_ANSWER_KEY) {
		es_say(r->say, ES_SAY_ERROR, "nobody agreed to that");
		return refusal;
	}
	return es_opening_consent(r->opening);
}

static enum es_answer ask_key(struct es_recover *r, struct es_secret *digits)
{
	uint64_t before = es_monotonic_ms();
	enum es_answer answer = es_ask_key(r->console, r->idle_ms, (char *)es_secret_data(digits));

	r->asked_ms += es_monotonic_ms() - before;
	return answer;
}

/* Tries one complete key. ES_RECOVERY_WRONG: another may be tried. */
static enum es_reason try_key(struct es_recover *r, const struct es_secret *digits)
{
	enum es_reason reason =
	    es_opening_recovery(r->opening, (const char *)es_secret_bytes(digits), ES_PROMPT_DIGITS);

	r->tries_left--;
	if (reason == ES_OK)
		return ES_OK;
	if (reason == ES_RECOVERY_WRONG || reason == ES_RECOVERY_FORM || reason == ES_RECOVERY_TWO) {
		es_say(r->say, ES_SAY_ERROR, "%s (%d of %d attempts left)", es_reason_words(reason)->what,
		       r->tries_left, r->tries);
		return ES_RECOVERY_WRONG;
	}
	es_report_refusal(r->say, "not opened", reason, es_opening_record(r->opening)->refusal_detail);
	return es_recover_consent(r, reason);
}

enum es_reason es_recover_key(struct es_recover *r, enum es_reason refusal)
{
	ES_SECRET digits = NULL;
	enum es_reason reason;

	if (!r->ask)
		return refusal;
	if (r->console->fd < 0) {
		say_no_answer(r, ES_ANSWER_GONE);
		return refusal;
	}
	if (es_secret_new(ES_PROMPT_ROOM, &digits) != ES_OK)
		return refusal;
	es_ask_explain(r->console, es_opening_recovery_id(r->opening));
	while (r->tries_left > 0) {
		enum es_answer answer = ask_key(r, digits);

		if (answer != ES_ANSWER_KEY) {
			say_no_answer(r, answer);
			return refusal;
		}
		reason = try_key(r, digits);
		if (reason != ES_RECOVERY_WRONG)
			return reason;
	}
	es_say(r->say, ES_SAY_ERROR, "no attempts left; reboot to try again");
	return refusal;
}
