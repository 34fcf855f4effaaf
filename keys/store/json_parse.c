/* SPDX-License-Identifier: Apache-2.0 */
/* The strict half of json.h: from bytes to one object. It also refuses what json-c accepts. */
#include "keys/store/json.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { FIELDS_NAMED_MAX = 256 };

static void tokener_freep(struct json_tokener **tok)
{
	if (*tok != NULL)
		json_tokener_free(*tok);
}

/* A walk through the fields of well-formed JSON. */
struct walk {
	struct es_span text;
	size_t pos;
	int depth, lowest; /* lowest: since the walk last reset it */
	const char *lax;   /* a fault that json-c 0.16 accepts even in strict mode; NULL: none so far */
};

static bool is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The position after a string that begins at pos; *ret is the part between its quotes. */
static size_t skip_string(struct es_span text, size_t pos, struct es_span *ret)
{
	size_t end = pos + 1;

	while (end < text.len && text.data[end] != '"')
		end += text.data[end] == '\\' ? 2 : 1;
	if (end > text.len)
		end = text.len;
	*ret = (struct es_span){ text.data + pos + 1, end - pos - 1 };
	return end + 1;
}

/* The next field's name, as written. */
static bool next_field(struct walk *w, struct es_span *ret)
{
	while (w->pos < w->text.len) {
		uint8_t c = w->text.data[w->pos];

		if (c == '"') {
			w->pos = skip_string(w->text, w->pos, ret);
			for (size_t i = 0; i < ret->len; i++)
				if (ret->data[i] < 0x20)
					w->lax = "a control character in a text";
			while (w->pos < w->text.len && is_white(w->text.data[w->pos]))
				w->pos++;
			if (w->pos < w->text.len && w->text.data[w->pos] == ':')
				return true;
			continue;
		}
		if (c == '\'')
			w->lax = "a field's name in single quotes";
		if (c == 'N' || c == 'I')
			w->lax = "a malformed number";
		if (c == '{' || c == '[')
			w->depth++;
		else if (c == '}' || c == ']')
			w->depth--;
		if (w->depth < w->lowest)
			w->lowest = w->depth;
		w->pos++;
	}
	return false;
}

static size_t count_in_text(struct es_span text, const char **ret_lax)
{
	struct walk w = { .text = text };
	struct es_span name;
	size_t n = 0;

	while (next_field(&w, &name))
		n++;
	*ret_lax = w.lax;
	return n;
}

/* Says which field it is, unless it comes too late: a hostile file must not keep us busy. */
static void name_twice(struct es_span text, char ret_detail[static ES_JSON_DETAIL])
{
	struct walk w = { .text = text };
	struct es_span name, other;

	snprintf(ret_detail, ES_JSON_DETAIL, "a field that appears twice");
	for (unsigned n = 0; n < FIELDS_NAMED_MAX && next_field(&w, &name); n++) {
		struct walk on = w;

		on.lowest = w.depth;
		while (next_field(&on, &other) && on.lowest == w.depth)
			if (on.depth == w.depth && name.len == other.len &&
			    memcmp(name.data, other.data, name.len) == 0) {
				size_t used = strlen(ret_detail);

				for (size_t i = 0; i < name.len; i++)
					if (name.data[i] < 0x20 || name.data[i] > 0x7e)
						return;
				snprintf(ret_detail + used, ES_JSON_DETAIL - used, ": %.*s", (int)name.len,
					 (const char *)name.data);
				return;
			}
	}
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

/* Refuses what json-c 0.16 accepts even in strict mode. */
static bool check_fields(struct es_span text, struct json_object *obj, char ret_detail[static ES_JSON_DETAIL])
{
	const char *lax;
	size_t in_text = count_in_text(text, &lax);

	/* A name in single quotes wouldn't be counted either. */
	if (lax != NULL) {
		snprintf(ret_detail, ES_JSON_DETAIL, "%s", lax);
		return false;
	}
	/* json-c keeps the last of two fields with the same name. Another reader may keep the first; the two would then
	 * act on different contents with the same MAC. */
	if (in_text != count_in_tree(obj)) {
		name_twice(text, ret_detail);
		return false;
	}
	return true;
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
	/* Trailing bytes are checked and named below. */
	json_tokener_set_flags(tok,
			       JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS | JSON_TOKENER_VALIDATE_UTF8);
	obj = json_tokener_parse_ex(tok, (const char *)text.data, (int)text.len);
	if (json_tokener_get_error(tok) == json_tokener_continue) {
		snprintf(ret_detail, ES_JSON_DETAIL, "not a JSON object, or cut short");
		return ES_FORMAT;
	}
	if (json_tokener_get_error(tok) != json_tokener_success) {
		snprintf(ret_detail, ES_JSON_DETAIL, "not JSON at byte %zu: %s", json_tokener_get_parse_end(tok),
			 json_tokener_error_desc(json_tokener_get_error(tok)));
		return ES_FORMAT;
	}
	end = json_tokener_get_parse_end(tok);
	for (size_t i = end; i < text.len; i++)
		if (!is_white(text.data[i])) {
			snprintf(ret_detail, ES_JSON_DETAIL, "trailing data at byte %zu", i);
			return ES_FORMAT;
		}
	if (!json_object_is_type(obj, json_type_object)) {
		snprintf(ret_detail, ES_JSON_DETAIL, "not a JSON object");
		return ES_FORMAT;
	}
	if (!check_fields(text, obj, ret_detail))
		return ES_FORMAT;
	*ret = es_take(obj);
	return ES_OK;
}
