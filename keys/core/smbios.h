/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OEM strings in the SMBIOS tables (structures of type 11). They can pass credentials to systemd.
 *
 * Entry point and table are walked as Linux does it (drivers/firmware/dmi_scan.c), so that every string that Linux
 * finds is found here. Untrusted input. Pure: runs in firmware and on the host. DMTF DSP0134 (SMBIOS), sections 5.2 and
 * 7.12.
 */
#ifndef ES_CORE_SMBIOS_H
#define ES_CORE_SMBIOS_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

enum {
	ES_SMBIOS_ENTRY_LEN = 32,        /* bytes read of an entry point; the entry point itself is shorter */
	ES_SMBIOS_TABLE_MAX = 256 << 10, /* as much as Linux maps; Linux ignores a longer table */
};

struct es_smbios_entry {
	uint64_t address; /* of the table */
	uint32_t len;
	uint16_t count; /* number of its structures; 0: up to the end-of-table structure */
};

/* The 64-bit entry point, "_SM3_". ES_FORMAT: it isn't one. */
ES_MUST_CHECK enum es_reason es_smbios_entry64(struct es_span bytes, struct es_smbios_entry *ret);
/* The 32-bit one, "_SM_", then "_DMI_"; or "_DMI_" alone, as Linux shows the oldest ones. */
ES_MUST_CHECK enum es_reason es_smbios_entry32(struct es_span bytes, struct es_smbios_entry *ret);

struct es_smbios_strings {
	struct es_span table;
	size_t next; /* offset of the next structure */
	uint16_t count, seen;
	bool ended;
	struct es_span strings; /* strings of the previous structure that haven't been returned yet */
};

/* Starts at the beginning of a table; count is the entry point's. */
struct es_smbios_strings es_smbios_strings(struct es_span table, uint16_t count);
/* The next OEM string that isn't empty, in place and without its NUL. False: there are no more. */
bool es_smbios_next(struct es_smbios_strings *s, struct es_span *ret);

#endif
