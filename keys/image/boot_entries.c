/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/boot_entries.h"

#include "keys/core/recovery_find.h"
#include "keys/core/wipe.h"
#include "keys/image/efi_variables.h"
#include "keys/store/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -1: the variable doesn't exist, or isn't a number. */
static int read_number(const char *efivars, const char *name)
{
	ES_BUF value = { NULL, 0 };

	if (es_efi_variable(efivars, name, ES_EFI_GLOBAL, &value) != ES_OK || value.len != 2)
		return -1;
	return value.data[0] | value.data[1] << 8;
}

/* "Boot0003-8be4df61-…"; -1: another variable. */
static int number_of(const char *name)
{
	int number;

	if (strncmp(name, "Boot", 4) != 0 || strspn(name + 4, "0123456789ABCDEF") != 4 || name[8] != '-' ||
	    strcmp(name + 9, ES_EFI_GLOBAL) != 0)
		return -1;
	number = (int)strtol(name + 4, NULL, 16);
	return number;
}

static int by_number(const void *a, const void *b)
{
	const struct es_boot_entry *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static void read_entry(const char *efivars, int number, struct es_boot_entries *entries)
{
	struct es_boot_entry e = { .number = (uint16_t)number };

	snprintf(e.id, sizeof e.id, "Boot%04X", (unsigned)number & 0xffff);
	if (entries->count == ES_BOOT_ENTRIES_MAX || es_efi_variable(efivars, e.id, ES_EFI_GLOBAL, &e.value) != ES_OK)
		return;
	if (es_load_option_read(es_buf_span(&e.value), &e.option))
		entries->entry[entries->count++] = e;
	else
		es_buf_free(&e.value);
}

enum es_reason es_boot_entries_read(const char *efivars, struct es_boot_entries *ret)
{
	ES_DIR dir = opendir(efivars);
	const struct dirent *e;

	*ret = (struct es_boot_entries){ .current = read_number(efivars, "BootCurrent"),
					 .next = read_number(efivars, "BootNext") };
	if (dir == NULL)
		return es_reason_from_errno(errno);
	while ((e = readdir(dir)) != NULL) {
		int number = number_of(e->d_name);

		if (number >= 0)
			read_entry(efivars, number, ret);
	}
	qsort(ret->entry, ret->count, sizeof ret->entry[0], by_number);
	if (es_efi_variable(efivars, "BootOrder", ES_EFI_GLOBAL, &ret->order) != ES_OK)
		ret->order = (struct es_buf){ NULL, 0 };
	return ES_OK;
}

void es_boot_entries_free(struct es_boot_entries *entries)
{
	for (unsigned i = 0; i < entries->count; i++) {
		if (entries->entry[i].value.len > 0)
			es_wipe(entries->entry[i].value.data, entries->entry[i].value.len);
		es_buf_free(&entries->entry[i].value);
	}
	es_buf_free(&entries->order);
	entries->count = 0;
}

const struct es_boot_entry *es_boot_entry(const struct es_boot_entries *entries, int number)
{
	for (unsigned i = 0; i < entries->count; i++)
		if (entries->entry[i].number == number)
			return &entries->entry[i];
	return NULL;
}

const struct es_boot_entry *es_boot_entry_first(const struct es_boot_entries *entries, struct es_span order)
{
	for (size_t i = 0; i + 2 <= order.len; i += 2) {
		const struct es_boot_entry *e = es_boot_entry(entries, order.data[i] | order.data[i + 1] << 8);

		if (e != NULL && e->option.active)
			return e;
	}
	return NULL;
}

static bool has_key(struct es_span options, bool wide)
{
	const struct es_text text = { .bytes = options, .wide = wide };
	uint8_t key[ES_KEY_BYTES];
	struct es_recovery_hit hit;
	bool found = es_recovery_find_key(text, 0, &hit, key) || es_recovery_find_like(text, 0, ES_LIKE_GROUPS, &hit);

	es_wipe(key, sizeof key);
	return found;
}

const struct es_boot_entry *es_boot_entry_with_key(const struct es_boot_entries *entries)
{
	for (unsigned i = 0; i < entries->count; i++) {
		struct es_span options = entries->entry[i].option.options;

		if (options.len > 0 && (has_key(options, true) || has_key(options, false)))
			return &entries->entry[i];
	}
	return NULL;
}
