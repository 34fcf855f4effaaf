/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/utf8.h"

uint32_t es_utf8_next(struct es_span text, size_t *at)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = text.data[(*at)++];
	size_t n = first < 0x80                    ? 1
		   : first >= 0xc2 && first < 0xe0 ? 2
		   : (first & 0xf0) == 0xe0        ? 3
		   : first < 0xf5                  ? 4
						   : 0;
	uint32_t c;

	if (n == 1)
		return first;
	if (first < 0xc2 || n == 0)
		return ES_UTF8_REPLACEMENT;
	c = first & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if (*at >= text.len || (text.data[*at] & 0xc0) != 0x80)
			return ES_UTF8_REPLACEMENT;
		c = c << 6 | (text.data[(*at)++] & 0x3f);
	}
	return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? ES_UTF8_REPLACEMENT : c;
}
