/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text (RFC 8259), pretty-printed. Writes through es_writer, so that a first pass can measure the length and
 * secrets can go into a buffer of their own. Invalid UTF-8 becomes U+FFFD: names come from disks.
 */
#ifndef ES_TOOLS_JSON_OUT_H
#define ES_TOOLS_JSON_OUT_H

#include "keys/core/span.h"

enum { ES_EMIT_DEPTH = 16 };

struct es_emit {
	struct es_writer *out;
	unsigned depth;
	bool filled[ES_EMIT_DEPTH + 1]; /* this level isn't empty, so a comma is needed */
	char close[ES_EMIT_DEPTH + 1];
};

/* name: NULL at the top and within an array. Each object and array needs its es_emit_end. */
void es_emit_object(struct es_emit *j, const char *name);
void es_emit_array(struct es_emit *j, const char *name);
void es_emit_end(struct es_emit *j);

void es_emit_text(struct es_emit *j, const char *name, const char *text); /* NULL: null */
void es_emit_number(struct es_emit *j, const char *name, uint64_t v);
void es_emit_bool(struct es_emit *j, const char *name, bool v);
void es_emit_null(struct es_emit *j, const char *name);

#endif
