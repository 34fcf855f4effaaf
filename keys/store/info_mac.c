/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/hex.h"
#include "keys/core/wipe.h"
#include "keys/crypto/hash.h"
#include "keys/store/info_mac.h"

#include <stdio.h>
#include <string.h>

static enum es_reason say(char detail[static ES_DETAIL_TEXT], enum es_reason reason, const char *what)
{
	snprintf(detail, ES_DETAIL_TEXT, "%s", what);
	return reason;
}

static bool is_mac_line(struct es_span bytes, size_t at)
{
	return bytes.len - at >= strlen(ES_MAC_WORD) && memcmp(bytes.data + at, ES_MAC_WORD, strlen(ES_MAC_WORD)) == 0;
}

/* How many lines start with "mac "; a JSON line never does. */
static unsigned count_mac_lines(struct es_span bytes)
{
	unsigned n = 0;

	for (size_t i = 0; i < bytes.len; i++)
		if ((i == 0 || bytes.data[i - 1] == '\n') && is_mac_line(bytes, i))
			n++;
	return n;
}

enum es_reason es_info_split(struct es_span bytes, struct es_span *ret_json, struct es_digest *ret_mac,
			     char ret_detail[static ES_DETAIL_TEXT])
{
	char hex[2 * ES_SHA256_LEN + 1] = "";
	size_t at;

	if (bytes.len > ES_INFO_MAX)
		return say(ret_detail, ES_TOO_LARGE, "over 64 KiB");
	if (bytes.len == 0)
		return say(ret_detail, ES_FORMAT, "empty");
	if (memchr(bytes.data, '\0', bytes.len) != NULL)
		return say(ret_detail, ES_FORMAT, "contains a NUL byte");
	if (memchr(bytes.data, '\r', bytes.len) != NULL)
		return say(ret_detail, ES_FORMAT, "contains a carriage return");
	if (bytes.data[bytes.len - 1] != '\n')
		return say(ret_detail, ES_FORMAT, "cut short: no newline at its end");
	if (count_mac_lines(bytes) > 1)
		return say(ret_detail, ES_FORMAT, "has more than one mac line");
	if (count_mac_lines(bytes) == 0)
		return say(ret_detail, ES_FORMAT, "has no mac line");
	if (bytes.len <= ES_MAC_LINE_LEN)
		return say(ret_detail, ES_FORMAT, "mac line: not 64 lower-case hex digits, or nothing before it");
	at = bytes.len - ES_MAC_LINE_LEN;
	if (bytes.data[at - 1] != '\n' || !is_mac_line(bytes, at))
		return say(ret_detail, ES_FORMAT, "mac line: not the last one, or not 64 lower-case hex digits");
	memcpy(hex, bytes.data + at + strlen(ES_MAC_WORD), sizeof hex - 1);
	if (strspn(hex, "0123456789abcdef") != sizeof hex - 1 ||
	    !es_hex_decode(hex, ret_mac->bytes, sizeof ret_mac->bytes))
		return say(ret_detail, ES_FORMAT, "mac line: not 64 lower-case hex digits");
	*ret_json = (struct es_span){ bytes.data, at };
	return ES_OK;
}

enum es_reason es_info_verify(struct es_span bytes, const struct es_secret *mac_key)
{
	char detail[ES_DETAIL_TEXT];
	struct es_span json;
	struct es_digest in_file, ours;
	enum es_reason r;

	/* A malformed file was changed after it was written. */
	if (es_info_split(bytes, &json, &in_file, detail) != ES_OK)
		return ES_TAMPERED_INFO;
	r = es_hmac_sha256(mac_key, json, &ours);
	if (r != ES_OK)
		return r;
	return es_equal_constant_time(in_file.bytes, ours.bytes, sizeof ours.bytes) ? ES_OK : ES_TAMPERED_INFO;
}
