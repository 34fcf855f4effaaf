/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/firmware_now.h"

#include "keys/core/event_log.h"
#include "keys/core/smbios.h"
#include "keys/crypto/hash.h"
#include "keys/store/covered.h"
#include "keys/store/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum {
	ATTRIBUTES = 4, /* efivarfs puts them before the value */
	EVENT_MAX = ES_FIRMWARE_VALUE_MAX + 256,
};

void es_firmware_now_free(struct es_firmware_now *now)
{
	for (unsigned i = 0; i < now->count; i++)
		es_buf_free(&now->event[i]);
	now->count = 0;
}

static void refuse(struct es_firmware_now *now, const char *kind, const char *name, const char *why)
{
	if (now->refused[0] == '\0')
		snprintf(now->refused, sizeof now->refused, "%s%s %s, so the stub will shut the seal", kind, name, why);
}

static enum es_reason add(struct es_firmware_now *now, const struct es_writer *w)
{
	if (w->bad || now->count == ES_FIRMWARE_EVENTS)
		return ES_TOO_LARGE;
	return es_buf_copy((struct es_span){ w->data, w->pos }, &now->event[now->count++]);
}

/* An efivarfs that isn't mounted is an empty folder. */
static bool has_entries(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	bool found = false;

	if (dir == NULL)
		return false;
	while (!found && (e = readdir(dir)) != NULL)
		found = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(dir);
	return found;
}

static enum es_reason read_variable(const char *folder, const struct es_firmware_variable *v,
				    struct es_firmware_now *now)
{
	char path[ES_PATH_TEXT + 128], name[ES_FIRMWARE_VARIABLE_NAME];
	uint8_t room[EVENT_MAX];
	struct es_writer w = { .data = room, .cap = sizeof room };
	ES_BUF file = { NULL, 0 };
	enum es_reason r;

	snprintf(path, sizeof path, "%s/%s", folder, v->id);
	es_firmware_variable_name(v, name);
	r = es_file_read(AT_FDCWD, path, ATTRIBUTES + ES_FIRMWARE_VALUE_MAX, &file);
	if (r == ES_MISSING)
		return ES_OK;
	if (r == ES_MEMORY)
		return r;
	if (r != ES_OK) {
		refuse(now, "EFI variable ", name, r == ES_TOO_LARGE ? "is too long" : "can't be read");
		return ES_OK;
	}
	if (file.len <= ATTRIBUTES)
		return ES_OK;
	es_firmware_variable_write(v, (struct es_span){ file.data + ATTRIBUTES, file.len - ATTRIBUTES }, &w);
	return add(now, &w);
}

static enum es_reason read_variables(const char *firmware, struct es_firmware_now *now)
{
	char folder[ES_PATH_TEXT];
	enum es_reason r = ES_OK;

	if (snprintf(folder, sizeof folder, "%s/efi/efivars", firmware) >= (int)sizeof folder)
		return ES_ARGUMENT;
	now->variables_known = has_entries(folder);
	for (int i = 0; i < ES_FIRMWARE_VARIABLES && now->variables_known && r == ES_OK; i++)
		r = read_variable(folder, &es_firmware_variables[i], now);
	return r;
}

static enum es_reason add_strings(struct es_span table, uint16_t count, struct es_firmware_now *now)
{
	struct es_smbios_strings strings = es_smbios_strings(table, count);
	struct es_span string;
	unsigned n = 0;
	enum es_reason r = ES_OK;

	while (r == ES_OK && es_smbios_next(&strings, &string)) {
		uint8_t room[EVENT_MAX];
		struct es_writer w = { .data = room, .cap = sizeof room };

		if (!es_firmware_string_is_measured(string))
			continue;
		if (n++ == ES_FIRMWARE_STRINGS) {
			refuse(now, "SMBIOS", "", "has too many strings for systemd");
			return ES_OK;
		}
		if (string.len > ES_FIRMWARE_VALUE_MAX) {
			refuse(now, "SMBIOS", "", "has a string for systemd that is too long");
			continue;
		}
		es_firmware_string_write(string, &w);
		r = add(now, &w);
	}
	return r;
}

/* The entry point and the table that Linux uses. */
static enum es_reason read_strings(const char *firmware, struct es_firmware_now *now)
{
	char path[ES_PATH_TEXT + 64];
	ES_BUF point = { NULL, 0 };
	ES_BUF table = { NULL, 0 };
	struct es_smbios_entry entry;
	enum es_reason r;

	snprintf(path, sizeof path, "%s/dmi/tables/smbios_entry_point", firmware);
	r = es_file_read(AT_FDCWD, path, ES_SMBIOS_ENTRY_LEN, &point);
	if (r == ES_OK && es_smbios_entry64(es_buf_span(&point), &entry) != ES_OK &&
	    es_smbios_entry32(es_buf_span(&point), &entry) != ES_OK)
		r = ES_FORMAT;
	snprintf(path, sizeof path, "%s/dmi/tables/DMI", firmware);
	if (r == ES_OK)
		r = es_file_read(AT_FDCWD, path, ES_SMBIOS_TABLE_MAX, &table);
	if (r == ES_MEMORY)
		return r;
	now->strings_known = r == ES_OK;
	return r == ES_OK ? add_strings(es_buf_span(&table), entry.count, now) : ES_OK;
}

enum es_reason es_firmware_now_read(const char *firmware, struct es_firmware_now *ret)
{
	ES_FIRMWARE_NOW now = { .count = 0 };
	enum es_reason r = read_variables(firmware, &now);

	if (r == ES_OK)
		r = read_strings(firmware, &now);
	if (r != ES_OK)
		return r;
	*ret = now;
	now.count = 0; /* the caller owns them now */
	return ES_OK;
}

/* The events of one boot. */
struct events {
	unsigned count;
	struct {
		struct es_digest digest;
		struct es_span data;
	} event[2 * ES_FIRMWARE_EVENTS];
};

static bool is_variable(struct es_span data)
{
	struct es_firmware_event e;

	return es_firmware_event_read(data, &e) && e.variable.len > 0;
}

static enum es_reason put(struct events *all, const struct es_digest *digest, struct es_span data)
{
	if (all->count == sizeof all->event / sizeof *all->event)
		return ES_TOO_LARGE;
	all->event[all->count].digest = *digest;
	all->event[all->count++].data = data;
	return ES_OK;
}

/* Those in the log, variables or strings. */
static enum es_reason gather_log(struct es_span bytes, bool variables, struct events *all)
{
	struct es_event_log log;
	struct es_event event;
	enum es_reason r = es_event_log_open(bytes, &log);

	while (r == ES_OK && (r = es_event_log_next(&log, &event)) == ES_OK)
		if (es_event_is_firmware_option(&event) && is_variable(event.data) == variables)
			r = put(all, &event.sha256, event.data);
	return r == ES_MISSING ? ES_OK : r;
}

static enum es_reason gather_now(const struct es_firmware_now *now, bool variables, struct events *all)
{
	enum es_reason r = ES_OK;

	for (unsigned i = 0; i < now->count && r == ES_OK; i++) {
		struct es_span data = es_buf_span(&now->event[i]);
		struct es_digest digest;

		if (is_variable(data) != variables)
			continue;
		r = es_sha256(&data, 1, &digest) ? put(all, &digest, data) : ES_CRYPTO;
	}
	return r;
}

/* Those that the next boot will measure, in the stub's order. */
static enum es_reason gather_next(const struct es_firmware_now *now, struct es_span log, struct events *all)
{
	enum es_reason r =
	    now != NULL && now->variables_known ? gather_now(now, true, all) : gather_log(log, true, all);

	if (r != ES_OK)
		return r;
	return now != NULL && now->strings_known ? gather_now(now, false, all) : gather_log(log, false, all);
}

enum es_reason es_firmware_extend(const struct es_firmware_now *now, struct es_span log, struct es_digest *pcr)
{
	struct events next = { .count = 0 };
	struct es_digest value = *pcr;
	enum es_reason r = gather_next(now, log, &next);

	for (unsigned i = 0; i < next.count && r == ES_OK; i++)
		r = es_pcr_extend(&value, &next.event[i].digest, es_sha256) ? ES_OK : ES_CRYPTO;
	if (r == ES_OK)
		*pcr = value;
	return r;
}

static void describe(struct es_span data, char *ret_text, size_t cap)
{
	const struct es_event event = { .pcr = ES_PCR_OPTIONS, .type = ES_EV_IPL, .data = data };

	es_event_describe(&event, ret_text, cap);
}

bool es_firmware_is_string(const struct es_firmware_now *now, unsigned n)
{
	return !is_variable(es_buf_span(&now->event[n]));
}

void es_firmware_words(const struct es_firmware_now *now, unsigned n, char *ret_text, size_t cap)
{
	describe(es_buf_span(&now->event[n]), ret_text, cap);
}

/* Appends each event of a that isn't in b, with `what` happened to it. */
static void add_missing(const struct events *a, const struct events *b, const char *what, char *text, size_t cap)
{
	for (unsigned i = 0; i < a->count; i++) {
		size_t used = strlen(text);
		bool found = false;
		char words[96];

		for (unsigned k = 0; k < b->count; k++)
			found |= es_digest_equal(&a->event[i].digest, &b->event[k].digest);
		if (found)
			continue;
		describe(a->event[i].data, words, sizeof words);
		snprintf(text + used, cap - used, "%s%s %s", used > 0 ? "; " : "", words, what);
	}
}

void es_firmware_changes(const struct es_firmware_now *now, struct es_span log, char *ret_text, size_t cap)
{
	struct events then = { .count = 0 }, next = { .count = 0 };

	if (cap == 0)
		return;
	ret_text[0] = '\0';
	if (gather_log(log, true, &then) != ES_OK || gather_log(log, false, &then) != ES_OK ||
	    gather_next(now, log, &next) != ES_OK)
		return;
	add_missing(&next, &then, "is new", ret_text, cap);
	add_missing(&then, &next, "is gone", ret_text, cap);
}
