/* SPDX-License-Identifier: Apache-2.0 */
/* The boot helper reads this before anything is known about its author: strictly, with caps, and no more than is
 * needed. */
#include "keys/store/signature.h"

#include "keys/store/json.h"

#include <stdio.h>
#include <string.h>

#define GENERATION     "etcseal_generation"
#define GENERATION_MAX ((uint64_t)1 << 62)

_Static_assert((int)ES_SIGNATURE_DETAIL == (int)ES_JSON_DETAIL, "one buffer serves both");

void es_signatures_free(struct es_pcr_signatures *s)
{
	for (unsigned i = 0; i < s->count; i++)
		es_buf_free(&s->entry[i].signature);
	s->count = 0;
}

static void parse_pcrs(struct es_json *j, struct es_pcr_signature *ret)
{
	struct json_object *list = es_json_get(j, "pcrs", json_type_array);

	if (list == NULL)
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *v = json_object_array_get_idx(list, i);
		int64_t n = json_object_is_type(v, json_type_int) ? json_object_get_int64(v) : -1;

		if (n < 0 || n >= ES_PCR_COUNT)
			es_json_fail(j, ES_FORMAT, "pcrs", "names something that isn't a PCR (0 to 23)");
		else if ((ret->pcrs & ES_PCR_BIT(n)) != 0)
			es_json_fail(j, ES_FORMAT, "pcrs", "names a PCR twice");
		else
			ret->pcrs |= ES_PCR_BIT(n);
		if (j->reason != ES_OK)
			return;
	}
	if (ret->pcrs == 0)
		es_json_fail(j, ES_FORMAT, "pcrs", "empty");
}

static enum es_reason parse_entry(struct json_object *obj, struct es_pcr_signatures *all, char *detail)
{
	struct es_pcr_signature *entry = &all->entry[all->count];
	char where[32];
	struct es_json j = { .obj = obj, .where = where, .detail = detail };

	memset(entry, 0, sizeof *entry);
	snprintf(where, sizeof where, "sha256[%u].", all->count);
	all->count++;
	if (!json_object_is_type(obj, json_type_object)) {
		es_json_fail(&j, ES_FORMAT, NULL, "not an object");
		return j.reason;
	}
	parse_pcrs(&j, entry);
	es_json_hex(&j, "pkfp", entry->key.bytes, ES_SHA256_LEN);
	es_json_hex(&j, "pol", entry->policy.bytes, ES_SHA256_LEN);
	es_json_base64(&j, "sig", 1, ES_SIGNATURE_MAX, &entry->signature);
	if (json_object_object_get_ex(obj, GENERATION, NULL)) {
		entry->generation = es_json_uint(&j, GENERATION, GENERATION_MAX);
		if (entry->generation == 0)
			es_json_fail(&j, ES_FORMAT, GENERATION, "zero");
	}
	return j.reason;
}

enum es_reason es_signatures_parse(struct es_span json, struct es_pcr_signatures *ret,
				   char ret_detail[static ES_SIGNATURE_DETAIL])
{
	ES_SIGNATURES all = { .count = 0 };
	ES_JSON obj = NULL;
	struct json_object *list = NULL;
	enum es_reason r;

	ret_detail[0] = '\0';
	while (json.len > 0 && json.data[json.len - 1] == '\0')
		json.len--;
	if (json.len > ES_SIGNATURE_FILE_MAX)
		return ES_TOO_LARGE;
	r = es_json_parse(json, &obj, ret_detail);
	if (r != ES_OK)
		return r;
	if (json_object_object_get_ex(obj, "sha256", &list)) {
		struct es_json j = { .obj = obj, .where = "", .detail = ret_detail };

		if (!json_object_is_type(list, json_type_array))
			es_json_fail(&j, ES_FORMAT, "sha256", "not a list");
		else if (json_object_array_length(list) > ES_SIGNATURES_MAX)
			es_json_fail(&j, ES_TOO_LARGE, "sha256", "more than 64 signatures");
		r = j.reason;
		for (size_t i = 0; r == ES_OK && i < json_object_array_length(list); i++)
			r = parse_entry(json_object_array_get_idx(list, i), &all, ret_detail);
	}
	if (r != ES_OK)
		return r;
	*ret = all;
	all.count = 0;
	return ES_OK;
}

static bool set_pcrs(struct json_object *o, es_pcr_mask mask)
{
	struct json_object *list = json_object_new_array();

	if (!es_json_set(o, "pcrs", list))
		return false;
	for (unsigned i = 0; i < ES_PCR_COUNT; i++) {
		struct json_object *n;

		if ((mask & ES_PCR_BIT(i)) == 0)
			continue;
		n = json_object_new_int((int)i);
		if (n == NULL || json_object_array_add(list, n) != 0) {
			json_object_put(n);
			return false;
		}
	}
	return true;
}

static bool add_entry(struct json_object *list, const struct es_pcr_signature *entry)
{
	struct json_object *o = json_object_new_object();

	if (o == NULL || json_object_array_add(list, o) != 0) {
		json_object_put(o);
		return false;
	}
	return set_pcrs(o, entry->pcrs) && es_json_set_hex(o, "pkfp", entry->key.bytes, ES_SHA256_LEN) &&
	       es_json_set_hex(o, "pol", entry->policy.bytes, ES_SHA256_LEN) &&
	       es_json_set_base64(o, "sig", es_buf_span(&entry->signature)) &&
	       (entry->generation == 0 ||
		es_json_set(o, GENERATION, json_object_new_int64((int64_t)entry->generation)));
}

enum es_reason es_signatures_write(const struct es_pcr_signatures *s, struct es_buf *ret)
{
	char detail[ES_SIGNATURE_DETAIL];
	ES_SIGNATURES again = { .count = 0 };
	ES_JSON o = json_object_new_object();
	ES_BUF text = { NULL, 0 };
	struct json_object *list = json_object_new_array();
	const char *line;
	enum es_reason r;

	if (o == NULL) {
		json_object_put(list);
		return ES_MEMORY;
	}
	if (!es_json_set(o, "sha256", list))
		return ES_MEMORY;
	for (unsigned i = 0; i < s->count; i++)
		if (s->entry[i].generation > GENERATION_MAX)
			return ES_ARGUMENT;
		else if (!add_entry(list, &s->entry[i]))
			return ES_MEMORY;
	line = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (line == NULL)
		return ES_MEMORY;
	r = es_buf_new(strlen(line) + 1, &text);
	if (r != ES_OK)
		return r;
	memcpy(text.data, line, text.len - 1);
	text.data[text.len - 1] = '\n';
	r = es_signatures_parse(es_buf_span(&text), &again, detail);
	if (r != ES_OK)
		return r == ES_MEMORY ? r : ES_ARGUMENT;
	*ret = es_buf_take(&text);
	return ES_OK;
}
