/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/event_read.h"

#include <string.h>

enum {
	LOAD_EVENT_FIXED = 24, /* the part of UEFI_IMAGE_LOAD_EVENT before the length of its device path */
	GUID_LEN = 16,
};

bool es_event_program_file(const struct es_event *event, char ret[static ES_PROGRAM_PATH])
{
	struct es_reader in = { .in = event->data };
	struct es_span path;

	es_read_span(&in, LOAD_EVENT_FIXED);
	path = es_read_span(&in, es_read_le64(&in));
	return !in.bad && es_device_path_file(path, ret);
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
	    event->type != (uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY && event->type != (uint32_t)ES_EV_EFI_VARIABLE_BOOT &&
	    event->type != (uint32_t)ES_EV_EFI_VARIABLE_BOOT2)
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
