/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/recovery_text.h"

#include "keys/core/utf8.h"

#include <string.h>

enum { GROUP = 6, LIKE_MIN_DIGITS = 3, LIKE_MAX = 9, ASCII_MAX = 0x7f };

/* The zeros of the scripts that have their own digits (Unicode, category Nd), as keyboards and input methods produce
 * them. */
static const uint16_t zeros[] = {
	0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6,
	0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0xff10,
};

static int hex_value(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return (int)c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (int)c - 'a' + 10 : -1;
}

static size_t width_of(const struct es_text *text)
{
	return text->wide ? 2 : 1;
}

/* The unit `index` units after `at`; 0 past the end. */
static uint32_t unit_at(const struct es_text *text, size_t at, unsigned index)
{
	const uint8_t *p;

	if ((text->bytes.len - at) / width_of(text) <= index)
		return 0;
	p = text->bytes.data + at + index * width_of(text);
	return text->wide ? p[0] | (uint32_t)p[1] << 8 : p[0];
}

/* Reads an escape at *at; *at moves past it. */
static bool read_escape(const struct es_text *text, size_t *at, uint32_t *ret)
{
	uint32_t first = unit_at(text, *at, 0), second = unit_at(text, *at, 1), c = 0;
	unsigned head = first == '%' ? 1 : 2, digits = first == '\\' && second == 'u' ? 4 : 2;

	if (first == '\\' && (second == 'n' || second == 'r' || second == 't')) {
		*ret = ' ';
		*at += 2 * width_of(text);
		return true;
	}
	if (first != '%' && !(first == '\\' && (second == 'u' || second == 'x')))
		return false;
	for (unsigned i = 0; i < digits; i++) {
		int digit = hex_value(unit_at(text, *at, head + i));

		if (digit < 0)
			return false;
		c = c << 4 | (uint32_t)digit;
	}
	/* A part of a character counts as a separator. */
	*ret = digits == 2 && c > ASCII_MAX ? ES_UTF8_REPLACEMENT : c;
	*at += (head + digits) * width_of(text);
	return true;
}

static void classify(uint32_t c, struct es_char *ret)
{
	ret->kind = ES_CHAR_SEPARATOR;
	ret->c = c <= ASCII_MAX ? (char)c : 0;
	if (c <= ASCII_MAX) {
		if (c >= '0' && c <= '9')
			ret->kind = ES_CHAR_DIGIT;
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
			ret->kind = ES_CHAR_LETTER;
		return;
	}
	for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++)
		if (c >= zeros[i] && c < zeros[i] + 10u) {
			ret->kind = ES_CHAR_DIGIT;
			ret->c = (char)('0' + (c - zeros[i]));
		}
}

bool es_text_has_escapes(const struct es_text *text)
{
	return text->bytes.len > 0 &&
	       (memchr(text->bytes.data, '%', text->bytes.len) || memchr(text->bytes.data, '\\', text->bytes.len));
}

bool es_text_next(const struct es_text *text, size_t *pos, struct es_char *ret)
{
	size_t len = text->bytes.len, at = *pos;
	uint32_t c;

	if (at >= len || len - at < width_of(text))
		return false;
	ret->from = at;
	if (text->escaped && read_escape(text, &at, &c)) {
		/* read_escape has moved `at` */
	} else if (text->wide) {
		c = unit_at(text, at, 0);
		at += 2;
	} else {
		c = es_utf8_next(text->bytes, &at);
	}
	ret->to = at;
	classify(c, ret);
	*pos = at;
	return true;
}

bool es_text_token(const struct es_text *text, size_t *pos, struct es_token *ret)
{
	struct es_token t = { .chars = 0 };
	size_t at = *pos;
	struct es_char c;

	while (es_text_next(text, &at, &c)) {
		if (c.kind == ES_CHAR_SEPARATOR) {
			if (t.chars > 0)
				break;
			continue;
		}
		if (t.chars++ == 0)
			t.from = c.from;
		t.to = c.to;
		t.digits += c.kind == ES_CHAR_DIGIT;
		if (c.kind == ES_CHAR_DIGIT && t.digits <= GROUP)
			t.value = t.value * 10 + (uint32_t)(c.c - '0');
	}
	if (t.chars == 0)
		return false;
	*pos = t.to;
	*ret = t;
	return true;
}

bool es_token_is_group(const struct es_token *t)
{
	return t->chars == GROUP && t->digits == GROUP;
}

bool es_token_is_like_group(const struct es_token *t)
{
	return t->digits >= LIKE_MIN_DIGITS && t->chars <= LIKE_MAX && t->digits * 2 >= t->chars;
}

void es_text_write_tokens(const struct es_text *text, size_t from, size_t to, struct es_writer *w)
{
	bool first = true, gap = false;
	struct es_char c;

	while (from < to && es_text_next(text, &from, &c) && c.to <= to) {
		if (c.kind == ES_CHAR_SEPARATOR) {
			gap = true;
			continue;
		}
		if (gap && !first)
			es_write_text(w, "-");
		gap = first = false;
		es_write_bytes(w, &c.c, 1);
	}
}
