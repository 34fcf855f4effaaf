/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/lines.h"

#include <string.h>

static void skip(struct es_span *s, size_t n)
{
	s->data += n;
	s->len -= n;
}

bool es_line_next(struct es_span *text, struct es_span *ret)
{
	const uint8_t *end;

	if (text->len == 0)
		return false;
	end = memchr(text->data, '\n', text->len);
	*ret = (struct es_span){ text->data, end != NULL ? (size_t)(end - text->data) : text->len };
	skip(text, ret->len + (end != NULL));
	return true;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

bool es_word_next(struct es_span *line, struct es_span *ret)
{
	size_t n = 0;

	while (n < line->len && is_blank(line->data[n]))
		n++;
	skip(line, n);
	n = 0;
	while (n < line->len && !is_blank(line->data[n]))
		n++;
	if (n == 0)
		return false;
	*ret = (struct es_span){ line->data, n };
	skip(line, n);
	return true;
}

bool es_word_copy(struct es_span word, char *ret, size_t cap)
{
	bool fits = word.len < cap;

	if (fits && word.len > 0)
		memcpy(ret, word.data, word.len);
	ret[fits ? word.len : 0] = '\0';
	return fits;
}
