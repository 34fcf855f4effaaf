/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/lz4.h"

#include <string.h>

enum {
	LENGTH_MORE = 15, /* a length of four bits that goes on in bytes */
	BYTE_MORE = 255,
	MATCH_LEAST = 4,
};

static bool read_length(struct es_reader *r, size_t cap, size_t *length)
{
	uint8_t more;

	if (*length < LENGTH_MORE)
		return true;
	do {
		more = es_read_u8(r);
		*length += more;
	} while (more == BYTE_MORE && !r->bad && *length <= cap);
	return !r->bad && *length <= cap;
}

bool es_lz4_block(struct es_span block, uint8_t *into, size_t cap, size_t *ret_len)
{
	struct es_reader r = { .in = block };
	size_t at = 0;

	while (es_reader_left(&r) > 0) {
		uint8_t token = es_read_u8(&r);
		size_t literals = token >> 4, match = token & 0xf, back;
		struct es_span s;

		if (!read_length(&r, cap, &literals))
			return false;
		s = es_read_span(&r, literals);
		if (r.bad || literals > cap - at)
			return false;
		if (literals > 0)
			memcpy(into + at, s.data, literals);
		at += literals;
		if (es_reader_left(&r) == 0)
			break; /* the last sequence has no match */
		back = es_read_le16(&r);
		if (r.bad || back == 0 || back > at || !read_length(&r, cap, &match))
			return false;
		match += MATCH_LEAST;
		if (match > cap - at)
			return false;
		/* It may overlap what it makes. */
		for (; match > 0; match--, at++)
			into[at] = into[at - back];
	}
	*ret_len = at;
	return true;
}
