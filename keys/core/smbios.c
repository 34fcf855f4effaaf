/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/smbios.h"

#include <string.h>

enum {
	HEADER_LEN = 4, /* type, length, handle */
	TYPE_OEM_STRINGS = 11,
	TYPE_END = 127,

	ENTRY64_MIN = 24,
	DMI_AT = 16, /* offset of the old entry point in the 32-bit one */
	DMI_LEN = 15,
};

static bool sum_is_zero(struct es_span bytes, size_t len)
{
	uint8_t sum = 0;

	if (len > bytes.len)
		return false;
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + bytes.data[i]);
	return sum == 0;
}

static bool begins_with(struct es_span bytes, const char *anchor)
{
	return bytes.len >= strlen(anchor) && memcmp(bytes.data, anchor, strlen(anchor)) == 0;
}

enum es_reason es_smbios_entry64(struct es_span bytes, struct es_smbios_entry *ret)
{
	struct es_reader in = { .in = bytes, .pos = 12 };
	struct es_smbios_entry e = { .count = 0 };

	if (!begins_with(bytes, "_SM3_") || bytes.len < ENTRY64_MIN || bytes.data[6] < ENTRY64_MIN ||
	    bytes.data[6] > ES_SMBIOS_ENTRY_LEN || !sum_is_zero(bytes, bytes.data[6]))
		return ES_FORMAT;
	e.len = es_read_le32(&in);
	e.address = es_read_le64(&in);
	if (in.bad || e.len == 0)
		return ES_FORMAT;
	*ret = e;
	return ES_OK;
}

enum es_reason es_smbios_entry32(struct es_span bytes, struct es_smbios_entry *ret)
{
	struct es_smbios_entry e = { .count = 0 };
	struct es_span dmi = bytes;
	struct es_reader in;

	/* The part before "_DMI_" gives a version, not the address of the table. */
	if (bytes.len >= DMI_AT + DMI_LEN)
		dmi = (struct es_span){ bytes.data + DMI_AT, bytes.len - DMI_AT };
	if (!begins_with(dmi, "_DMI_") || !sum_is_zero(dmi, DMI_LEN))
		return ES_FORMAT;
	in = (struct es_reader){ .in = dmi, .pos = 6 };
	e.len = es_read_le16(&in);
	e.address = es_read_le32(&in);
	e.count = es_read_le16(&in);
	if (in.bad || e.len == 0)
		return ES_FORMAT;
	*ret = e;
	return ES_OK;
}

struct es_smbios_strings es_smbios_strings(struct es_span table, uint16_t count)
{
	return (struct es_smbios_strings){ .table = table, .count = count };
}

/* Goes to the next structure; false at the table's end. */
static bool next_structure(struct es_smbios_strings *s)
{
	const uint8_t *d = s->table.data;
	size_t len = s->table.len, start, end;
	uint8_t type;

	if (s->ended || (s->count != 0 && s->seen == s->count) || s->next > len || len - s->next < HEADER_LEN)
		return false;
	type = d[s->next];
	if (d[s->next + 1] < HEADER_LEN)
		return false; /* the start of the next one is unknown */
	start = end = s->next + d[s->next + 1];
	while (end < len - 1 && (d[end] != 0 || d[end + 1] != 0))
		end++;
	/* Linux skips a structure whose strings don't end within the table. */
	if (type == TYPE_OEM_STRINGS && end < len - 1)
		s->strings = (struct es_span){ d + start, end - start };
	s->next = end + 2;
	s->seen++;
	/* With a 32-bit entry point, some firmware has structures after the end-of-table one. */
	s->ended = s->count == 0 && type == TYPE_END;
	return true;
}

bool es_smbios_next(struct es_smbios_strings *s, struct es_span *ret)
{
	do {
		while (s->strings.len > 0) {
			const uint8_t *nul = memchr(s->strings.data, 0, s->strings.len);
			size_t n = nul ? (size_t)(nul - s->strings.data) : s->strings.len;
			struct es_span found = { s->strings.data, n };

			n = nul ? n + 1 : n;
			s->strings = (struct es_span){ s->strings.data + n, s->strings.len - n };
			if (found.len > 0) {
				*ret = found;
				return true;
			}
		}
	} while (next_structure(s));
	return false;
}
