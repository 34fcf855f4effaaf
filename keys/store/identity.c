/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/identity.h"

#include "keys/core/hex.h"
#include "keys/crypto/hash.h"
#include "keys/store/sysfs.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum es_reason es_uuid_make(char ret[static ES_UUID_TEXT])
{
	uint8_t b[16];
	char hex[33];
	enum es_reason r = es_random_bytes(b, sizeof b);

	if (r != ES_OK)
		return r;
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	es_hex_encode(b, sizeof b, hex);
	snprintf(ret, ES_UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
	return ES_OK;
}

void es_product_uuid_read(const char *path, char ret[static ES_UUID_TEXT])
{
	char text[ES_UUID_TEXT + 1];
	size_t len = 0;

	ret[0] = '\0';
	if (es_sysfs_line(path, text, sizeof text) != ES_OK)
		return;
	for (; text[len] > ' ' && text[len] < 0x7f; len++)
		if (text[len] >= 'A' && text[len] <= 'Z')
			text[len] = (char)(text[len] - 'A' + 'a');
	if (len >= ES_UUID_TEXT)
		return;
	memcpy(ret, text, len);
	ret[len] = '\0';
}

void es_time_now(char ret[static ES_TIME_TEXT])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	if (strftime(ret, ES_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		ret[0] = '\0';
}
