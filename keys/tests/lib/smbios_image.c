/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/tests/lib/smbios_image.h"

#include "keys/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { OEM_STRINGS = 11, SHORTEST = 5 };

void es_test_smbios_begin(struct es_test_smbios *t)
{
	t->len = 0;
	t->count = 0;
}

static void add(struct es_test_smbios *t, uint8_t type, uint8_t formatted, struct es_span strings)
{
	struct es_writer w = { .data = t->table, .cap = sizeof t->table, .pos = t->len };

	assert_true(t->count < ES_TEST_SMBIOS_STRUCTURES && formatted >= 4);
	t->start[t->count++] = t->len;
	es_write_bytes(&w, &type, 1);
	es_write_bytes(&w, &formatted, 1);
	es_write_le16(&w, (uint16_t)t->count);
	for (int i = 4; i < formatted; i++)
		es_write_bytes(&w, "\1", 1);
	es_write_bytes(&w, strings.data, strings.len);
	es_write_zeros(&w, strings.len > 0 ? 1 : 2);
	assert_false(w.bad);
	t->len = w.pos;
}

void es_test_smbios_add_long(struct es_test_smbios *t, uint8_t type, uint8_t formatted, const char *strings)
{
	size_t len = 0;

	while (strings[len] != '\0')
		len += strlen(strings + len) + 1;
	add(t, type, formatted, (struct es_span){ (const uint8_t *)strings, len });
}

void es_test_smbios_add(struct es_test_smbios *t, uint8_t type, const char *strings)
{
	es_test_smbios_add_long(t, type, SHORTEST, strings);
}

void es_test_smbios_add_string(struct es_test_smbios *t, struct es_span string)
{
	static uint8_t room[ES_TEST_SMBIOS_MAX];

	assert_true(string.len < sizeof room);
	memcpy(room, string.data, string.len);
	room[string.len] = 0;
	add(t, OEM_STRINGS, SHORTEST, (struct es_span){ room, string.len + 1 });
}

/* Makes the sum over len bytes zero. */
static void put_sum(uint8_t *bytes, size_t len, size_t at)
{
	uint8_t sum = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)-sum;
}

void es_test_smbios_entry64(uint64_t address, uint32_t len, uint8_t ret[static ES_SMBIOS_ENTRY_LEN])
{
	struct es_writer w = { .data = ret, .cap = ES_SMBIOS_ENTRY_LEN };

	memset(ret, 0, ES_SMBIOS_ENTRY_LEN);
	es_write_bytes(&w, "_SM3_\0\x18\3\2\0\1\0", 12);
	es_write_le32(&w, len);
	es_write_le32(&w, (uint32_t)address);
	es_write_le32(&w, (uint32_t)(address >> 32));
	put_sum(ret, 24, 5);
}

void es_test_smbios_entry32(uint32_t address, uint16_t len, uint16_t count, uint8_t ret[static ES_SMBIOS_ENTRY_LEN])
{
	struct es_writer w = { .data = ret, .cap = ES_SMBIOS_ENTRY_LEN };

	memset(ret, 0, ES_SMBIOS_ENTRY_LEN);
	es_write_bytes(&w, "_SM_\0\x1f\2\x8\0\1\0\0\0\0\0\0_DMI_\0", 22);
	es_write_le16(&w, len);
	es_write_le32(&w, address);
	es_write_le16(&w, count);
	es_write_bytes(&w, "\x28", 1);
	put_sum(ret + 16, 15, 5);
	put_sum(ret, 31, 4);
}

void es_test_smbios_publish(const struct es_test_smbios *t, const char *folder)
{
	uint8_t entry[ES_SMBIOS_ENTRY_LEN];
	char path[160];

	es_test_smbios_entry64(0x1000, (uint32_t)t->len, entry);
	assert_true(mkdir(folder, 0700) == 0 || errno == EEXIST);
	snprintf(path, sizeof path, "%s/smbios_entry_point", folder);
	assert_int_equal(es_file_write(AT_FDCWD, path, (struct es_span){ entry, 24 }), ES_OK);
	snprintf(path, sizeof path, "%s/DMI", folder);
	assert_int_equal(es_file_write(AT_FDCWD, path, (struct es_span){ t->table, t->len }), ES_OK);
}
