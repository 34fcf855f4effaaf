/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict reading of JSON that nothing vouches for yet: one object, with nothing after it, no field twice, no NUL in a
 * text, integers that fit int64_t, limited depth, and every field with exactly the type, range and shape that is asked
 * for. Only keys/store and keys/archive/manifest.c include this.
 *
 * es_json is a cursor like es_reader: after the first error it reads nothing more and keeps that error's reason, so a
 * parser checks once, at its end. Outputs asked for after that are untouched.
 */
#ifndef ES_STORE_JSON_H
#define ES_STORE_JSON_H

#include "keys/core/buf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { ES_JSON_MAX = 64 << 10, ES_JSON_DEPTH = 16, ES_JSON_DETAIL = 128 };
/* The highest number that every release reads: json-c, in 0.1.0, doesn't distinguish INT64_MAX from a higher one. */
#define ES_JSON_UINT_MAX ((uint64_t)INT64_MAX - 1)

struct es_json {
	json_t *obj;       /* borrowed */
	const char *where; /* what precedes a field's name in detail: "protectors[1]." */
	enum es_reason reason;
	char *detail; /* ES_JSON_DETAIL bytes */
};

void es_json_freep(json_t **obj);
#define ES_JSON ES_SCOPED(es_json_freep) json_t *

/* text is one JSON object of at most ES_JSON_MAX bytes, followed by white space at most. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_json_parse(struct es_span text, json_t **ret, char ret_detail[static ES_JSON_DETAIL]);

/* Two spaces of indentation, one field a line, "\n" at the end; slashes aren't escaped. ES_ARGUMENT: a text isn't
 * UTF-8. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_json_print(const json_t *obj, struct es_buf *ret);
/* The same on one line, without spaces. */
ES_MUST_CHECK enum es_reason es_json_print_line(const json_t *obj, struct es_buf *ret);

/* Sets reason and detail unless there was an error before. key may be NULL: the object itself. */
void es_json_fail(struct es_json *j, enum es_reason reason, const char *key, const char *what);

/* The field, or NULL and a failure if it is missing or has another type. es_json_bool is for JSON_TRUE and
 * JSON_FALSE. */
json_t *es_json_get(struct es_json *j, const char *key, json_type type);
bool es_json_is_null(struct es_json *j, const char *key); /* exists and is null */
uint64_t es_json_uint(struct es_json *j, const char *key, uint64_t max);
bool es_json_bool(struct es_json *j, const char *key);
/* Printable ASCII of less than cap bytes, NUL-terminated in ret. */
void es_json_text(struct es_json *j, const char *key, char *ret, size_t cap);
/* The index in names; for any other text the reason `unknown`, which is ES_FORMAT or ES_VERSION. */
unsigned es_json_choice(struct es_json *j, const char *key, const char *const *names, unsigned count,
			enum es_reason unknown);
/* Exactly this text, for "format" and "version" of a file; any other gives the reason `unknown`. */
void es_json_expect(struct es_json *j, const char *key, const char *text, enum es_reason unknown);
/* Exactly len bytes, as lower-case hex. */
void es_json_hex(struct es_json *j, const char *key, uint8_t *ret, size_t len);
/* min to max bytes, as base64. The caller owns *ret. */
void es_json_base64(struct es_json *j, const char *key, size_t min, size_t max, struct es_buf *ret);

enum es_json_shape {
	ES_SHAPE_UUID, /* 0190b8f4-…, lower case */
	ES_SHAPE_GUID, /* {0190B8F4-…}, upper case, in braces */
	ES_SHAPE_TIME, /* 2026-11-21T18:14:32Z */
};
bool es_shape_fits(const char *text, enum es_json_shape shape);
/* cap is the size of that shape's text, including its NUL. */
void es_json_shaped(struct es_json *j, const char *key, enum es_json_shape shape, char *ret, size_t cap);

/* Puts value (which it takes over; NULL means no memory) into obj, in place of an older one or at the end. False: no
 * memory. A text that isn't UTF-8 is refused when it is printed. */
ES_MUST_CHECK bool es_json_set(json_t *obj, const char *key, json_t *value);
ES_MUST_CHECK bool es_json_set_text(json_t *obj, const char *key, const char *text);
ES_MUST_CHECK bool es_json_set_hex(json_t *obj, const char *key, const uint8_t *data, size_t len);
ES_MUST_CHECK bool es_json_set_base64(json_t *obj, const char *key, struct es_span data);
ES_MUST_CHECK bool es_json_set_null(json_t *obj, const char *key);

#endif
