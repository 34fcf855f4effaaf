/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/crypto/base64.h"

#include <stdlib.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum es_reason es_base64_encode(struct es_span data, char **ret_text)
{
	size_t groups = data.len / 3 + (data.len % 3 != 0);
	char *text, *out;

	if (groups > (SIZE_MAX - 1) / 4)
		return ES_TOO_LARGE;
	text = out = malloc(4 * groups + 1);
	if (text == NULL)
		return ES_MEMORY;
	for (size_t i = 0; i < data.len; i += 3) {
		size_t left = data.len - i;
		uint32_t v = (uint32_t)data.data[i] << 16;

		if (left > 1)
			v |= (uint32_t)data.data[i + 1] << 8;
		if (left > 2)
			v |= data.data[i + 2];
		*out++ = digits[v >> 18];
		*out++ = digits[v >> 12 & 63];
		*out++ = left > 1 ? digits[v >> 6 & 63] : '=';
		*out++ = left > 2 ? digits[v & 63] : '=';
	}
	*out = '\0';
	*ret_text = text;
	return ES_OK;
}

static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters, of which the last `pads` are known to be '='. False for a wrong digit, and for bits that would be
 * dropped: two texts must not represent the same bytes. */
static bool read_group(const char *text, size_t pads, uint8_t ret[static 3])
{
	uint32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		int d = i < 4 - pads ? digit_value(text[i]) : 0;

		if (d < 0)
			return false;
		v = v << 6 | (uint32_t)d;
	}
	if ((pads > 0 && (v & 0xff) != 0) || (pads > 1 && (v & 0xff00) != 0))
		return false;
	ret[0] = (uint8_t)(v >> 16);
	ret[1] = (uint8_t)(v >> 8);
	ret[2] = (uint8_t)v;
	return true;
}

enum es_reason es_base64_decode(const char *text, size_t cap, struct es_buf *ret)
{
	size_t len = strlen(text), pads = 0, bytes;
	ES_BUF out = { NULL, 0 };
	enum es_reason r;

	if (len % 4 != 0)
		return ES_FORMAT;
	if (len > 0 && text[len - 1] == '=')
		pads = text[len - 2] == '=' ? 2 : 1;
	bytes = len / 4 * 3 - pads;
	if (bytes > cap)
		return ES_TOO_LARGE;
	r = es_buf_new(bytes, &out);
	if (r != ES_OK)
		return r;
	for (size_t i = 0; i < len / 4; i++) {
		size_t here = i == len / 4 - 1 ? pads : 0;
		uint8_t group[3];

		if (!read_group(text + 4 * i, here, group))
			return ES_FORMAT;
		memcpy(out.data + 3 * i, group, 3 - here);
	}
	*ret = es_buf_take(&out);
	return ES_OK;
}
