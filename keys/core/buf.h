/* SPDX-License-Identifier: Apache-2.0 */
/* A buffer that its holder owns: malloc'd, freed at the end of the scope. Not for secrets. Host only. */
#ifndef ES_CORE_BUF_H
#define ES_CORE_BUF_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

struct es_buf {
	uint8_t *data;
	size_t len;
};

ES_MUST_CHECK enum es_reason es_buf_new(size_t len, struct es_buf *ret); /* zeroed; len may be 0 */
ES_MUST_CHECK enum es_reason es_buf_copy(struct es_span from, struct es_buf *ret);
void es_buf_free(struct es_buf *b); /* leaves b empty; b may be empty already */
struct es_span es_buf_span(const struct es_buf *b);
struct es_buf es_buf_take(struct es_buf *b); /* moves the bytes out, leaves b empty */
/* For an array of `count` items with room for *room: the array, moved if it was full; NULL: no memory, and items is as
 * it was. */
void *es_grow(void *items, size_t count, size_t *room, size_t item_size);
/* The bytes of a text, without its NUL. */
struct es_span es_text_span(const char *text);

#define ES_BUF ES_SCOPED(es_buf_free) struct es_buf

#endif
