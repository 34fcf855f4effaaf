/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/hex.h"

#include <string.h>

void es_hex_encode(const uint8_t *data, size_t len, char *ret_text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		ret_text[2 * i] = digits[data[i] >> 4];
		ret_text[2 * i + 1] = digits[data[i] & 15];
	}
	ret_text[2 * len] = '\0';
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool es_hex_decode(const char *text, uint8_t *ret, size_t len)
{
	for (size_t i = 0; i < 2 * len; i++)
		if (digit_value(text[i]) < 0)
			return false; /* stops at a NUL, so nothing after it is read */
	if (text[2 * len] != '\0')
		return false;
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(digit_value(text[2 * i]) << 4 | digit_value(text[2 * i + 1]));
	return true;
}
