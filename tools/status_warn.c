/* SPDX-License-Identifier: Apache-2.0 */
/* The warnings of `etcseal status`, in sentences. */
#include "keys/host/hidden.h"
#include "keys/image/options.h"
#include "keys/next/check.h"
#include "keys/next/entry.h"
#include "tools/common.h"
#include "tools/status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static void add(struct es_status *s, enum es_condition condition,
						      const char *format, ...)
{
	struct es_warning *w = &s->warning[s->warning_count];
	va_list list;

	if (s->warning_count == ES_WARNINGS_MAX)
		return;
	w->condition = condition;
	va_start(list, format);
	vsnprintf(w->text, sizeof w->text, format, list);
	va_end(list);
	es_replace_controls(w->text);
	s->warning_count++;
}

static void warn_of_boot(struct es_status *s)
{
	const struct es_boot_record *b = s->boot;
	char refusal[ES_REFUSAL_TEXT];
	const char *next;

	if (b == NULL) {
		add(s, ES_CONDITION_NOT_STARTED,
		    "this system wasn't started through the boot helper: nothing was opened, and nothing can be "
		    "saved");
		return;
	}
	es_boot_refusal_words(b, refusal, &next);
	if (b->state == ES_BOOT_LOCKED)
		add(s, ES_CONDITION_LOCKED, "the configuration was NOT opened at this boot: %s. %s", refusal, next);
	/* A later save means that the seal was repaired, or was never the problem. */
	if (b->opened_by == ES_OPENED_BY_RECOVERY && s->info != NULL && s->info->mode == ES_MODE_TPM &&
	    (!s->fits || s->info->generation == b->generation))
		add(s, ES_CONDITION_BY_RECOVERY,
		    "this boot was opened with the recovery key%s%s; if you made the change, `etcseal set --mode=tpm` "
		    "seals to this boot and this TPM",
		    b->refusal[0] != '\0' ? " after a refusal: " : "", refusal);
	if (!b->stub)
		add(s, ES_CONDITION_NO_STUB,
		    "booted without etcseal's boot stub: any kernel that the boot loader accepts can unlock");
	if (b->stub && b->handover.measured == ES_MEASURED_FAILED)
		add(s, ES_CONDITION_NOT_MEASURED,
		    "the boot stub couldn't measure this boot, although there is a TPM: the seal stays shut");
	if (!b->fenced)
		add(s, ES_CONDITION_NO_FENCE,
		    "the fence was not raised in this boot: the key may still be within reach");
	for (unsigned i = 0; i < ES_BANK_COUNT && b->stub; i++)
		if (b->handover.bank_refused[i])
			add(s, ES_CONDITION_BANK_TOO_LARGE,
			    "the boot stub couldn't hand over all of bank%u: a file is too large or unreadable", i);
}

/* It opens for this host, but would open for an attacker too. */
static void warn_of_secure_boot(struct es_status *s)
{
	const struct es_secure_boot_words *w = es_secure_boot_words(s->secure_boot.state);

	if (s->info != NULL && s->info->require_secure_boot && es_secure_boot_not_vouched(s->secure_boot.state))
		add(s, ES_CONDITION_NOT_VOUCHED,
		    "Secure Boot is required, but it is %s. Any program that replays PCR 11 opens what is sealed to "
		    "the current PCR 7. %s Or `etcseal set --require-secure-boot=false` seals to the boot programs "
		    "themselves",
		    w->what, w->advice);
}

/* The recovery key may have opened a configuration older than the TPM has counted. */
static void warn_of_age(struct es_status *s)
{
	const struct es_boot_record *b = s->boot;

	if (b == NULL || b->consent != ES_CONSENT_OLD)
		return;
	if (b->freshness == ES_FRESHNESS_OLD && b->has_counter)
		add(s, ES_CONDITION_OLD,
		    "this boot opened an OLD configuration: generation %" PRIu64
		    ", but the TPM's counter was at %" PRIu64 ". If that is what you want, `etcseal set --mode=tpm "
		    "--yes` makes it the newest; what was saved after it is then lost",
		    b->generation, b->counter);
	else
		add(s, ES_CONDITION_AGE_UNKNOWN,
		    "this boot couldn't determine whether the configuration is the newest (%s)",
		    es_freshness_names[b->freshness]);
}

static void warn_of_pins(struct es_status *s)
{
	static const char build[] = "`etcseal image build --from=IMAGE --for-this-host`";

	if (s->pins != ES_OK && s->state == ES_OK)
		add(s, ES_CONDITION_PINS_OTHER,
		    "the current boot image won't open this configuration: %s%s%s. %s builds one that does",
		    es_reason_words(s->pins)->what, s->pins_detail[0] != '\0' ? ": " : "", s->pins_detail, build);
	else if (s->pinned_to_old_key)
		add(s, ES_CONDITION_PINS_OLD,
		    "the boot image is pinned to an earlier key: it opens this configuration, but would also open one "
		    "planted by somebody with the old recovery key. %s pins it to the current key",
		    build);
}

static void warn_of_mode(struct es_status *s)
{
	const struct es_words *tpm = es_reason_words(s->tpm);

	if (s->info == NULL)
		return;
	if (s->info->mode == ES_MODE_KDF) {
		add(s, ES_CONDITION_KDF,
		    "mode kdf is NOT a seal: it hides the configuration from anyone who has the archive without "
		    "this machine, and does nothing more; nothing notices a changed boot or an old copy");
		if (!s->bound)
			add(s, ES_CONDITION_KDF_UNBOUND,
			    "this machine has no UUID to bind to: the disk ALONE opens the configuration");
		if (s->tpm == ES_OK)
			add(s, ES_CONDITION_TPM_UNUSED, "there is a usable TPM: `etcseal set --mode=tpm` seals to it");
		else if (s->tpm != ES_TPM_ABSENT)
			add(s, ES_CONDITION_TPM_UNUSABLE, "there is a TPM, but it can't be used: %s", tpm->what);
		return;
	}
	if (s->tpm != ES_OK)
		add(s, ES_CONDITION_TPM_BROKEN, "the TPM can't be used for sealing now: %s%s%s", tpm->what,
		    s->tpm_detail[0] != '\0' ? ": " : "", s->tpm_detail);
	if (s->counter != ES_OK && s->tpm != ES_TPM_ABSENT)
		add(s, ES_CONDITION_COUNTER, "%s", es_reason_words(s->counter)->what);
	else if (s->counter == ES_OK && s->counter_value > s->info->generation)
		add(s, ES_CONDITION_OLD,
		    "the TPM's counter is at %" PRIu64 ", this configuration at %" PRIu64
		    ": it is OLD, and the next boot will refuse it",
		    s->counter_value, s->info->generation);
	else if (s->counter == ES_OK && s->counter_value + 1 < s->info->generation)
		add(s, ES_CONDITION_COUNTER,
		    "the TPM's counter is at %" PRIu64 ", this configuration at %" PRIu64 ": it isn't from this TPM",
		    s->counter_value, s->info->generation);
}

/* Left by an interrupted rotation, for an owner who has only the old recovery key; or planted. */
static void warn_of_other_key(struct es_status *s, unsigned i, const struct es_bank *b)
{
	if (s->state != ES_OK || memcmp(b->info->key_id, s->info->key_id, sizeof b->info->key_id) == 0)
		return;
	if (es_info_newer(b->info, s->info))
		add(s, ES_CONDITION_BANK_OTHER_KEY,
		    "bank%u is newer, but not under this system's key: a rotation was interrupted, or somebody planted "
		    "the bank. `etcseal backup` rewrites it",
		    i);
	else
		add(s, ES_CONDITION_BANK_OTHER_KEY,
		    "bank%u is still under the previous key, and the old recovery key opens it; `etcseal backup` "
		    "rewrites it",
		    i);
}

static void warn_of_banks(struct es_status *s)
{
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		const struct es_bank *b = es_host_bank_number(s->host, i);

		if (b->state == ES_BANK_DAMAGED)
			add(s, ES_CONDITION_BANK_DAMAGED, "bank%u is damaged: %s%s`etcseal backup` rewrites it", i,
			    b->detail, b->detail[0] != '\0' ? "; " : "");
		else if (b->state == ES_BANK_ABSENT && s->info != NULL)
			add(s, ES_CONDITION_BANK_MISSING,
			    "bank%u is missing: there is only one copy of the configuration; `etcseal backup` writes "
			    "it",
			    i);
		else if (b->state == ES_BANK_WHOLE)
			warn_of_other_key(s, i, b);
	}
}

static const char remove_advice[] =
    "somebody had access to this machine. `etcseal check` tells whether the next boot will unlock automatically";

/* One line for each variable; SMBIOS may have many strings, and they must not crowd out the rest. */
static void warn_of_firmware(struct es_status *s)
{
	unsigned strings = 0, first = 0;
	char words[120];

	for (unsigned i = 0; i < s->firmware.count; i++) {
		if (es_firmware_is_string(&s->firmware, i)) {
			first = strings++ == 0 ? i : first;
			continue;
		}
		es_firmware_words(&s->firmware, i, words, sizeof words);
		add(s, ES_CONDITION_FIRMWARE,
		    "%s is set, and gives options to the system that boots. If you didn't set it, remove it: %s", words,
		    remove_advice);
	}
	if (strings > 0) {
		es_firmware_words(&s->firmware, first, words, sizeof words);
		add(s, ES_CONDITION_FIRMWARE,
		    "firmware has %u string%s for systemd, %s%s. If you didn't set them, remove them: %s", strings,
		    strings == 1 ? "" : "s", words, strings == 1 ? "" : " first", remove_advice);
	}
	if (s->firmware.refused[0] != '\0')
		add(s, ES_CONDITION_FIRMWARE, "%s", s->firmware.refused);
	if (s->boot != NULL && s->takes_credentials)
		add(s, ES_CONDITION_CREDENTIALS, "the kernel was started without %s: %s",
		    es_needed_options[ES_NEEDED_NO_CREDENTIALS].option,
		    es_needed_options[ES_NEEDED_NO_CREDENTIALS].without);
}

static void warn_of_watch(struct es_status *s)
{
	const struct es_watch_record *w = &s->watch.record;
	bool unsaved = s->unsaved_reason == ES_OK && s->unsaved;

	if (s->state != ES_OK || s->boot == NULL)
		return;
	if (!s->watch.running)
		add(s, unsaved ? ES_CONDITION_UNSAVED : ES_CONDITION_NOT_SAVING,
		    "`etcseal watch` isn't running: changes are %s; `etcseal backup` saves them",
		    unsaved ? "NOT saved, and will be lost at the next boot" : "not being saved");
	else if (s->watch.known && w->state == ES_WATCH_FAILING)
		add(s, ES_CONDITION_UNSAVED, "changes since %s are NOT saved: %s%s%s; `etcseal watch` will retry",
		    w->unsaved_since, es_reason_named(w->reason)->what, w->detail[0] != '\0' ? ": " : "", w->detail);
}

static void warn_of_log(struct es_status *s)
{
	enum es_reason r;

	if (s->boot == NULL || s->info == NULL || s->info->mode != ES_MODE_TPM)
		return;
	r = es_host_log(s->host);
	if (r != ES_OK)
		add(s, ES_CONDITION_EVENT_LOG,
		    "what the next boot will measure can't be predicted, and a refusal can't be explained: %s (%s)",
		    es_reason_words(r)->what, es_host_detail(s->host));
}

/* The boot helper makes the same check of the same kernel: what is found here will keep the next boot shut. */
static void warn_of_hibernation(struct es_status *s)
{
	if (s->boot == NULL || es_host_check_resume(s->host, NULL) == ES_OK)
		return;
	add(s, ES_CONDITION_RESUME,
	    "this kernel could hibernate, or resume an image that somebody planted on the swap (%s): add nohibernate "
	    "to the image's options, as `etcseal image build` does; until then, only the recovery key opens",
	    es_host_detail(s->host));
}

/* `backup` says this once; status says it for as long as it is true. */
static void warn_of_lost(struct es_status *s)
{
	char text[ES_LEFT_OUT_TEXT];

	if (es_left_out_words(&s->packed, text))
		add(s, ES_CONDITION_LEFT_OUT, "%s", text);
	if (es_stripped_words(&s->packed, text))
		add(s, ES_CONDITION_LEFT_OUT, "%s", text);
	if (es_linked_words(&s->packed, text))
		add(s, ES_CONDITION_LEFT_OUT, "%s", text);
}

static void warn_of_below(struct es_status *s)
{
	const struct es_adopt_report *b = &s->below;

	if (s->boot == NULL || s->below_reason != ES_OK || s->info == NULL)
		return;
	if (b->files > 0)
		add(s, ES_CONDITION_IN_CLEAR,
		    "%" PRIu64 " files from before are in the clear on the root file system, below the configuration: "
		    "`etcseal below` lists them, `etcseal adopt` seals them too",
		    b->files);
	if (b->unseen > 0)
		add(s, ES_CONDITION_UNSEEN,
		    "%s is covered on a file system of its own: what was there before isn't looked at, and can't be "
		    "adopted",
		    b->unseen_path);
	if (b->pending > 0)
		add(s, ES_CONDITION_PENDING,
		    "%" PRIu64 " adopted files are still in the clear on the root file system: a start that opens "
		    "automatically, with both banks complete, removes them",
		    b->pending);
	if (b->changed > 0)
		add(s, ES_CONDITION_BELOW_CHANGED,
		    "%" PRIu64 " files below the configuration have changed since they were adopted, so they weren't "
		    "removed: `etcseal below` lists them, `etcseal adopt --discard-changed` removes them",
		    b->changed);
}

static void warn_of_hidden(struct es_status *s, const char *path)
{
	char point[ES_MOUNT_TEXT];

	if (es_host_path_hidden(s->host, path))
		add(s, ES_CONDITION_HIDDEN,
		    "%s is covered, but something else is mounted over it: what is written there isn't saved, and is "
		    "in the clear. Unmount that, and take it out of /etc/fstab",
		    path);
	else if (es_host_path_hidden_next(s->host, path, point))
		add(s, ES_CONDITION_HIDDEN_NEXT,
		    "%s is covered, but /etc/fstab mounts %s over it at the next start: what is written there won't be "
		    "saved, and will be in the clear. Take the line out, or encrypt that file system",
		    path, point);
}

static void warn_of_elsewhere(struct es_status *s)
{
	const struct es_elsewhere_list *e = &s->elsewhere;
	unsigned holds = e->by_state[ES_ELSEWHERE_HOLDS];

	if (s->boot == NULL || s->info == NULL)
		return;
	for (unsigned i = 0; i < s->boot->path_count; i++)
		warn_of_hidden(s, s->boot->paths[i]);
	if (e->reason == ES_OK && holds > 0)
		add(s, ES_CONDITION_ELSEWHERE,
		    "%u place%s outside the configuration hold%s copies of it, or secrets, in the clear (%s%s): "
		    "`etcseal below` lists them, each with a remedy",
		    holds, holds == 1 ? "" : "s", holds == 1 ? "s" : "", e->place[0].where, holds > 1 ? ", ..." : "");
}

void es_status_warn(struct es_status *s)
{
	const struct es_words *state = es_reason_words(s->state);
	char entry[ES_NEXT_ENTRY_ID];

	if (s->state == ES_NOT_UNLOCKED)
		add(s, ES_CONDITION_NOT_VERIFIED,
		    "this system doesn't hold the key, so nothing shown here is verified");
	else if (s->state != ES_OK && s->state != ES_NOT_CONFIGURED)
		add(s, ES_CONDITION_NOT_TRUSTED, "%s%s%s. %s", state->what, s->state_detail[0] != '\0' ? ": " : "",
		    s->state_detail, state->next);
	warn_of_mode(s);
	warn_of_secure_boot(s);
	warn_of_boot(s);
	warn_of_age(s);
	warn_of_pins(s);
	warn_of_hibernation(s);
	warn_of_log(s);
	warn_of_banks(s);
	warn_of_firmware(s);
	warn_of_watch(s);
	warn_of_lost(s);
	warn_of_below(s);
	warn_of_elsewhere(s);
	if (s->recovery != NULL && s->recovery->recovery.verified[0] == '\0' &&
	    s->recovery->recovery.acknowledged[0] == '\0')
		add(s, ES_CONDITION_KEY_UNCONFIRMED, "nobody has confirmed that the recovery key was written down%s",
		    s->state == ES_OK ? ": `etcseal recovery list` shows it" : "");
	if (es_next_entry_key(s->host, entry))
		add(s, ES_CONDITION_KEY_IN_ENTRY,
		    "the boot entry %s holds a recovery key, which root and anyone at the firmware's menu can read: "
		    "delete "
		    "the entry or its options (efibootmgr), then `etcseal recovery rotate`",
		    entry);
	if (s->info != NULL && s->recovery == NULL)
		add(s, ES_CONDITION_NO_RECOVERY_KEY,
		    "there is NO recovery key: a configuration that no longer opens automatically is lost");
	if (s->root.state == ES_ROOT_UNVERIFIED)
		add(s, ES_CONDITION_ROOT,
		    "nothing that etcseal knows verifies the root file system %s (%s): a changed program on it runs "
		    "after an unchanged boot",
		    s->root.source, s->root.type);
	else if (s->root.state == ES_ROOT_UNKNOWN)
		add(s, ES_CONDITION_ROOT, "etcseal couldn't find out whether anything verifies the root file system");
}
