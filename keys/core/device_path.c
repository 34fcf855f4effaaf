/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/device_path.h"

#include <string.h>

enum { NODE_HEADER = 4, NODE_MEDIA = 4, NODE_FILE_PATH = 4 };

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

bool es_device_path_file(struct es_span path_bytes, char ret[static ES_PROGRAM_PATH])
{
	struct es_reader in = { .in = path_bytes };
	char path[ES_PROGRAM_PATH] = "";
	size_t len = 0;

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
