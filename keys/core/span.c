/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/span.h"

#include <string.h>

size_t es_reader_left(const struct es_reader *r)
{
	return r->bad ? 0 : r->in.len - r->pos;
}

struct es_span es_read_span(struct es_reader *r, size_t len)
{
	struct es_span part = { NULL, 0 };

	if (len > es_reader_left(r)) {
		r->bad = true;
		return part;
	}
	if (r->in.data != NULL) /* NULL + 0 is undefined in C */
		part.data = r->in.data + r->pos;
	part.len = len;
	r->pos += len;
	return part;
}

static uint64_t read_le(struct es_reader *r, size_t len)
{
	struct es_span part = es_read_span(r, len);
	uint64_t v = 0;

	for (size_t i = 0; i < part.len; i++)
		v |= (uint64_t)part.data[i] << (8 * i);
	return v;
}

uint8_t es_read_u8(struct es_reader *r)
{
	return (uint8_t)read_le(r, 1);
}

uint16_t es_read_le16(struct es_reader *r)
{
	return (uint16_t)read_le(r, 2);
}

uint32_t es_read_le32(struct es_reader *r)
{
	return (uint32_t)read_le(r, 4);
}

uint64_t es_read_le64(struct es_reader *r)
{
	return read_le(r, 8);
}

bool es_span_part(struct es_span in, uint64_t off, uint64_t len, struct es_span *ret)
{
	if (off > in.len || len > in.len - off)
		return false;
	ret->data = in.data != NULL ? in.data + off : NULL;
	ret->len = (size_t)len;
	return true;
}

void es_write_bytes(struct es_writer *w, const void *data, size_t len)
{
	if (!w->bad && w->pos <= w->cap && len <= w->cap - w->pos) {
		if (len > 0)
			memcpy(w->data + w->pos, data, len);
	} else {
		w->bad = true;
	}
	/* Counting on saturates: a sum that wrapped would look like a small size. */
	w->pos = len > SIZE_MAX - w->pos ? SIZE_MAX : w->pos + len;
}

void es_write_text(struct es_writer *w, const char *text)
{
	es_write_bytes(w, text, strlen(text));
}

void es_write_le16(struct es_writer *w, uint16_t v)
{
	const uint8_t b[] = { (uint8_t)v, (uint8_t)(v >> 8) };

	es_write_bytes(w, b, sizeof b);
}

void es_write_le32(struct es_writer *w, uint32_t v)
{
	const uint8_t b[] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	es_write_bytes(w, b, sizeof b);
}

void es_write_zeros(struct es_writer *w, size_t len)
{
	static const uint8_t zeros[64];

	while (len > 0) {
		size_t n = len < sizeof zeros ? len : sizeof zeros;

		es_write_bytes(w, zeros, n);
		len -= n;
	}
}

void es_write_decimal(struct es_writer *w, uint64_t v)
{
	char digits[20];
	size_t n = sizeof digits;

	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	es_write_bytes(w, digits + n, sizeof digits - n);
}
