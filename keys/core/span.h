/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that someone else owns, and two cursors over them. Every parser of untrusted input reads through es_reader:
 * past the end it reads zeros and stays `bad`, so a parser checks once, at its end.
 */
#ifndef ES_CORE_SPAN_H
#define ES_CORE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct es_span {
	const uint8_t *data;
	size_t len;
};

struct es_reader {
	struct es_span in;
	size_t pos;
	bool bad; /* a read went past the end; stays set */
};

uint8_t es_read_u8(struct es_reader *r);
uint16_t es_read_le16(struct es_reader *r);
uint32_t es_read_le32(struct es_reader *r);
uint64_t es_read_le64(struct es_reader *r);
/* The next len bytes, in place. If there are fewer: an empty span, and bad. */
struct es_span es_read_span(struct es_reader *r, size_t len);
size_t es_reader_left(const struct es_reader *r);

/* The part [off, off+len) of a span. False (and *ret untouched) if any of it is outside. */
bool es_span_part(struct es_span in, uint64_t off, uint64_t len, struct es_span *ret);

/* Writes into a buffer of fixed size. Past its end it writes nothing and `bad` stays set, but pos still counts on, so
 * that a first pass with cap 0 measures the size. */
struct es_writer {
	uint8_t *data;
	size_t cap;
	size_t pos;
	bool bad;
};

void es_write_bytes(struct es_writer *w, const void *data, size_t len);
void es_write_text(struct es_writer *w, const char *text); /* without its NUL */
void es_write_le16(struct es_writer *w, uint16_t v);
void es_write_le32(struct es_writer *w, uint32_t v);
void es_write_zeros(struct es_writer *w, size_t len);
void es_write_decimal(struct es_writer *w, uint64_t v);

#endif
