/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal status`: how this host is sealed, how it was opened, and what deserves attention. */
#include "tools/status.h"

#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/host/hidden.h"
#include "tools/common.h"
#include "tools/public.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

__attribute__((format(printf, 2, 3))) static void row(const char *label, const char *format, ...)
{
	char text[ES_REFUSAL_TEXT];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	es_replace_controls(text);
	printf("  %-16s%s\n", label, text);
}

static void show_seals(const struct es_status *s)
{
	const char *label = "Sealed to";

	for (unsigned i = 0; i < s->info->protector_count; i++) {
		const struct es_protector *p = s->info->protectors[i];

		if (p->type != ES_PROTECTOR_TPM)
			continue;
		row(label, "%s",
		    p->tpm.is_signed ? "every image signed by this image's vendor, with Secure Boot on"
				     : p->tpm.purpose);
		label = "";
	}
}

/* What the owner compares with what they noted: a planted configuration is under another key. */
static void show_whose(const struct es_info *info)
{
	char key[2 * ES_KEY_ID_LEN + 1];

	es_hex_encode(info->key_id, ES_KEY_ID_LEN, key);
	row("Host id", "%s", info->host);
	row("Key id", "%s", key);
}

static void show_mode(const struct es_status *s)
{
	if (s->info == NULL) {
		row("Mode",
		    s->state == ES_NOT_CONFIGURED ? "none: not configured; `etcseal init` seals this host" : "unknown");
		return;
	}
	row("Mode", s->info->mode == ES_MODE_TPM ? "TPM: sealed to this host's TPM and the way it boots"
						 : "KDF: encrypted, but NOT sealed to anything");
	show_seals(s);
	if (s->info->revision == 0)
		row("Generation", "%" PRIu64, s->info->generation);
	else
		row("Generation", "%" PRIu64 ", revision %" PRIu64, s->info->generation, s->info->revision);
	show_whose(s->info);
	row("Required", "Secure Boot: %s, executables only from installed packages: %s",
	    s->info->require_secure_boot ? "yes" : "no", s->info->require_exec_installed_only ? "yes" : "no");
}

static void show_measured(const struct es_handover *h)
{
	char firmware[24] = "none";

	if (h->firmware_options != 0)
		snprintf(firmware, sizeof firmware, "%d", h->firmware_options);
	row("Measured", "%s; options from outside: %s, from firmware: %s", es_measured_names[h->measured],
	    es_outside_names[h->outside],
	    h->firmware_options == ES_FIRMWARE_NOT_MEASURED ? "not looked for" : firmware);
}

static void show_age(const struct es_boot_record *b)
{
	static const char *const age[ES_FRESHNESS_COUNT] = { "unknown: there is no counter", "the newest",
							     "OLD: the TPM's counter was ahead of it",
							     "unknown: the TPM's counter is gone, or behind",
							     "unknown: mode kdf, but the TPM has a counter" };

	if (b->state != ES_BOOT_UNLOCKED)
		return;
	if (b->has_counter)
		row("Age", "%s (generation %" PRIu64 ", counter %" PRIu64 ")", age[b->freshness], b->generation,
		    b->counter);
	else
		row("Age", "%s", age[b->freshness]);
}

static void show_opened(const struct es_status *s)
{
	static const char *const by[ES_OPENED_BY_COUNT] = { "nobody", "the TPM", "the key derived on this machine",
							    "the recovery key" };
	const struct es_boot_record *b = s->boot;
	char refusal[ES_REFUSAL_TEXT];

	if (b == NULL) {
		row("This boot", "not started through the boot helper");
		return;
	}
	if (b->state == ES_BOOT_UNCONFIGURED)
		row("This boot", "found no configuration: the image's own is in use");
	else if (b->state == ES_BOOT_LOCKED)
		row("This boot", "LOCKED: nothing was opened");
	else
		row("This boot", "opened by %s%s in %u ms (%u TPM commands), from bank%d, generation %" PRIu64,
		    by[b->opened_by],
		    b->opened_by != ES_OPENED_BY_RECOVERY ? ""
		    : b->recovery_at_console              ? " typed at the console"
							  : " given with the boot options",
		    b->unlock_ms, b->tpm_commands, b->bank, b->generation);
	if (b->refusal[0] != '\0') {
		es_boot_refusal_words(b, refusal, NULL);
		row("Refused", "%s", refusal);
	}
	show_age(b);
	row("Started by", "%s", b->stub ? "etcseal's boot stub" : "another boot loader");
	if (b->stub)
		show_measured(&b->handover);
	for (unsigned i = 0; i < b->path_count; i++)
		row(i == 0 ? "Covered" : "", "%s%s", b->paths[i],
		    es_host_path_late(s->host, b->paths[i]) ? " (from the next start on)" : "");
}

static void show_banks(const struct es_status *s)
{
	const char *dir = es_host_boot_dir(s->host), *note = es_host_boot_note(s->host);

	row("Boot partition", "%s%s%s%s", dir != NULL ? dir : "not found", note[0] != '\0' ? " (" : "", note,
	    note[0] != '\0' ? ")" : "");
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		const struct es_bank *b = es_host_bank_number(s->host, i);
		char label[16], size[ES_SIZE_TEXT];

		snprintf(label, sizeof label, "  bank%u", i);
		if (b->state == ES_BANK_WHOLE) {
			es_size_words(b->info->archive_size, size);
			row(label, "whole, generation %" PRIu64 ", %s%s", b->info->generation, size,
			    b == es_host_bank(s->host) ? ", in use" : "");
		} else if (b->state == ES_BANK_DAMAGED) {
			row(label, "DAMAGED: %s", b->detail[0] != '\0' ? b->detail : es_reason_words(b->damage)->what);
		} else {
			row(label, "absent");
		}
	}
}

static void show_trust(const struct es_status *s)
{
	static const char *const root[ES_ROOT_STATES] = { "verified by dm-verity",
							  "in RAM, as the boot image brought it",
							  "not verified by anything that etcseal knows", "unknown" };
	const struct es_protector *p = s->recovery;

	row("TPM", "%s%s%s", s->tpm == ES_OK ? "usable for sealing" : es_reason_words(s->tpm)->what,
	    s->tpm_detail[0] != '\0' ? ": " : "", s->tpm_detail);
	if (s->counter == ES_OK)
		row("TPM counter", "%" PRIu64, s->counter_value);
	else if (s->tpm != ES_TPM_ABSENT)
		row("TPM counter", "%s", s->counter == ES_COUNTER_MISSING ? "none" : es_reason_words(s->counter)->what);
	row("Secure Boot", "%s%s%s%s", es_secure_boot_words(s->secure_boot.state)->what,
	    s->secure_boot.detail[0] != '\0' ? " (" : "", s->secure_boot.detail,
	    s->secure_boot.detail[0] != '\0' ? ")" : "");
	if (p != NULL)
		row("Recovery key", "%s, created %s, %s%s", p->id, p->recovery.created,
		    p->recovery.verified[0] != '\0'       ? "verified "
		    : p->recovery.acknowledged[0] != '\0' ? "acknowledged "
							  : "NOT confirmed as written down",
		    p->recovery.verified[0] != '\0' ? p->recovery.verified : p->recovery.acknowledged);
	if (s->pinned)
		row("Boot image", "%s",
		    s->pins != ES_OK       ? "pinned, but not to this host's configuration"
		    : s->pinned_to_old_key ? "pinned to this host, by an earlier key"
					   : "pinned to this host");
	row("Root", "%s", root[s->root.state]);
}

static void show_watch(const struct es_status *s)
{
	const struct es_watch_record *w = &s->watch.record;

	if (s->boot == NULL)
		return;
	if (s->watch.running && s->watch.known && w->state == ES_WATCH_WAITING)
		row("Watch", "running since %s; waiting for `etcseal init`", w->since);
	else if (s->watch.running && s->watch.known)
		row("Watch", "running since %s%s; last saved: %s", w->since,
		    w->notified ? "" : " (checks for changes every 20 s)",
		    w->saved[0] != '\0' ? w->saved : "nothing yet");
	else
		row("Watch", s->watch.running ? "running" : "NOT running");
	if (s->state != ES_OK)
		return;
	if (s->unsaved_reason != ES_OK)
		row("Unsaved", "unknown: %s%s%s", es_reason_words(s->unsaved_reason)->what,
		    s->unsaved_detail[0] != '\0' ? ": " : "", s->unsaved_detail);
	else if (!s->unsaved)
		row("Unsaved", "nothing");
	else
		row("Unsaved", "changes%s%s", s->watch.running && w->unsaved_since[0] != '\0' ? " since " : "",
		    s->watch.running ? w->unsaved_since : "");
}

static void show_below(const struct es_status *s)
{
	const struct es_adopt_report *b = &s->below;
	uint64_t clear = b->files + b->links;

	if (s->boot == NULL || s->boot->state == ES_BOOT_LOCKED)
		return;
	if (s->below_reason != ES_OK)
		row("Below", "unknown: %s", es_reason_words(s->below_reason)->what);
	else if (clear + b->pending + b->changed + b->left == 0)
		row("Below", "nothing but what packages ship");
	else
		row("Below",
		    "in the clear: %" PRIu64 " not adopted, %" PRIu64 " to be removed, %" PRIu64
		    " changed since, %" PRIu64 " that can't be adopted",
		    clear, b->pending, b->changed, b->left);
}

static void show_elsewhere(const struct es_status *s)
{
	const struct es_elsewhere_list *e = &s->elsewhere;

	if (s->boot == NULL || s->boot->state == ES_BOOT_LOCKED)
		return;
	if (e->reason != ES_OK)
		row("Elsewhere", "unknown: %s", es_reason_words(e->reason)->what);
	else if (e->count == 0)
		row("Elsewhere", "no copies that etcseal knows of");
	else
		row("Elsewhere", "places with copies in the clear: %u; that may come to have some: %u",
		    e->by_state[ES_ELSEWHERE_HOLDS], e->by_state[ES_ELSEWHERE_MAY]);
}

enum es_exit es_verb_status(const struct es_args *args)
{
	struct es_host_request request;
	ES_STATUS s = { .host = NULL };
	ES_HOST host = NULL;
	enum es_exit failed, shown = ES_EXIT_DONE;

	if (geteuid() != 0 && es_status_published(args, ES_PUBLIC_DIR, &shown))
		return shown;
	failed = es_open_host(args, &host);
	if (failed != ES_EXIT_DONE)
		return failed;
	request = es_host_request_of(args);
	es_status_gather(host, request.run_dir != NULL ? request.run_dir : ES_RUN_DIR, &s);
	if (args->json) {
		shown = es_print(es_status_fill_json, &s);
	} else {
		show_mode(&s);
		show_opened(&s);
		show_banks(&s);
		show_watch(&s);
		show_below(&s);
		show_elsewhere(&s);
		show_trust(&s);
		for (unsigned i = 0; i < s.warning_count; i++)
			printf("%s  ! %s\n", i == 0 ? "\n" : "", s.warning[i].text);
	}
	return shown != ES_EXIT_DONE ? shown : es_reason_words(s.state)->exit;
}
