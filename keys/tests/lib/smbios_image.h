/* SPDX-License-Identifier: Apache-2.0 */
/* Small SMBIOS tables, and the entry points to them, for tests to break. */
#ifndef ES_TESTLIB_SMBIOS_IMAGE_H
#define ES_TESTLIB_SMBIOS_IMAGE_H

#include "keys/core/smbios.h"

enum { ES_TEST_SMBIOS_STRUCTURES = 64, ES_TEST_SMBIOS_MAX = ES_SMBIOS_TABLE_MAX };

struct es_test_smbios {
	uint8_t table[ES_TEST_SMBIOS_MAX];
	size_t len;
	size_t start[ES_TEST_SMBIOS_STRUCTURES]; /* of each structure */
	unsigned count;
};

void es_test_smbios_begin(struct es_test_smbios *t);
/* strings: a literal, each with its NUL ("one\0two\0"), or "". */
void es_test_smbios_add(struct es_test_smbios *t, uint8_t type, const char *strings);
void es_test_smbios_add_long(struct es_test_smbios *t, uint8_t type, uint8_t formatted, const char *strings);
/* One structure with one OEM string. */
void es_test_smbios_add_string(struct es_test_smbios *t, struct es_span string);

void es_test_smbios_entry64(uint64_t address, uint32_t len, uint8_t ret[static ES_SMBIOS_ENTRY_LEN]);
void es_test_smbios_entry32(uint32_t address, uint16_t len, uint16_t count, uint8_t ret[static ES_SMBIOS_ENTRY_LEN]);

/* As Linux shows them: smbios_entry_point and DMI in that folder, which this makes. */
void es_test_smbios_publish(const struct es_test_smbios *t, const char *folder);

#endif
