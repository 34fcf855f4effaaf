/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/event_read.h"

#include <string.h>

enum {
	LOAD_EVENT_FIXED = 24, /* the part of UEFI_IMAGE_LOAD_EVENT before the length of its device path */
	GUID_LEN = 16,
	NODE_HEADER = 4,
	NODE_MEDIA = 4,
	NODE_FILE_PATH = 4,
};

/* Appends UTF-16 up to its NUL, with backslashes as slashes, and a run of them as one. */
static bool append_name(char *path, size_t *len, struct es_span node)
{
	struct es_reader in = { .in = node };

	while (es_reader_left(&in) >= 2) {
		uint16_t c = es_read_le16(&in);

		if (c == 0)
			return true;
		if (c == '\\')
			c = '/';
		if (c < 0x20 || c >= 0x7f || *len + 1 >= ES_PROGRAM_PATH)
			return false;
		if (c == '/' && *len > 0 && path[*len - 1] == '/')
			continue;
		path[(*len)++] = (char)c;
	}
	return true;
}

static bool stays_inside(const char *path)
{
	for (const char *at = path; (at = strstr(at, "..")) != NULL; at += 2)
		if ((at == path || at[-1] == '/') && (at[2] == '\0' || at[2] == '/'))
			return false;
	return path[0] == '/' && path[1] != '\0';
}

bool es_event_program_file(const struct es_event *event, char ret[static ES_PROGRAM_PATH])
{
	struct es_reader in = { .in = event->data };
	char path[ES_PROGRAM_PATH] = "";
	size_t len = 0;

	es_read_span(&in, LOAD_EVENT_FIXED);
	in.in = es_read_span(&in, es_read_le64(&in));
	in.pos = 0;
	while (es_reader_left(&in) >= NODE_HEADER) {
		uint8_t type = es_read_u8(&in), subtype = es_read_u8(&in);
		uint16_t node_len = es_read_le16(&in);
		struct es_span node;

		if (node_len < NODE_HEADER)
			return false;
		node = es_read_span(&in, node_len - NODE_HEADER);
		if (in.bad)
			return false;
		if (type != NODE_MEDIA || subtype != NODE_FILE_PATH)
			continue;
		/* A path may be split into nodes between any two names. */
		if (len > 0 && path[len - 1] != '/' && len + 1 < sizeof path)
			path[len++] = '/';
		if (!append_name(path, &len, node))
			return false;
	}
	path[len] = '\0';
	if (in.bad || !stays_inside(path))
		return false;
	memcpy(ret, path, len + 1);
	return true;
}

static bool name_is(struct es_span utf16, const char *name)
{
	struct es_reader in = { .in = utf16 };

	for (; *name != '\0'; name++)
		if (es_read_le16(&in) != (uint8_t)*name)
			return false;
	return !in.bad && es_reader_left(&in) == 0;
}

bool es_event_variable(const struct es_event *event, const char *name, struct es_span *ret_value)
{
	struct es_reader in = { .in = event->data };
	struct es_span have, value;
	uint64_t chars, bytes;

	if (event->type != (uint32_t)ES_EV_EFI_VARIABLE_DRIVER_CONFIG &&
	    event->type != (uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY)
		return false;
	es_read_span(&in, GUID_LEN);
	chars = es_read_le64(&in);
	bytes = es_read_le64(&in);
	if (in.bad || chars > es_reader_left(&in) / 2)
		return false;
	have = es_read_span(&in, (size_t)chars * 2);
	if (bytes > es_reader_left(&in))
		return false;
	value = es_read_span(&in, (size_t)bytes);
	if (in.bad || !name_is(have, name))
		return false;
	*ret_value = value;
	return true;
}

bool es_event_digest_matches(const struct es_event *event, es_sha256_fn *sha256)
{
	struct es_digest digest;

	return sha256(&event->data, 1, &digest) && es_digest_equal(&digest, &event->sha256);
}
