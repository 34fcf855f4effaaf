/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/boot_record.h"
#include "keys/store/covered.h"
#include "keys/store/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HANDOVER_MAX = 1024 };

static bool set_int(json_t *o, const char *key, uint64_t n)
{
	return es_json_set(o, key, json_integer((json_int_t)n));
}

static bool set_bool(json_t *o, const char *key, bool b)
{
	return es_json_set(o, key, json_boolean(b));
}

/* It may contain text from the TPM or the firmware, and is shown on consoles: printable ASCII only. */
static bool set_printable(json_t *o, const char *key, const char *text)
{
	char clean[256];

	es_printable(text, clean, sizeof clean);
	return es_json_set_text(o, key, clean);
}

/* The same object that the stub writes, so that one reader suffices. */
static enum es_reason handover_object(const struct es_handover *h, json_t **ret)
{
	uint8_t text[HANDOVER_MAX];
	char detail[ES_JSON_DETAIL];
	struct es_writer w = { .data = text, .cap = sizeof text };

	es_handover_write(h, &w);
	if (w.bad)
		return ES_ARGUMENT;
	return es_json_parse((struct es_span){ text, w.pos }, ret, detail) == ES_OK ? ES_OK : ES_ARGUMENT;
}

static bool set_pcrs(json_t *o, const struct es_pcr_values *values)
{
	json_t *before = json_object();
	json_t *pcrs = json_object();
	char name[12];

	if (!es_json_set(o, "before_fence", before)) {
		json_decref(pcrs);
		return false;
	}
	if (!es_json_set(before, "pcrs", pcrs))
		return false;
	for (unsigned i = 0; i < ES_PCR_COUNT; i++) {
		snprintf(name, sizeof name, "%u", i);
		if ((values->present & ES_PCR_BIT(i)) != 0 &&
		    !es_json_set_hex(pcrs, name, values->value[i].bytes, ES_SHA256_LEN))
			return false;
	}
	return true;
}

static bool set_paths(json_t *o, const struct es_boot_record *record)
{
	json_t *list = json_array();

	if (!es_json_set(o, "paths", list))
		return false;
	for (unsigned i = 0; i < record->path_count; i++)
		if (json_array_append_new(list, json_string_nocheck(record->paths[i])) != 0)
			return false;
	return true;
}

static bool set_age(json_t *o, const struct es_boot_record *record)
{
	return es_json_set_text(o, "freshness", es_freshness_names[record->freshness]) &&
	       (record->has_counter ? set_int(o, "counter", record->counter) : es_json_set_null(o, "counter")) &&
	       es_json_set_text(o, "consent", es_consent_names[record->consent]);
}

static bool fill(json_t *o, const struct es_boot_record *record, json_t *handover)
{
	bool fine =
	    es_json_set_text(o, "format", "etcseal-boot") && set_int(o, "version", 1) &&
	    es_json_set_text(o, "state", es_boot_state_names[record->state]) &&
	    es_json_set_text(o, "opened_by", es_opened_by_names[record->opened_by]) &&
	    (handover != NULL ? es_json_set(o, "handover", json_incref(handover)) : es_json_set_null(o, "handover"));

	fine = fine && set_printable(o, "refusal", record->refusal) &&
	       set_printable(o, "refusal_detail", record->refusal_detail) &&
	       set_bool(o, "recovery_at_console", record->recovery_at_console) &&
	       (record->bank >= 0 ? set_int(o, "bank", (uint64_t)record->bank) : es_json_set_null(o, "bank"));
	fine = fine && set_int(o, "generation", record->generation) &&
	       (record->image_generation == 0 || set_int(o, "image_generation", record->image_generation));
	fine = fine && set_age(o, record);
	return fine && set_bool(o, "tpm", record->tpm) && set_bool(o, "fenced", record->fenced) &&
	       set_bool(o, "fence_vouched", record->fence_vouched) && set_pcrs(o, &record->before_fence) &&
	       set_int(o, "unlock_ms", record->unlock_ms) && set_int(o, "tpm_commands", record->tpm_commands) &&
	       set_paths(o, record);
}

enum es_reason es_boot_record_write(const struct es_boot_record *record, struct es_buf *ret)
{
	ES_JSON handover = NULL;
	ES_JSON o = NULL;
	ES_BUF text = { NULL, 0 };
	struct es_boot_record again;
	enum es_reason r = ES_OK;

	if ((unsigned)record->state >= ES_BOOT_STATES || (unsigned)record->opened_by >= ES_OPENED_BY_COUNT ||
	    record->path_count > ES_PATHS_MAX || record->generation > ES_JSON_UINT_MAX ||
	    record->image_generation > ES_JSON_UINT_MAX || (unsigned)record->freshness >= ES_FRESHNESS_COUNT ||
	    (unsigned)record->consent >= ES_CONSENT_COUNT || record->counter > ES_JSON_UINT_MAX)
		return ES_ARGUMENT;
	if (record->stub)
		r = handover_object(&record->handover, &handover);
	if (r != ES_OK)
		return r;
	o = json_object();
	if (o == NULL || !fill(o, record, handover))
		return ES_MEMORY;
	r = es_json_print(o, &text);
	if (r != ES_OK)
		return r;
	/* The running host would lose its record of the boot if it couldn't read this. */
	if (es_boot_record_parse(es_buf_span(&text), &again) != ES_OK)
		return ES_ARGUMENT;
	*ret = es_buf_take(&text);
	return ES_OK;
}
