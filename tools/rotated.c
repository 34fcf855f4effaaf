/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/rotated.h"

#include "keys/change/rotate.h"
#include "tools/common.h"
#include "tools/journal.h"
#include "tools/recovery_key.h"
#include "tools/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct shown {
	const struct es_info *settings; /* NULL: not asked for */
	uint64_t generation;
	const char *old_id;
	struct es_recovery_shown recovery;
};

static void fill_words(struct es_writer *w, const void *what)
{
	const struct shown *r = what;

	es_write_text(w, "The NEW recovery key of this host. WRITE IT DOWN NOW, and keep it away from this host:\n\n"
			 "  Recovery ID                             Key\n  ");
	es_recovery_fill_line(w, &r->recovery);
	es_write_text(w, "\nThe configuration is encrypted under a new key, so the old recovery key");
	if (r->old_id[0] != '\0') {
		es_write_text(w, " ");
		es_write_text(w, r->old_id);
	}
	es_write_text(
	    w, "\nopens nothing that is saved from now on. It still opens copies of older banks: keep it for as\n"
	       "long as you keep these. While this system runs, `etcseal recovery list` shows the new one again.\n\n");
}

static void fill_json(struct es_writer *w, const void *what)
{
	const struct shown *r = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	if (r->settings != NULL)
		es_settings_fill(&j, r->settings);
	es_emit_number(&j, "generation", r->generation);
	es_recovery_fill_object(&j, "recovery", &r->recovery);
	es_emit_text(&j, "replaces", r->old_id[0] != '\0' ? r->old_id : NULL);
	es_emit_end(&j);
}

/* Never the key itself. While one bank is still under the old key, the entry has the reason too. */
static void tell_journal(const struct shown *r, const char *new_id, enum es_reason reason)
{
	char text[320];

	snprintf(text, sizeof text,
		 "the configuration's key was changed, as generation %" PRIu64 ": recovery key %s replaces %s%s",
		 r->generation, new_id, r->old_id[0] != '\0' ? r->old_id : "none",
		 reason != ES_OK ? "; the old one still opens the other bank" : "");
	es_journal(&(struct es_entry){
	    .message = ES_SAY_ROTATED, .text = text, .generation = r->generation, .reason = reason });
}

enum es_exit es_rotated_show(const struct es_args *args, struct es_host *host, const struct es_rotated *rotated,
			     enum es_reason reason)
{
	const struct es_info *info = es_host_bank(host)->info;
	const struct shown shown = {
		.settings = rotated->settings ? info : NULL,
		.generation = info->generation,
		.old_id = rotated->old_id,
		.recovery = { es_recovery_protector(host), rotated->recovery },
	};
	enum es_exit status = es_print(args->json ? fill_json : fill_words, &shown);
	enum es_reason r = reason;
	char new_id[ES_RECOVERY_ID_TEXT];

	strcpy(new_id, shown.recovery.protector->id); /* the protector goes when the banks are read again */
	if (r == ES_OK && status == ES_EXIT_DONE)
		r = es_host_rotate_finish(host);
	tell_journal(&shown, new_id, r == ES_OK && status != ES_EXIT_DONE ? ES_IO : r);
	if (r == ES_OK && status == ES_EXIT_DONE) {
		es_line(args, "changed the configuration's key and the recovery key, as generation %" PRIu64,
			shown.generation);
		return status;
	}
	es_warn("keep BOTH recovery keys: the old one opens one of the banks until `etcseal backup` has succeeded");
	if (status != ES_EXIT_DONE)
		fprintf(stderr, "  Next: `etcseal recovery list` shows the new one while this system runs.\n");
	return r != ES_OK ? es_fail_host(args, r, host) : status;
}
