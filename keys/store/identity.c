/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/identity.h"

#include "keys/core/hex.h"
#include "keys/crypto/hash.h"

#include <stdio.h>
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

void es_time_now(char ret[static ES_TIME_TEXT])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	if (strftime(ret, ES_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		ret[0] = '\0';
}
