/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/hex.h"
#include "keys/crypto/base64.h"
#include "keys/store/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void es_json_freep(json_t **obj)
{
	json_decref(*obj);
	*obj = NULL;
}

void es_json_fail(struct es_json *j, enum es_reason reason, const char *key, const char *what)
{
	const char *name = key != NULL ? key : "";
	size_t len = strlen(j->where);

	if (j->reason != ES_OK)
		return;
	j->reason = reason;
	if (key == NULL && len > 0 && j->where[len - 1] == '.')
		len--; /* "protectors[1]: …", for the object itself */
	snprintf(j->detail, ES_JSON_DETAIL, "%.*s%s%s%s", (int)len, j->where, name, len > 0 || *name ? ": " : "", what);
}

static json_t *find(struct es_json *j, const char *key)
{
	json_t *v = j->reason == ES_OK ? json_object_get(j->obj, key) : NULL;

	if (v == NULL)
		es_json_fail(j, ES_FORMAT, key, "missing");
	return v;
}

json_t *es_json_get(struct es_json *j, const char *key, json_type type)
{
	static const char *const what[] = {
		[JSON_OBJECT] = "not of type object", [JSON_ARRAY] = "not of type array",
		[JSON_STRING] = "not of type string", [JSON_INTEGER] = "not of type int",
		[JSON_REAL] = "not of type double",   [JSON_TRUE] = "not of type boolean",
		[JSON_FALSE] = "not of type boolean", [JSON_NULL] = "not of type null",
	};
	json_t *v = find(j, key);

	if (v == NULL || json_typeof(v) == type)
		return v;
	es_json_fail(j, ES_FORMAT, key, what[type]);
	return NULL;
}

bool es_json_is_null(struct es_json *j, const char *key)
{
	return j->reason == ES_OK && json_is_null(json_object_get(j->obj, key));
}

uint64_t es_json_uint(struct es_json *j, const char *key, uint64_t max)
{
	json_t *v = es_json_get(j, key, JSON_INTEGER);

	if (v == NULL)
		return 0;
	if (max > ES_JSON_UINT_MAX)
		max = ES_JSON_UINT_MAX;
	if (json_integer_value(v) < 0 || (uint64_t)json_integer_value(v) > max) {
		es_json_fail(j, ES_FORMAT, key, "a number out of range");
		return 0;
	}
	return (uint64_t)json_integer_value(v);
}

bool es_json_bool(struct es_json *j, const char *key)
{
	json_t *v = find(j, key);

	if (v != NULL && !json_is_boolean(v))
		es_json_fail(j, ES_FORMAT, key, "not of type boolean");
	return json_is_true(v);
}

/* The string, in place, if it has less than cap bytes. */
static const char *get_string(struct es_json *j, const char *key, size_t cap)
{
	json_t *v = es_json_get(j, key, JSON_STRING);

	if (v == NULL)
		return NULL;
	if (json_string_length(v) >= cap) {
		es_json_fail(j, ES_TOO_LARGE, key, "too long");
		return NULL;
	}
	return json_string_value(v);
}

void es_json_text(struct es_json *j, const char *key, char *ret, size_t cap)
{
	const char *text = get_string(j, key, cap);

	if (text == NULL)
		return;
	/* It is shown on consoles and in logs: no character may move the cursor. */
	for (const char *c = text; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e) {
			es_json_fail(j, ES_FORMAT, key, "contains a character that isn't printable ASCII");
			return;
		}
	memcpy(ret, text, strlen(text) + 1);
}

unsigned es_json_choice(struct es_json *j, const char *key, const char *const *names, unsigned count,
			enum es_reason unknown)
{
	const char *text = get_string(j, key, SIZE_MAX);

	if (text == NULL)
		return 0;
	for (unsigned i = 0; i < count; i++)
		if (strcmp(text, names[i]) == 0)
			return i;
	es_json_fail(j, unknown, key, "unknown to this release");
	return 0;
}

void es_json_expect(struct es_json *j, const char *key, const char *text, enum es_reason unknown)
{
	es_json_choice(j, key, &text, 1, unknown);
}

void es_json_hex(struct es_json *j, const char *key, uint8_t *ret, size_t len)
{
	const char *text = get_string(j, key, SIZE_MAX);

	if (text == NULL)
		return;
	if (strspn(text, "0123456789abcdef") != 2 * len || !es_hex_decode(text, ret, len)) {
		char what[64];

		snprintf(what, sizeof what, "not %zu lower-case hex digits", 2 * len);
		es_json_fail(j, ES_FORMAT, key, what);
	}
}

void es_json_base64(struct es_json *j, const char *key, size_t min, size_t max, struct es_buf *ret)
{
	const char *text = get_string(j, key, SIZE_MAX);
	ES_BUF b = { NULL, 0 };
	enum es_reason r;

	if (text == NULL)
		return;
	r = es_base64_decode(text, max, &b);
	if (r == ES_TOO_LARGE)
		es_json_fail(j, r, key, "too long");
	else if (r != ES_OK)
		es_json_fail(j, r, key, "not base64");
	else if (b.len < min)
		es_json_fail(j, ES_FORMAT, key, "too short");
	else
		*ret = es_buf_take(&b);
}

/* Each character of the pattern matches one of the text: X an upper-case hex digit, x a lower-case one, 9 a decimal
 * one. */
static bool fits(const char *text, const char *pattern)
{
	for (; *pattern != '\0'; pattern++, text++) {
		const char *set = *pattern == 'x'   ? "0123456789abcdef"
				  : *pattern == 'X' ? "0123456789ABCDEF"
				  : *pattern == '9' ? "0123456789"
						    : NULL;

		if (*text == '\0' || (set != NULL ? strchr(set, *text) == NULL : *text != *pattern))
			return false;
	}
	return *text == '\0';
}

static unsigned two(const char *digits)
{
	return (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');
}

bool es_shape_fits(const char *text, enum es_json_shape shape)
{
	switch (shape) {
	case ES_SHAPE_UUID:
		return fits(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
	case ES_SHAPE_GUID:
		return fits(text, "{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}");
	case ES_SHAPE_TIME:
		return fits(text, "9999-99-99T99:99:99Z") && two(text + 5) >= 1 && two(text + 5) <= 12 &&
		       two(text + 8) >= 1 && two(text + 8) <= 31 && two(text + 11) <= 23 && two(text + 14) <= 59 &&
		       two(text + 17) <= 60;
	}
	return false;
}

void es_json_shaped(struct es_json *j, const char *key, enum es_json_shape shape, char *ret, size_t cap)
{
	static const char *const what[] = { "not a UUID in lower case", "not a {GUID} in upper case",
					    "not a time like 2026-11-21T18:14:32Z" };
	const char *text = get_string(j, key, SIZE_MAX);

	if (text == NULL)
		return;
	if (!es_shape_fits(text, shape) || strlen(text) >= cap)
		es_json_fail(j, ES_FORMAT, key, what[shape]);
	else
		memcpy(ret, text, strlen(text) + 1);
}

static void free_text(char **text)
{
	free(*text);
}

/* Reals as people write them: 0.1, and not 0.10000000000000001. */
static enum es_reason print(const json_t *obj, size_t layout, struct es_buf *ret)
{
	ES_SCOPED(free_text) char *text = NULL;
	ES_BUF b = { NULL, 0 };
	enum es_reason r;

	/* Without memory for a field's name, jansson may go on without it; malloc sets errno. */
	errno = 0;
	text = json_dumps(obj, layout | JSON_REAL_PRECISION(15));
	if (errno == ENOMEM)
		return ES_MEMORY;
	if (text == NULL)
		return ES_ARGUMENT;
	r = es_buf_new(strlen(text) + 1, &b);
	if (r != ES_OK)
		return r;
	memcpy(b.data, text, b.len - 1);
	b.data[b.len - 1] = '\n';
	*ret = es_buf_take(&b);
	return ES_OK;
}

enum es_reason es_json_print(const json_t *obj, struct es_buf *ret)
{
	return print(obj, JSON_INDENT(2), ret);
}

enum es_reason es_json_print_line(const json_t *obj, struct es_buf *ret)
{
	return print(obj, JSON_COMPACT, ret);
}

bool es_json_set(json_t *obj, const char *key, json_t *value)
{
	return json_object_set_new(obj, key, value) == 0;
}

bool es_json_set_text(json_t *obj, const char *key, const char *text)
{
	return es_json_set(obj, key, json_string_nocheck(text));
}

bool es_json_set_null(json_t *obj, const char *key)
{
	return es_json_set(obj, key, json_null());
}

bool es_json_set_hex(json_t *obj, const char *key, const uint8_t *data, size_t len)
{
	char text[2 * 64 + 1];

	if (len > 64)
		return false;
	es_hex_encode(data, len, text);
	return es_json_set_text(obj, key, text);
}

bool es_json_set_base64(json_t *obj, const char *key, struct es_span data)
{
	ES_SCOPED(free_text) char *text = NULL;

	return es_base64_encode(data, &text) == ES_OK && es_json_set_text(obj, key, text);
}
