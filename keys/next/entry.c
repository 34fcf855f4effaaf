/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/next/entry.h"

#include "keys/core/options.h"
#include "keys/core/utf16.h"
#include "keys/core/wipe.h"
#include "keys/crypto/hash.h"
#include "keys/host/booted_image.h"
#include "keys/host/firmware.h"
#include "keys/host/machine.h"
#include "keys/host/state.h"
#include "keys/image/booted.h"
#include "keys/image/boot_entries.h"
#include "keys/image/image.h"

#include <string.h>

static bool same_start(const struct es_boot_entry *a, const struct es_boot_entry *b)
{
	struct es_span x = es_buf_span(&a->value), y = es_buf_span(&b->value);

	return x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
}

static void describe(struct es_host *host, const char *why, const struct es_boot_entry *next,
		     const struct es_boot_entry *current)
{
	(void)es_host_refuse(host, ES_NEXT_UNKNOWN, "%s: the next boot starts %s (%s%s%s), this one was started by %s",
			     why, next->id, next->option.name, next->option.file[0] != '\0' ? ", " : "",
			     next->option.file, current != NULL ? current->id : "another entry");
}

/* BootOrder as the firmware measured it in this boot. It tries the entries in turn, so those before the current one
 * were tried, too, and failed; only a change says something about the next boot. */
static bool measured_order(struct es_span log_bytes, struct es_span *ret)
{
	struct es_event_log log;
	struct es_event event;

	if (es_event_log_open(log_bytes, &log) != ES_OK)
		return false;
	while (es_event_log_next(&log, &event) == ES_OK)
		if (es_event_variable(&event, "BootOrder", ret))
			return true;
	return false;
}

bool es_next_entry_is_other(struct es_host *host)
{
	ES_BOOT_ENTRIES all = { .count = 0 };
	ES_BUF log = { NULL, 0 };
	const struct es_boot_entry *current, *next;
	struct es_span order, now;

	if (es_boot_entries_read(host->efivars, &all) != ES_OK || all.current < 0)
		return false;
	current = es_boot_entry(&all, all.current);
	next = all.next >= 0 ? es_boot_entry(&all, all.next) : NULL;
	if (next != NULL && all.next != all.current && (current == NULL || !same_start(next, current))) {
		describe(host, "BootNext is set", next, current);
		return true;
	}
	if (next != NULL || es_host_event_log(host, &log) != ES_OK || !measured_order(es_buf_span(&log), &order))
		return false;
	now = es_buf_span(&all.order);
	if (now.len == order.len && memcmp(now.data, order.data, now.len) == 0)
		return false;
	next = es_boot_entry_first(&all, now);
	if (next == NULL || next->number == all.current || next == es_boot_entry_first(&all, order) ||
	    (current != NULL && same_start(next, current)))
		return false;
	describe(host, "BootOrder has changed", next, current);
	return true;
}

/* The entry's options as the stub will read them; false: it holds a recovery key, so that boot isn't an automatic
 * one. */
static bool options_of(const struct es_boot_entry *e, char ret[static ES_OPTIONS_MAX])
{
	struct es_writer w = { .data = (uint8_t *)ret, .cap = ES_OPTIONS_MAX - 1 };

	if (es_options_are_text(e->option.options))
		es_utf8_from_utf16(e->option.options, &w);
	if (w.bad)
		return false;
	ret[w.pos] = '\0';
	return true;
}

/* The entry that started the running image itself, and will do so again. */
static const struct es_boot_entry *entry_of(const struct es_boot_entries *all, const struct es_event *event)
{
	const struct es_boot_entry *e = es_boot_entry(all, all->next >= 0 ? all->next : all->current);
	char file[ES_PROGRAM_PATH];

	return e != NULL && es_event_program_file(event, file) && strcasecmp(file, e->option.file) == 0 ? e : NULL;
}

bool es_next_entry_options(struct es_host *host, struct es_digest *ret)
{
	ES_BOOT_ENTRIES all = { .count = 0 };
	ES_BOOTED_FILE file = { .path = "" };
	ES_FIRMWARE_NOW firmware = { .count = 0 };
	ES_BUF log = { NULL, 0 };
	const struct es_boot_entry *entry;
	char options[ES_OPTIONS_MAX];
	struct es_digest value;
	struct es_event event;
	struct es_uki uki;
	bool known;

	if (!host->have_boot || !host->boot.stub || es_host_event_log(host, &log) != ES_OK ||
	    !es_booted_event(es_buf_span(&log), &event) || es_boot_entries_read(host->efivars, &all) != ES_OK ||
	    es_boot_entry_with_key(&all) != NULL)
		return false;
	entry = entry_of(&all, &event);
	if (entry == NULL || !es_booted_open(host, es_buf_span(&log), &file) ||
	    !es_booted_is_measured(&file.pe, &host->boot.before_fence) ||
	    es_uki_find(&file.pe, ES_PE_FILE, &uki) != ES_OK || !options_of(entry, options))
		return false;
	known = es_image_predict_pcr12(&uki, options, false, &value) == ES_OK;
	es_wipe(options, sizeof options);
	if (known && es_image_measures_firmware(&file.pe))
		known = es_host_firmware(host, &firmware) == ES_OK && firmware.refused[0] == '\0' &&
			es_firmware_extend(&firmware, es_buf_span(&log), &value) == ES_OK;
	if (known)
		*ret = value;
	return known;
}

bool es_next_entry_key(const struct es_host *host, char ret_id[static ES_NEXT_ENTRY_ID])
{
	ES_BOOT_ENTRIES all = { .count = 0 };
	const struct es_boot_entry *e;

	if (es_boot_entries_read(host->efivars, &all) != ES_OK)
		return false;
	e = es_boot_entry_with_key(&all);
	if (e != NULL)
		memcpy(ret_id, e->id, ES_NEXT_ENTRY_ID);
	return e != NULL;
}
