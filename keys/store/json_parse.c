/* SPDX-License-Identifier: Apache-2.0 */
/* The strict half of json.h: from bytes to one object, where json-c by itself would shrug. */
#include "keys/store/json.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static void tokener_freep(struct json_tokener **tok)
{
	if (*tok != NULL)
		json_tokener_free(*tok);
}

/* Walks well-formed JSON and calls each colon outside of strings a field. */
static size_t count_in_text(struct es_span text)
{
	bool in_string = false;
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (in_string && text.data[i] == '\\')
			i++;
		else if (text.data[i] == '"')
			in_string = !in_string;
		else if (!in_string && text.data[i] == ':')
			n++;
	}
	return n;
}

static size_t count_in_tree(struct json_object *v)
{
	size_t n = 0;

	if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, key, child)
		{
			(void)key;
			n += 1 + count_in_tree(child);
		}
	} else if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++)
			n += count_in_tree(json_object_array_get_idx(v, i));
	}
	return n;
}

static bool is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

enum es_reason es_json_parse(struct es_span text, struct json_object **ret, char ret_detail[static ES_JSON_DETAIL])
{
	ES_SCOPED(tokener_freep) struct json_tokener *tok = json_tokener_new_ex(ES_JSON_DEPTH);
	ES_JSON obj = NULL;
	size_t end;

	if (tok == NULL)
		return ES_MEMORY;
	if (text.len == 0 || text.len > INT_MAX / 2) {
		snprintf(ret_detail, ES_JSON_DETAIL, "%s", text.len == 0 ? "empty" : "too long");
		return text.len == 0 ? ES_FORMAT : ES_TOO_LARGE;
	}
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	obj = json_tokener_parse_ex(tok, (const char *)text.data, (int)text.len);
	if (json_tokener_get_error(tok) != json_tokener_success) {
		snprintf(ret_detail, ES_JSON_DETAIL, "not JSON at byte %zu: %s", json_tokener_get_parse_end(tok),
			 json_tokener_error_desc(json_tokener_get_error(tok)));
		return ES_FORMAT;
	}
	end = json_tokener_get_parse_end(tok);
	for (size_t i = end; i < text.len; i++)
		if (!is_white(text.data[i])) {
			snprintf(ret_detail, ES_JSON_DETAIL, "something behind its end, at byte %zu", i);
			return ES_FORMAT;
		}
	if (!json_object_is_type(obj, json_type_object)) {
		snprintf(ret_detail, ES_JSON_DETAIL, "not a JSON object");
		return ES_FORMAT;
	}
	/* json-c keeps the last of two fields of one name. Another reader may keep the first; then the two would act
	 * on different files that carry the same MAC. */
	if (count_in_text(text) != count_in_tree(obj)) {
		snprintf(ret_detail, ES_JSON_DETAIL, "a field that stands there twice");
		return ES_FORMAT;
	}
	*ret = es_take(obj);
	return ES_OK;
}
