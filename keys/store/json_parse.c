/* SPDX-License-Identifier: Apache-2.0 */
/* The strict half of json.h: from bytes to one object. jansson does the work; this refuses what it would accept. */
#include "keys/store/covered.h"
#include "keys/store/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_TEXT = 64,
	/* Each "{}," takes 236 bytes as jansson and malloc keep it. */
	ROOM_PER_BYTE = 96,
	ROOM = 160 << 10, /* more than the 132 KiB that malloc requests at a time */
};

/* The field whose name ends before the byte at that position. */
static void name_twice(struct es_span text, size_t position, char ret_detail[static ES_JSON_DETAIL])
{
	size_t end = position > 0 && position <= text.len ? position - 1 : 0, begin = end;
	char raw[NAME_TEXT], name[NAME_TEXT];

	while (begin > 0 && text.data[begin - 1] != '"')
		begin--;
	snprintf(raw, sizeof raw, "%.*s", (int)(end - begin), (const char *)text.data + begin);
	es_printable(raw, name, sizeof name);
	snprintf(ret_detail, ES_JSON_DETAIL, "a field that appears twice: %s", name);
}

static void say_depth(char ret_detail[static ES_JSON_DETAIL])
{
	snprintf(ret_detail, ES_JSON_DETAIL, "nested deeper than %d levels", ES_JSON_DEPTH);
}

/* The position is that of the byte after the one that jansson stopped at. Its words quote what it read, and the detail
 * is shown on consoles and in logs. */
static void say(struct es_span text, const json_error_t *e, char ret_detail[static ES_JSON_DETAIL])
{
	char words[80];

	es_printable(e->text, words, sizeof words);
	switch (json_error_code(e)) {
	case json_error_premature_end_of_input:
		if ((size_t)e->position < text.len)
			break; /* a NUL ended it */
		snprintf(ret_detail, ES_JSON_DETAIL, "not a JSON object, or cut short");
		return;
	case json_error_stack_overflow:
		say_depth(ret_detail);
		return;
	case json_error_duplicate_key:
		name_twice(text, (size_t)e->position, ret_detail);
		return;
	case json_error_numeric_overflow:
		snprintf(ret_detail, ES_JSON_DETAIL, "a number out of range at byte %d", e->position);
		return;
	case json_error_null_character:
	case json_error_null_byte_in_key:
		snprintf(ret_detail, ES_JSON_DETAIL, "a text that contains a NUL at byte %d", e->position);
		return;
	default:
		break;
	}
	snprintf(ret_detail, ES_JSON_DETAIL, "not JSON at byte %d: %s", e->position, words);
}

/* jansson's own limit is 2048 levels. */
static bool too_deep(json_t *v, unsigned levels)
{
	const char *name;
	json_t *inner;
	size_t i;

	if (levels == 0)
		return true;
	json_object_foreach(v, name, inner)
	{
		if (too_deep(inner, levels - 1))
			return true;
	}
	json_array_foreach(v, i, inner)
	{
		if (too_deep(inner, levels - 1))
			return true;
	}
	return false;
}

static bool is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* jansson aborts, or writes past a buffer, when it has no memory for the rest of a token (its issue 362). What it may
 * need is therefore requested first. */
static enum es_reason check_memory(size_t len)
{
	ES_BUF room = { NULL, 0 };

	return es_buf_new(ROOM + len * ROOM_PER_BYTE, &room);
}

/* Another process may take that memory meanwhile. A process that ends opens nothing. */
static void *allocate_or_end(size_t size)
{
	void *memory = malloc(size);

	if (memory == NULL)
		abort();
	return memory;
}

/* Duplicates: two readers that kept different ones would act on different contents with the same MAC. Not beyond a NUL:
 * after a number, jansson skips it. */
static json_t *load(struct es_span text, json_error_t *e)
{
	json_t *obj;

	json_set_alloc_funcs(allocate_or_end, free);
	obj = json_loadb((const char *)text.data, strnlen((const char *)text.data, text.len),
			 JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, e);
	json_set_alloc_funcs(malloc, free);
	return obj;
}

enum es_reason es_json_parse(struct es_span text, json_t **ret, char ret_detail[static ES_JSON_DETAIL])
{
	json_error_t e = { .position = 0 };
	ES_JSON obj = NULL;
	enum es_reason r;

	if (text.len == 0 || text.len > ES_JSON_MAX) {
		snprintf(ret_detail, ES_JSON_DETAIL, "%s", text.len == 0 ? "empty" : "too long");
		return text.len == 0 ? ES_FORMAT : ES_TOO_LARGE;
	}
	r = check_memory(text.len);
	if (r != ES_OK)
		return r;
	obj = load(text, &e);
	if (obj == NULL) {
		say(text, &e, ret_detail);
		return ES_FORMAT;
	}
	for (size_t i = (size_t)e.position; i < text.len; i++)
		if (!is_white(text.data[i])) {
			snprintf(ret_detail, ES_JSON_DETAIL, "trailing data at byte %zu", i);
			return ES_FORMAT;
		}
	if (!json_is_object(obj)) {
		snprintf(ret_detail, ES_JSON_DETAIL, "not a JSON object");
		return ES_FORMAT;
	}
	if (too_deep(obj, ES_JSON_DEPTH)) {
		say_depth(ret_detail);
		return ES_FORMAT;
	}
	*ret = es_take(obj);
	return ES_OK;
}
