/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/load_option.h"

enum { ACTIVE = 1, CATEGORY = 0x1f00 };

/* The description ends with a NUL, which must be there. */
static bool read_name(struct es_reader *in, char ret[static ES_LOAD_OPTION_NAME])
{
	size_t len = 0;
	uint16_t c;

	while ((c = es_read_le16(in)) != 0 && !in->bad)
		if (len + 1 < ES_LOAD_OPTION_NAME)
			ret[len++] = c >= 0x20 && c < 0x7f ? (char)c : '?';
	ret[len] = '\0';
	return !in->bad;
}

bool es_load_option_read(struct es_span value, struct es_load_option *ret)
{
	struct es_reader in = { .in = value };
	struct es_load_option o;
	uint32_t attributes = es_read_le32(&in);
	uint16_t path_len = es_read_le16(&in);
	struct es_span path;

	if (!read_name(&in, o.name))
		return false;
	path = es_read_span(&in, path_len);
	o.options = es_read_span(&in, es_reader_left(&in));
	if (in.bad)
		return false;
	/* One of another category, such as a firmware's own menu, isn't tried in turn. */
	o.active = (attributes & ACTIVE) != 0 && (attributes & CATEGORY) == 0;
	if (!es_device_path_file(path, o.file))
		o.file[0] = '\0';
	*ret = o;
	return true;
}
