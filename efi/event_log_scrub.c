/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/event_log_scrub.h"

#include "keys/core/labels.h"
#include "keys/core/recovery_code.h"
#include "keys/core/recovery_find.h"
#include "keys/core/wipe.h"

#include <string.h>

enum {
	LOG_MAX = 16 << 20, /* bytes; no firmware's log is this large: a bound for untrusted lengths */
	ALGS_MAX = 8,
	SHA1_LEN = 20,
	FINAL_EVENTS_VERSION = 1,
};

/* TCG EFI Protocol Specification 7: the configuration table of events after the first GetEventLog. */
static const EFI_GUID final_events_guid = {
	0x1e2ed096, 0x30e2, 0x4254, { 0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25 }
};

static const char *const option_names[] = { ES_OPTION_RECOVERY "=", ES_OPTION_RECOVERY_ESXI "=" };

static unsigned unit_at(const uint8_t *p, size_t width)
{
	return width == 2 ? p[0] | (unsigned)p[1] << 8 : p[0];
}

/* Ignores case, and the kind of separator. */
static unsigned folded(unsigned c)
{
	if (c == '-' || c == '_')
		return '.';
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool name_at(const uint8_t *p, size_t left, size_t width, const char *name)
{
	size_t n = strlen(name);

	if (left < n * width)
		return false;
	for (size_t i = 0; i < n; i++)
		if (folded(unit_at(p + i * width, width)) != folded((unsigned char)name[i]))
			return false;
	return true;
}

/* To the end of the text, including other options: a key may be mistyped, so its end is unknown. Keeps spaces. */
static void overwrite(uint8_t *p, size_t left, size_t width)
{
	for (; left >= width; p += width, left -= width) {
		unsigned c = unit_at(p, width);

		if (c < ' ')
			return;
		if (c != ' ')
			memcpy(p, "*", width); /* width 2: with the NUL, one UTF-16 unit */
	}
}

static unsigned scrub_names(uint8_t *data, size_t len)
{
	unsigned found = 0;

	for (size_t at = 0; at < len; at++)
		for (size_t width = 1; width <= 2; width++)
			for (size_t i = 0; i < sizeof option_names / sizeof option_names[0]; i++)
				if (name_at(data + at, len - at, width, option_names[i])) {
					size_t skip = at + strlen(option_names[i]) * width;

					overwrite(data + skip, len - skip, width);
					found++;
				}
	return found;
}

/* The digits; and the letters too, if the key is mistyped. */
static void overwrite_hit(uint8_t *data, struct es_text text, const struct es_recovery_hit *hit, bool letters)
{
	struct es_char c;

	text.escaped = hit->escaped;
	for (size_t pos = hit->from; pos < hit->to && es_text_next(&text, &pos, &c);)
		for (size_t i = c.from; i < c.to; i++)
			if (c.kind == ES_CHAR_DIGIT || (c.kind == ES_CHAR_LETTER && letters))
				data[i] = text.wide && (i - c.from) % 2 == 1 ? 0 : '*';
}

/* Keys under any option name. */
static unsigned scrub_keys(struct es_text text)
{
	uint8_t *data = (uint8_t *)(uintptr_t)text.bytes.data, key[ES_RECOVERY_LEN];
	struct es_recovery_hit hit;
	unsigned found = 0;

	for (size_t pos = 0; es_recovery_find_key(text, pos, &hit, key); pos = hit.to, found++)
		overwrite_hit(data, text, &hit, false);
	es_wipe(key, sizeof key);
	return found;
}

/* Mistyped keys; once one part looks like one, smaller parts count as parts of it too. */
static unsigned scrub_likes(struct es_text text)
{
	uint8_t *data = (uint8_t *)(uintptr_t)text.bytes.data;
	struct es_recovery_hit hit;
	unsigned found = 0;

	if (!es_recovery_find_like(text, 0, ES_LIKE_GROUPS, &hit))
		return 0;
	for (size_t pos = 0; es_recovery_find_like(text, pos, ES_LIKE_GROUPS_MORE, &hit); pos = hit.to, found++)
		overwrite_hit(data, text, &hit, true);
	return found;
}

/* UTF-16 may begin at an odd byte. Keys first: a part of one looks like a mistyped one, also in the other encoding. */
unsigned es_scrub(uint8_t *data, size_t len)
{
	const struct es_text codings[] = {
		{ .bytes = { data, len } },
		{ .bytes = { data, len }, .wide = true },
		{ .bytes = { len > 0 ? data + 1 : data, len > 0 ? len - 1 : 0 }, .wide = true },
	};
	unsigned found = 0;

	if (len == 0)
		return 0;
	for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++)
		found += scrub_keys(codings[i]);
	found += scrub_names(data, len);
	for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++)
		found += scrub_likes(codings[i]);
	return found;
}

struct algs {
	unsigned count;
	struct {
		uint16_t id, len;
	} alg[ALGS_MAX];
};

/* The header event, in SHA-1 format, gives the length of the digests in the other events. */
static bool read_header(struct es_reader *in, struct algs *ret)
{
	struct es_span spec;
	struct es_reader r = { .pos = 0 };

	es_read_span(in, 4 + 4 + SHA1_LEN);
	spec = es_read_span(in, es_read_le32(in));
	if (in->bad || spec.len < 16 || memcmp(spec.data, "Spec ID Event03", 16) != 0)
		return false;
	r.in = spec;
	es_read_span(&r, 16 + 4 + 4);
	ret->count = es_read_le32(&r);
	if (r.bad || ret->count > ALGS_MAX)
		return false;
	for (unsigned i = 0; i < ret->count; i++) {
		ret->alg[i].id = es_read_le16(&r);
		ret->alg[i].len = es_read_le16(&r);
	}
	return !r.bad;
}

/* The next event's data; the digests aren't changed. */
static bool next_event(struct es_reader *in, const struct algs *algs, struct es_span *ret_data)
{
	uint32_t count;

	es_read_span(in, 4 + 4);
	count = es_read_le32(in);
	if (in->bad || count > algs->count)
		return false;
	while (count-- > 0) {
		uint16_t id = es_read_le16(in);
		unsigned i = 0;

		while (i < algs->count && algs->alg[i].id != id)
			i++;
		if (i == algs->count)
			return false;
		es_read_span(in, algs->alg[i].len);
	}
	*ret_data = es_read_span(in, es_read_le32(in));
	return !in->bad;
}

unsigned es_scrub_log(uint8_t *log, size_t last, size_t limit)
{
	struct es_reader in = { .in = { log, limit } };
	struct es_span data;
	struct algs algs;
	unsigned found = 0;

	if (!read_header(&in, &algs))
		return 0;
	while (in.pos <= last && next_event(&in, &algs, &data))
		found += es_scrub((uint8_t *)(uintptr_t)data.data, data.len);
	return found;
}

unsigned es_scrub_sha1_log(uint8_t *log, size_t last, size_t limit)
{
	struct es_reader in = { .in = { log, limit } };
	unsigned found = 0;

	while (in.pos <= last && !in.bad) {
		struct es_span data;

		es_read_span(&in, 4 + 4 + SHA1_LEN);
		data = es_read_span(&in, es_read_le32(&in));
		found += es_scrub((uint8_t *)(uintptr_t)data.data, data.len);
	}
	return found;
}

unsigned es_scrub_events(struct es_span log, uint8_t *events, size_t limit, uint64_t count)
{
	struct es_reader head = { .in = log }, in = { .in = { events, limit } };
	struct es_span data;
	struct algs algs;
	unsigned found = 0;

	if (!read_header(&head, &algs))
		return 0;
	while (count-- > 0 && next_event(&in, &algs, &data))
		found += es_scrub((uint8_t *)(uintptr_t)data.data, data.len);
	return found;
}

/* What GetEventLog returned: the addresses of a log and of its last event. Zeros: it is empty. */
struct extent {
	EFI_PHYSICAL_ADDRESS start, last;
	BOOLEAN truncated;
};

typedef unsigned scrub_fn(uint8_t *log, size_t last, size_t limit);

static unsigned scrub_extent(const struct extent *e, scrub_fn *scrub)
{
	if (e->start == 0 || e->last < e->start || e->last - e->start >= LOG_MAX)
		return 0;
	return scrub((uint8_t *)(uintptr_t)e->start, (size_t)(e->last - e->start), LOG_MAX);
}

/* Version and number of events, 64 bits each; then the events. */
static unsigned scrub_final_events(const struct es_firmware *fw, EFI_PHYSICAL_ADDRESS log)
{
	const struct es_span head = { (const uint8_t *)(uintptr_t)log, LOG_MAX };

	for (UINTN i = 0; log && i < fw->table->NumberOfTableEntries; i++) {
		EFI_CONFIGURATION_TABLE *t = &fw->table->ConfigurationTable[i];
		struct es_reader in = { .in = { t->VendorTable, LOG_MAX } };
		uint8_t *events = (uint8_t *)t->VendorTable + 16;
		uint64_t count;

		if (memcmp(&t->VendorGuid, &final_events_guid, sizeof final_events_guid) != 0 || !t->VendorTable)
			continue;
		if (es_read_le64(&in) != FINAL_EVENTS_VERSION)
			return 0;
		count = es_read_le64(&in);
		return es_scrub_events(head, events, LOG_MAX - 16, count);
	}
	return 0;
}

static unsigned scrub_tpm_logs(const struct es_firmware *fw, struct es_tcg2 *tcg2)
{
	struct extent agile = { .start = 0 }, sha1 = { .start = 0 };
	unsigned found = 0;

	/* The kernel uses the second format if there is no log in the first. */
	if (!EFI_ERROR(tcg2->get_event_log(tcg2, ES_TCG2_LOG_TCG_2, &agile.start, &agile.last, &agile.truncated))) {
		found += scrub_extent(&agile, es_scrub_log);
		found += scrub_final_events(fw, agile.start);
	}
	if (!EFI_ERROR(tcg2->get_event_log(tcg2, ES_TCG2_LOG_TCG_1_2, &sha1.start, &sha1.last, &sha1.truncated)))
		found += scrub_extent(&sha1, es_scrub_sha1_log);
	return found;
}

void es_event_logs_scrub(const struct es_measuring *m)
{
	struct extent vm = { .start = 0 };
	unsigned found = m->tcg2 ? scrub_tpm_logs(m->fw, m->tcg2) : 0;

	if (m->cc && !EFI_ERROR(m->cc->get_event_log(m->cc, ES_TCG2_LOG_TCG_2, &vm.start, &vm.last, &vm.truncated)))
		found += scrub_extent(&vm, es_scrub_log);
	if (found > 0)
		es_say(
		    m->fw,
		    "the firmware's event log contained a recovery key, which was overwritten there. If the key is in "
		    "a boot entry of the firmware, remove it from that entry.");
}
