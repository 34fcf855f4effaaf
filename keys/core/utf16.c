/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/utf16.h"

#include "keys/core/utf8.h"

static void write_utf8(struct es_writer *w, uint32_t c)
{
	uint8_t b[4];
	size_t n;

	if (c < 0x80) {
		b[0] = (uint8_t)c;
		n = 1;
	} else if (c < 0x800) {
		b[0] = (uint8_t)(0xc0 | c >> 6);
		n = 2;
	} else if (c < 0x10000) {
		b[0] = (uint8_t)(0xe0 | c >> 12);
		n = 3;
	} else {
		b[0] = (uint8_t)(0xf0 | c >> 18);
		n = 4;
	}
	for (size_t i = 1; i < n; i++)
		b[i] = (uint8_t)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));
	es_write_bytes(w, b, n);
}

void es_utf8_from_utf16(struct es_span units, struct es_writer *w)
{
	struct es_reader in = { .in = units };

	while (es_reader_left(&in) >= 2) {
		uint32_t c = es_read_le16(&in);

		if (c == 0)
			return;
		if (c >= 0xd800 && c <= 0xdbff && es_reader_left(&in) >= 2) {
			struct es_reader ahead = in;
			uint32_t low = es_read_le16(&ahead);

			if (low >= 0xdc00 && low <= 0xdfff) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				in = ahead;
			}
		}
		if (c >= 0xd800 && c <= 0xdfff)
			c = ES_UTF8_REPLACEMENT;
		write_utf8(w, c);
	}
}

void es_utf16_from_utf8(struct es_span text, struct es_writer *w)
{
	size_t at = 0;

	while (at < text.len && text.data[at] != 0) {
		uint32_t c = es_utf8_next(text, &at);

		if (c >= 0x10000) {
			es_write_le16(w, (uint16_t)(0xd800 + ((c - 0x10000) >> 10)));
			es_write_le16(w, (uint16_t)(0xdc00 + (c & 0x3ff)));
		} else {
			es_write_le16(w, (uint16_t)c);
		}
	}
	es_write_le16(w, 0);
}
