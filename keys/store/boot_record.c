/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/boot_record.h"
#include "keys/store/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const es_boot_state_names[ES_BOOT_STATES] = { "unconfigured", "unlocked", "locked" };
const char *const es_opened_by_names[ES_OPENED_BY_COUNT] = { "none", "tpm", "kdf", "recovery" };

const char *const es_freshness_names[ES_FRESHNESS_COUNT] = { "unknown", "newest", "rolled-back", "counter-missing",
							     "downgrade" };
const char *const es_consent_names[ES_CONSENT_COUNT] = { "none", "old", "new-host" };

enum { JSON_MAX = 64 << 10 };

static void parse_banks(struct es_json *j, struct es_handover *h)
{
	json_t *list = es_json_get(j, "banks", JSON_ARRAY);

	if (list == NULL)
		return;
	if (json_array_size(list) != ES_BANK_COUNT) {
		es_json_fail(j, ES_FORMAT, "banks", "not two");
		return;
	}
	for (size_t i = 0; i < ES_BANK_COUNT; i++) {
		struct es_json in = {
			.obj = json_array_get(list, i), .where = "banks[].", .reason = j->reason, .detail = j->detail
		};

		if (!json_is_object(in.obj))
			es_json_fail(&in, ES_FORMAT, NULL, "not an object");
		h->bank[i] = es_json_bool(&in, "present");
		h->bank_refused[i] = es_json_bool(&in, "refused");
		j->reason = in.reason;
	}
}

static void read_handover(struct es_json *j, struct es_handover *h)
{
	es_json_expect(j, "format", "etcseal-handover", ES_FORMAT);
	if (es_json_uint(j, "version", UINT64_MAX) != 1)
		es_json_fail(j, ES_VERSION, "version", "unknown to this release");
	h->measured = es_json_choice(j, "measured", es_measured_names, ES_MEASURED_COUNT, ES_VERSION);
	h->outside = es_json_choice(j, "outside_options", es_outside_names, ES_OUTSIDE_COUNT, ES_VERSION);
	h->firmware_options = ES_FIRMWARE_NOT_MEASURED;
	if (j->reason == ES_OK && json_object_get(j->obj, "firmware_options") != NULL)
		h->firmware_options = (int)es_json_uint(j, "firmware_options", ES_FIRMWARE_COUNT_MAX);
	h->secure_boot = es_json_bool(j, "secure_boot");
	h->recovery = es_json_bool(j, "recovery");
	parse_banks(j, h);
	es_json_text(j, "device", h->device_uuid, sizeof h->device_uuid);
	if (h->device_uuid[0] != '\0' && !es_shape_fits(h->device_uuid, ES_SHAPE_UUID))
		es_json_fail(j, ES_FORMAT, "device", "not a UUID");
}

static enum es_reason parse_text(struct es_span text, json_t **ret, char detail[static ES_JSON_DETAIL])
{
	return text.len > JSON_MAX ? ES_TOO_LARGE : es_json_parse(text, ret, detail);
}

enum es_reason es_handover_parse(struct es_span json, struct es_handover *ret)
{
	char detail[ES_JSON_DETAIL];
	ES_JSON obj = NULL;
	struct es_handover h = { 0 };
	struct es_json j = { .where = "", .detail = detail };

	j.reason = parse_text(json, &obj, detail);
	j.obj = obj;
	read_handover(&j, &h);
	if (j.reason == ES_OK)
		*ret = h;
	return j.reason;
}

/* The number of a PCR from a field's name, without leading zeros; ES_PCR_COUNT if it isn't one. */
static unsigned pcr_number(const char *name)
{
	char text[12];

	for (unsigned i = 0; i < ES_PCR_COUNT; i++) {
		snprintf(text, sizeof text, "%u", i);
		if (strcmp(name, text) == 0)
			return i;
	}
	return ES_PCR_COUNT;
}

static void parse_pcrs(struct es_json *j, struct es_pcr_values *values)
{
	json_t *before = es_json_get(j, "before_fence", JSON_OBJECT);
	struct es_json in = { .obj = before, .where = "before_fence.", .reason = j->reason, .detail = j->detail };
	json_t *pcrs = es_json_get(&in, "pcrs", JSON_OBJECT);

	in.obj = pcrs;
	if (pcrs != NULL) {
		const char *name;
		json_t *value;

		json_object_foreach(pcrs, name, value)
		{
			unsigned n = pcr_number(name);

			if (n >= ES_PCR_COUNT) {
				es_json_fail(&in, ES_FORMAT, "pcrs", "names something that isn't a PCR (0 to 23)");
				break;
			}
			es_json_hex(&in, name, values->value[n].bytes, ES_SHA256_LEN);
			values->present |= ES_PCR_BIT(n);
		}
	}
	j->reason = in.reason;
}

static void parse_paths(struct es_json *j, struct es_boot_record *record)
{
	json_t *list = es_json_get(j, "paths", JSON_ARRAY);

	if (list == NULL)
		return;
	if (json_array_size(list) > ES_PATHS_MAX) {
		es_json_fail(j, ES_TOO_LARGE, "paths", "too many");
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *path = json_string_value(json_array_get(list, i));

		if (path == NULL || es_covered_path_check(path) != ES_OK) {
			es_json_fail(j, ES_FORMAT, "paths", "contains a path that can't be covered");
			return;
		}
		snprintf(record->paths[i], sizeof record->paths[i], "%s", path);
	}
	record->path_count = (unsigned)json_array_size(list);
}

/* Fields that the helper of 0.1.0 doesn't write. */
static void read_age(struct es_json *j, struct es_boot_record *record)
{
	if (j->reason != ES_OK || json_object_get(j->obj, "freshness") == NULL)
		return;
	record->freshness = es_json_choice(j, "freshness", es_freshness_names, ES_FRESHNESS_COUNT, ES_VERSION);
	record->consent = es_json_choice(j, "consent", es_consent_names, ES_CONSENT_COUNT, ES_VERSION);
	record->fence_vouched = es_json_bool(j, "fence_vouched");
	record->has_counter = !es_json_is_null(j, "counter");
	if (record->has_counter)
		record->counter = es_json_uint(j, "counter", UINT64_MAX);
}

static void read_record(struct es_json *j, struct es_boot_record *record)
{
	es_json_expect(j, "format", "etcseal-boot", ES_FORMAT);
	if (es_json_uint(j, "version", UINT64_MAX) != 1)
		es_json_fail(j, ES_VERSION, "version", "unknown to this release");
	record->state = es_json_choice(j, "state", es_boot_state_names, ES_BOOT_STATES, ES_VERSION);
	record->opened_by = es_json_choice(j, "opened_by", es_opened_by_names, ES_OPENED_BY_COUNT, ES_VERSION);
	record->stub = j->reason == ES_OK && !es_json_is_null(j, "handover");
	if (record->stub) {
		struct es_json in = { .obj = es_json_get(j, "handover", JSON_OBJECT),
				      .where = "handover.",
				      .reason = j->reason,
				      .detail = j->detail };

		read_handover(&in, &record->handover);
		j->reason = in.reason;
	}
	es_json_text(j, "refusal", record->refusal, sizeof record->refusal);
	es_json_text(j, "refusal_detail", record->refusal_detail, sizeof record->refusal_detail);
	record->recovery_at_console = es_json_bool(j, "recovery_at_console");
	record->bank = -1;
	if (!es_json_is_null(j, "bank"))
		record->bank = (int)es_json_uint(j, "bank", ES_BANK_COUNT - 1);
	record->generation = es_json_uint(j, "generation", UINT64_MAX);
	if (j->reason == ES_OK && json_object_get(j->obj, "image_generation") != NULL)
		record->image_generation = es_json_uint(j, "image_generation", ES_JSON_UINT_MAX);
	record->tpm = es_json_bool(j, "tpm");
	record->fenced = es_json_bool(j, "fenced");
	read_age(j, record);
	parse_pcrs(j, &record->before_fence);
	record->unlock_ms = (unsigned)es_json_uint(j, "unlock_ms", UINT32_MAX);
	record->tpm_commands = (unsigned)es_json_uint(j, "tpm_commands", UINT32_MAX);
	parse_paths(j, record);
}

enum es_reason es_boot_record_parse(struct es_span json, struct es_boot_record *ret)
{
	char detail[ES_JSON_DETAIL];
	ES_JSON obj = NULL;
	struct es_boot_record record = { 0 };
	struct es_json j = { .where = "", .detail = detail };

	j.reason = parse_text(json, &obj, detail);
	j.obj = obj;
	read_record(&j, &record);
	if (j.reason == ES_OK)
		*ret = record;
	return j.reason;
}
