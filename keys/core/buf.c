/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/buf.h"

#include <stdlib.h>
#include <string.h>

enum es_reason es_buf_new(size_t len, struct es_buf *ret)
{
	uint8_t *data = calloc(1, len > 0 ? len : 1);

	if (data == NULL)
		return ES_MEMORY;
	ret->data = data;
	ret->len = len;
	return ES_OK;
}

enum es_reason es_buf_copy(struct es_span from, struct es_buf *ret)
{
	enum es_reason r = es_buf_new(from.len, ret);

	if (r == ES_OK && from.len > 0)
		memcpy(ret->data, from.data, from.len);
	return r;
}

void es_buf_free(struct es_buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = 0;
}

struct es_span es_buf_span(const struct es_buf *b)
{
	return (struct es_span){ b->data, b->len };
}

struct es_buf es_buf_take(struct es_buf *b)
{
	struct es_buf moved = *b;

	b->data = NULL;
	b->len = 0;
	return moved;
}

struct es_span es_text_span(const char *text)
{
	return (struct es_span){ (const uint8_t *)text, strlen(text) };
}

void *es_grow(void *items, size_t count, size_t *room, size_t item_size)
{
	size_t more = *room > 0 ? *room * 2 : 64, bytes;
	void *grown;

	if (count < *room)
		return items;
	grown = __builtin_mul_overflow(more, item_size, &bytes) ? NULL : realloc(items, bytes);
	if (grown != NULL)
		*room = more;
	return grown;
}
