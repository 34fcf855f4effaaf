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
	json_t *list = es_json_get(j, "pcrs", JSON_ARRAY);

	if (list == NULL)
		return;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *v = json_array_get(list, i);
		int64_t n = json_is_integer(v) ? json_integer_value(v) : -1;

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

static enum es_reason parse_entry(json_t *obj, struct es_pcr_signatures *all, char *detail)
{
	struct es_pcr_signature *entry = &all->entry[all->count];
	char where[32];
	struct es_json j = { .obj = obj, .where = where, .detail = detail };

	memset(entry, 0, sizeof *entry);
	snprintf(where, sizeof where, "sha256[%u].", all->count);
	all->count++;
	if (!json_is_object(obj)) {
		es_json_fail(&j, ES_FORMAT, NULL, "not an object");
		return j.reason;
	}
	parse_pcrs(&j, entry);
	es_json_hex(&j, "pkfp", entry->key.bytes, ES_SHA256_LEN);
	es_json_hex(&j, "pol", entry->policy.bytes, ES_SHA256_LEN);
	es_json_base64(&j, "sig", 1, ES_SIGNATURE_MAX, &entry->signature);
	if (json_object_get(obj, GENERATION) != NULL) {
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
	json_t *list;
	enum es_reason r;

	ret_detail[0] = '\0';
	while (json.len > 0 && json.data[json.len - 1] == '\0')
		json.len--;
	if (json.len > ES_SIGNATURE_FILE_MAX)
		return ES_TOO_LARGE;
	r = es_json_parse(json, &obj, ret_detail);
	if (r != ES_OK)
		return r;
	list = json_object_get(obj, "sha256");
	if (list != NULL) {
		struct es_json j = { .obj = obj, .where = "", .detail = ret_detail };

		if (!json_is_array(list))
			es_json_fail(&j, ES_FORMAT, "sha256", "not a list");
		else if (json_array_size(list) > ES_SIGNATURES_MAX)
			es_json_fail(&j, ES_TOO_LARGE, "sha256", "more than 64 signatures");
		r = j.reason;
		for (size_t i = 0; r == ES_OK && i < json_array_size(list); i++)
			r = parse_entry(json_array_get(list, i), &all, ret_detail);
	}
	if (r != ES_OK)
		return r;
	*ret = all;
	all.count = 0;
	return ES_OK;
}

static bool set_pcrs(json_t *o, es_pcr_mask mask)
{
	json_t *list = json_array();

	if (!es_json_set(o, "pcrs", list))
		return false;
	for (unsigned i = 0; i < ES_PCR_COUNT; i++)
		if ((mask & ES_PCR_BIT(i)) != 0 && json_array_append_new(list, json_integer((json_int_t)i)) != 0)
			return false;
	return true;
}

static bool add_entry(json_t *list, const struct es_pcr_signature *entry)
{
	json_t *o = json_object();

	return json_array_append_new(list, o) == 0 && set_pcrs(o, entry->pcrs) &&
	       es_json_set_hex(o, "pkfp", entry->key.bytes, ES_SHA256_LEN) &&
	       es_json_set_hex(o, "pol", entry->policy.bytes, ES_SHA256_LEN) &&
	       es_json_set_base64(o, "sig", es_buf_span(&entry->signature)) &&
	       (entry->generation == 0 || es_json_set(o, GENERATION, json_integer((json_int_t)entry->generation)));
}

enum es_reason es_signatures_write(const struct es_pcr_signatures *s, struct es_buf *ret)
{
	char detail[ES_SIGNATURE_DETAIL];
	ES_SIGNATURES again = { .count = 0 };
	ES_JSON o = json_object();
	ES_BUF text = { NULL, 0 };
	json_t *list = json_array();
	enum es_reason r;

	if (!es_json_set(o, "sha256", list))
		return ES_MEMORY;
	for (unsigned i = 0; i < s->count; i++)
		if (s->entry[i].generation > GENERATION_MAX)
			return ES_ARGUMENT;
		else if (!add_entry(list, &s->entry[i]))
			return ES_MEMORY;
	r = es_json_print_line(o, &text);
	if (r != ES_OK)
		return r;
	r = es_signatures_parse(es_buf_span(&text), &again, detail);
	if (r != ES_OK)
		return r == ES_MEMORY ? r : ES_ARGUMENT;
	*ret = es_buf_take(&text);
	return ES_OK;
}
