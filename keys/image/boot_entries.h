/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware's boot entries, as the running system shows them (efivarfs): which one started this boot, which one the
 * next boot will start, and what it gives that program as options. UEFI specification 2.10, section 3.1. They aren't
 * authenticated; nothing is sealed because of them, they can only prevent a promise.
 */
#ifndef ES_IMAGE_BOOT_ENTRIES_H
#define ES_IMAGE_BOOT_ENTRIES_H

#include "keys/core/buf.h"
#include "keys/core/load_option.h"

enum { ES_BOOT_ENTRIES_MAX = 128, ES_BOOT_ENTRY_NAME = 9 };

struct es_boot_entry {
	uint16_t number;
	char id[ES_BOOT_ENTRY_NAME]; /* "Boot0003" */
	struct es_buf value;         /* what `option` points into; wiped when freed */
	struct es_load_option option;
};

struct es_boot_entries {
	unsigned count; /* by number; those that can't be read aren't there */
	struct es_boot_entry entry[ES_BOOT_ENTRIES_MAX];
	int current; /* the number that started this boot; -1: the firmware doesn't say */
	int next;    /* BootNext; -1: none */
	struct es_buf order;
};

/* ES_MISSING: the firmware shows no variables. */
ES_MUST_CHECK enum es_reason es_boot_entries_read(const char *efivars, struct es_boot_entries *ret);
void es_boot_entries_free(struct es_boot_entries *entries);
#define ES_BOOT_ENTRIES ES_SCOPED(es_boot_entries_free) struct es_boot_entries

/* NULL: none has that number. */
const struct es_boot_entry *es_boot_entry(const struct es_boot_entries *entries, int number);
/* The first entry of an order (BootOrder's value) that the firmware may start. */
const struct es_boot_entry *es_boot_entry_first(const struct es_boot_entries *entries, struct es_span order);
/* The first entry whose options hold a recovery key, or what looks like a mistyped one. */
const struct es_boot_entry *es_boot_entry_with_key(const struct es_boot_entries *entries);

#endif
