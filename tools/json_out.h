/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text (RFC 8259), pretty-printed. Writes through es_writer, so that a first pass measures and secrets can go into
 * a buffer of their own. What isn't UTF-8 becomes U+FFFD: names come from disks.
 */
#ifndef ES_TOOLS_JSON_OUT_H
#define ES_TOOLS_JSON_OUT_H

#include "keys/core/span.h"

enum { ES_EMIT_DEPTH = 16 };

struct es_emit {
	struct es_writer *out;
	unsigned depth;
	bool filled[ES_EMIT_DEPTH + 1]; /* something stands there already */
	char close[ES_EMIT_DEPTH + 1];
};

/* name is NULL at the top and within an array. Each begin has its end. */
void es_emit_object(struct es_emit *j, const char *name);
void es_emit_array(struct es_emit *j, const char *name);
void es_emit_end(struct es_emit *j);

void es_emit_text(struct es_emit *j, const char *name, const char *text); /* NULL: null */
void es_emit_number(struct es_emit *j, const char *name, uint64_t v);
void es_emit_bool(struct es_emit *j, const char *name, bool v);
void es_emit_null(struct es_emit *j, const char *name);

#endif
