/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/status.h"

#include "keys/core/hex.h"
#include "keys/core/labels.h"

static void emit_boot(struct es_emit *j, const struct es_boot_record *b)
{
	if (b == NULL) {
		es_emit_null(j, "boot");
		return;
	}
	es_emit_object(j, "boot");
	es_emit_text(j, "state", es_boot_state_names[b->state]);
	es_emit_text(j, "opened_by", es_opened_by_names[b->opened_by]);
	es_emit_text(j, "refusal", b->refusal[0] != '\0' ? b->refusal : NULL);
	es_emit_text(j, "refusal_detail", b->refusal_detail[0] != '\0' ? b->refusal_detail : NULL);
	es_emit_bool(j, "recovery_at_console", b->recovery_at_console);
	if (b->bank >= 0)
		es_emit_number(j, "bank", (uint64_t)b->bank);
	else
		es_emit_null(j, "bank");
	es_emit_number(j, "generation", b->generation);
	es_emit_number(j, "unlock_ms", b->unlock_ms);
	es_emit_number(j, "tpm_commands", b->tpm_commands);
	es_emit_bool(j, "fenced", b->fenced);
	es_emit_bool(j, "fence_confirmed", b->fence_vouched);
	es_emit_text(j, "freshness", es_freshness_names[b->freshness]);
	if (b->has_counter)
		es_emit_number(j, "counter", b->counter);
	else
		es_emit_null(j, "counter");
	es_emit_text(j, "consent", es_consent_names[b->consent]);
	es_emit_bool(j, "stub", b->stub);
	es_emit_text(j, "measured", b->stub ? es_measured_names[b->handover.measured] : NULL);
	es_emit_text(j, "outside_options", b->stub ? es_outside_names[b->handover.outside] : NULL);
	if (b->stub && b->handover.firmware_options != ES_FIRMWARE_NOT_MEASURED)
		es_emit_number(j, "firmware_options", (uint64_t)b->handover.firmware_options);
	else
		es_emit_null(j, "firmware_options");
	es_emit_array(j, "paths");
	for (unsigned i = 0; i < b->path_count; i++)
		es_emit_text(j, NULL, b->paths[i]);
	es_emit_end(j);
	es_emit_end(j);
}

static void emit_banks(struct es_emit *j, const struct es_host *host)
{
	es_emit_array(j, "banks");
	for (unsigned i = 0; i < ES_BANK_COUNT; i++) {
		const struct es_bank *b = es_host_bank_number(host, i);

		es_emit_object(j, NULL);
		es_emit_number(j, "number", i);
		es_emit_text(j, "state", es_bank_state_names[b->state]);
		es_emit_bool(j, "current", b == es_host_bank(host));
		if (b->state == ES_BANK_DAMAGED) {
			es_emit_text(j, "damage", es_reason_words(b->damage)->id);
			es_emit_text(j, "detail", b->detail);
		}
		if (b->state == ES_BANK_WHOLE) {
			es_emit_number(j, "generation", b->info->generation);
			es_emit_number(j, "revision", b->info->revision);
			es_emit_text(j, "mode", es_mode_names[b->info->mode]);
			es_emit_number(j, "size", b->info->archive_size);
		}
		es_emit_end(j);
	}
	es_emit_end(j);
}

static bool sealed_to_vendor(const struct es_info *info)
{
	for (unsigned i = 0; i < info->protector_count; i++)
		if (info->protectors[i]->type == ES_PROTECTOR_TPM && info->protectors[i]->tpm.is_signed)
			return true;
	return false;
}

static void emit_info(struct es_emit *j, const struct es_status *s)
{
	char key[2 * ES_KEY_ID_LEN + 1];

	if (s->info == NULL) {
		es_emit_null(j, "mode");
		return;
	}
	es_emit_text(j, "mode", es_mode_names[s->info->mode]);
	if (s->info->mode == ES_MODE_KDF)
		es_emit_bool(j, "bound_to_machine", s->bound);
	else
		es_emit_bool(j, "sealed_to_this_boot", s->fits);
	es_emit_bool(j, "sealed_to_vendor", sealed_to_vendor(s->info));
	es_emit_text(j, "host", s->info->host);
	es_hex_encode(s->info->key_id, ES_KEY_ID_LEN, key);
	es_emit_text(j, "key_id", key);
	es_emit_number(j, "generation", s->info->generation);
	es_emit_number(j, "revision", s->info->revision);
	es_emit_object(j, "require");
	es_emit_bool(j, "secure_boot", s->info->require_secure_boot);
	es_emit_bool(j, "exec_installed_only", s->info->require_exec_installed_only);
	es_emit_end(j);
}

static void emit_recovery(struct es_emit *j, const struct es_protector *p)
{
	if (p == NULL) {
		es_emit_null(j, "recovery");
		return;
	}
	es_emit_object(j, "recovery");
	es_emit_text(j, "id", p->id);
	es_emit_text(j, "created", p->recovery.created);
	es_emit_text(j, "verified", p->recovery.verified[0] != '\0' ? p->recovery.verified : NULL);
	es_emit_text(j, "acknowledged", p->recovery.acknowledged[0] != '\0' ? p->recovery.acknowledged : NULL);
	es_emit_end(j);
}

static void emit_tpm(struct es_emit *j, const struct es_status *s)
{
	es_emit_object(j, "tpm");
	es_emit_bool(j, "usable", s->tpm == ES_OK);
	es_emit_text(j, "reason", es_reason_words(s->tpm)->id);
	es_emit_text(j, "detail", s->tpm_detail[0] != '\0' ? s->tpm_detail : NULL);
	if (s->counter == ES_OK)
		es_emit_number(j, "counter", s->counter_value);
	else
		es_emit_null(j, "counter");
	es_emit_end(j);
}

static void emit_time(struct es_emit *j, const char *name, const char *time)
{
	es_emit_text(j, name, time[0] != '\0' ? time : NULL);
}

static void emit_watch(struct es_emit *j, const struct es_status *s)
{
	const struct es_watch_record *w = &s->watch.record;

	if (s->unsaved_reason == ES_OK)
		es_emit_bool(j, "unsaved", s->unsaved);
	else
		es_emit_null(j, "unsaved");
	es_emit_text(j, "unsaved_reason", s->unsaved_reason != ES_OK ? es_reason_words(s->unsaved_reason)->id : NULL);
	es_emit_text(j, "unsaved_detail", s->unsaved_detail[0] != '\0' ? s->unsaved_detail : NULL);
	es_emit_number(j, "skipped", s->packed.skipped);
	es_emit_number(j, "stripped", s->packed.stripped);
	es_emit_number(j, "linked", s->packed.linked);
	es_emit_object(j, "watch");
	es_emit_bool(j, "running", s->watch.running);
	if (s->watch.known) {
		es_emit_text(j, "state", es_watch_state_names[w->state]);
		emit_time(j, "since", w->since);
		emit_time(j, "saved", w->saved);
		emit_time(j, "unsaved_since", w->unsaved_since);
		emit_time(j, "reason", w->reason);
		emit_time(j, "detail", w->detail);
		es_emit_bool(j, "notified", w->notified);
	}
	es_emit_end(j);
}

static void emit_below(struct es_emit *j, const struct es_status *s)
{
	if (s->below_reason != ES_OK) {
		es_emit_null(j, "below");
		return;
	}
	es_emit_object(j, "below");
	es_emit_number(j, "clear", s->below.files + s->below.links);
	es_emit_number(j, "pending", s->below.pending);
	es_emit_number(j, "changed", s->below.changed);
	es_emit_number(j, "left", s->below.left);
	es_emit_end(j);
}

/* The same, as what monitoring goes by. */
static void emit_conditions(struct es_emit *j, const struct es_status *s)
{
	es_emit_array(j, "conditions");
	for (unsigned i = 0; i < s->warning_count; i++) {
		const struct es_condition_words *w = es_condition_words(s->warning[i].condition);

		es_emit_object(j, NULL);
		es_emit_text(j, "id", w->id);
		es_emit_text(j, "level", w->level == ES_LEVEL_NOTE ? "note" : es_level_names[w->level]);
		es_emit_end(j);
	}
	es_emit_end(j);
}

void es_status_fill_json(struct es_writer *w, const void *what)
{
	const struct es_status *s = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_text(&j, "state", es_reason_words(s->state)->id);
	es_emit_text(&j, "detail", s->state_detail[0] != '\0' ? s->state_detail : NULL);
	emit_info(&j, s);
	emit_boot(&j, s->boot);
	es_emit_text(&j, "boot_dir", es_host_boot_dir(s->host));
	es_emit_text(&j, "boot_note", es_host_boot_note(s->host)[0] != '\0' ? es_host_boot_note(s->host) : NULL);
	emit_banks(&j, s->host);
	emit_watch(&j, s);
	emit_below(&j, s);
	if (s->boot != NULL)
		es_elsewhere_emit(&j, "elsewhere", &s->elsewhere);
	else
		es_emit_null(&j, "elsewhere");
	emit_tpm(&j, s);
	es_emit_bool(&j, "secure_boot", es_secure_boot_vouched(s->secure_boot.state));
	es_emit_text(&j, "secure_boot_state", es_secure_boot_words(s->secure_boot.state)->id);
	es_emit_text(&j, "secure_boot_detail", s->secure_boot.detail[0] != '\0' ? s->secure_boot.detail : NULL);
	es_emit_bool(&j, "pinned", s->pinned);
	es_emit_text(&j, "pins", s->pinned ? es_reason_words(s->pins)->id : NULL);
	es_emit_bool(&j, "pinned_to_old_key", s->pinned_to_old_key);
	emit_recovery(&j, s->recovery);
	es_emit_object(&j, "root");
	es_emit_text(&j, "verified_by", es_root_state_names[s->root.state]);
	es_emit_text(&j, "source", s->root.source);
	es_emit_text(&j, "type", s->root.type);
	es_emit_end(&j);
	es_emit_array(&j, "warnings");
	for (unsigned i = 0; i < s->warning_count; i++)
		es_emit_text(&j, NULL, s->warning[i].text);
	es_emit_end(&j);
	emit_conditions(&j, s);
	es_emit_end(&j);
}
