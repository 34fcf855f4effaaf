/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers: event_log.c event_describe.c event_read.c
 *
 * Any log is read, worded, replayed and hidden to its end, or clearly refused; a log equals itself.
 */
#include "keys/core/event_log.h"
#include "keys/tests/lib/fuzz/numbers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

/* Replaces SHA-256: cheap, and different for different input. */
static bool fake_sha256(const struct es_span *parts, size_t count, struct es_digest *ret)
{
	uint64_t h = 14695981039346656037ull;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < parts[i].len; j++)
			h = (h ^ parts[i].data[j]) * 1099511628211ull;
	for (size_t i = 0; i < sizeof ret->bytes; i++)
		ret->bytes[i] = (uint8_t)(h >> (8 * (i % 8)));
	return true;
}

static void check_words(const struct es_event *event, size_t cap)
{
	char words[160];
	size_t len;

	memset(words, 'x', sizeof words);
	es_event_describe(event, words, cap);
	len = strnlen(words, sizeof words);
	if (len >= cap)
		abort();
	for (size_t i = 0; i < len; i++)
		if (words[i] < 0x20 || words[i] > 0x7e)
			abort();
}

/* Hiding changes no event's place, kind or digest. */
static void check_hiding(struct es_span all, const struct es_pcr_values *before)
{
	uint8_t *copy = malloc(all.len);
	struct es_pcr_values after;

	if (copy == NULL)
		return;
	memcpy(copy, all.data, all.len);
	es_event_log_redact(copy, all.len);
	if (es_event_log_replay((struct es_span){ copy, all.len }, fake_sha256, es_event_is_firmware_option, &after) !=
		ES_OK ||
	    memcmp(before, &after, sizeof after) != 0)
		abort();
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_span all = { data, size };
	struct es_event_change change;
	struct es_pcr_values values;
	struct es_event_log log;
	struct es_event event;
	enum es_reason r = es_event_log_open(all, &log), replayed;

	if (r != ES_OK)
		return 0;
	while ((r = es_event_log_next(&log, &event)) == ES_OK) {
		if (event.data.len > 0 && (event.data.data < data || event.data.data + event.data.len > data + size))
			abort();
		check_words(&event, 160);
		check_words(&event, 1 + event.index % 40);
	}
	replayed = es_event_log_replay(all, fake_sha256, es_event_is_recovery, &values);
	if (r == ES_FORMAT && replayed != ES_FORMAT)
		abort();
	if (es_event_log_replay(all, fake_sha256, es_event_is_firmware_option, &values) == ES_OK)
		check_hiding(all, &values);
	/* one PCR of the 24 in each run: all 24 would take most of the fuzzer's time */
	if (es_event_log_first_change(all, all, (unsigned)(size % ES_PCR_COUNT), &change) != r)
		abort();
	return 0;
}

/* Lengths are spread all over a log. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	return fuzz_numbers_mutate(data, size, max, size, seed);
}
