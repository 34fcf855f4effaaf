/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/buf.h"
#include "keys/core/event_log.h"
#include "keys/core/firmware_options.h"
#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/event_log_image.h"
#include "keys/tests/lib/pe_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct es_span text(const char *t)
{
	return es_text_span(t);
}

static struct es_span log_with(struct es_test_log *log, const char *const *events, unsigned pcr)
{
	es_test_log_begin(log);
	for (; *events != NULL; events++)
		es_test_log_event(log, pcr, ES_EV_IPL, text(*events), text(*events));
	return es_test_log_span(log);
}

/* Reads to the end: ES_MISSING if the whole log is sound. */
static enum es_reason walk(struct es_span bytes)
{
	struct es_event_log log;
	struct es_event event;
	enum es_reason r = es_event_log_open(bytes, &log);

	while (r == ES_OK)
		r = es_event_log_next(&log, &event);
	return r;
}

/* A log of three events with one 32-bit number changed. */
static enum es_reason with32(size_t at, uint32_t v)
{
	static const char *const events[] = { "one", "two", "three", NULL };
	struct es_test_log log;
	struct es_span all = log_with(&log, events, 11);

	es_test_put32(log.bytes, at, v);
	return walk(all);
}

static void reads_events_in_order(void **state)
{
	static const char *const events[] = { "one", "two", NULL };
	struct es_test_log bytes;
	struct es_event_log log;
	struct es_event event;

	(void)state;
	assert_int_equal(es_event_log_open(log_with(&bytes, events, 11), &log), ES_OK);
	for (unsigned i = 0; i < 2; i++) {
		struct es_span part = text(events[i]);
		struct es_digest digest;

		assert_true(es_sha256(&part, 1, &digest));
		assert_int_equal(es_event_log_next(&log, &event), ES_OK);
		assert_int_equal(event.index, i);
		assert_int_equal(event.pcr, 11);
		assert_int_equal(event.type, ES_EV_IPL);
		assert_int_equal(event.data.len, 3);
		assert_memory_equal(event.data.data, events[i], 3);
		assert_true(es_digest_equal(&event.sha256, &digest));
	}
	assert_int_equal(es_event_log_next(&log, &event), ES_MISSING);
	assert_int_equal(es_event_log_next(&log, &event), ES_MISSING);
}

/* PCR 0 starts with the locality of TPM2_Startup in its last byte. */
static void refuses_every_truncation(void **state)
{
	static const char *const events[] = { "one", "two", NULL };
	struct es_test_log log;
	struct es_span all = log_with(&log, events, 11);
	size_t second = ES_TEST_LOG_HEADER + (all.len - ES_TEST_LOG_HEADER) / 2;

	(void)state;
	for (size_t len = 0; len < all.len; len++) {
		uint8_t *cut = malloc(len > 0 ? len : 1);
		enum es_reason expected = ES_FORMAT;

		assert_non_null(cut);
		memcpy(cut, all.data, len);
		if (len == ES_TEST_LOG_HEADER || len == second)
			expected = ES_MISSING; /* a complete log with fewer events */
		assert_int_equal(walk((struct es_span){ cut, len }), expected);
		free(cut);
	}
}

static void refuses_a_log_that_is_cut_short_and_keeps_refusing_it(void **state)
{
	static const char *const events[] = { "one", NULL };
	struct es_test_log bytes;
	struct es_span all = log_with(&bytes, events, 11);
	struct es_pcr_values values = { .present = 7 };
	struct es_event_log log;
	struct es_event event;

	(void)state;
	all.len--;
	assert_int_equal(es_event_log_open(all, &log), ES_OK);
	assert_int_equal(es_event_log_next(&log, &event), ES_FORMAT);
	assert_int_equal(es_event_log_next(&log, &event), ES_FORMAT);
	assert_int_equal(es_event_log_replay(all, es_sha256, NULL, &values), ES_FORMAT);
	assert_int_equal(values.present, 7);
}

static void distinguishes_a_sha1_log_from_garbage(void **state)
{
	static const char *const none[] = { NULL };
	/* EV_S_CRTM_VERSION, a SHA-1 digest, four bytes of data; twice */
	uint8_t old[2 * 36] = { [4] = 8, [28] = 4, [36 + 4] = 8, [36 + 28] = 4 };
	struct es_test_log log;
	struct es_span all = log_with(&log, none, 0);

	(void)state;
	log.bytes[ES_TEST_LOG_SIGNATURE + 14] = '2';
	assert_int_equal(walk(all), ES_VERSION);
	all.len--;
	assert_int_equal(walk(all), ES_FORMAT);
	assert_int_equal(walk((struct es_span){ old, sizeof old }), ES_VERSION);
	assert_int_equal(walk((struct es_span){ old, sizeof old - 1 }), ES_FORMAT);
	old[36] = ES_PCR_COUNT;
	assert_int_equal(walk((struct es_span){ old, sizeof old }), ES_FORMAT);
	assert_int_equal(walk(text("")), ES_FORMAT);
	assert_int_equal(walk(text("some text that isn't an event log, and is longer than its header")), ES_FORMAT);
	assert_int_equal(with32(0, 1), ES_FORMAT);
	assert_int_equal(with32(4, 4), ES_FORMAT);
}

static void F14_a_sha1_log_with_an_event_of_no_pcr_is_one(void **state)
{
	static const char *const names[] = { "sha1-only.log", "sha1-only-with-no-action-pcr-ffffffff.log" };
	/* EV_NO_ACTION, then another type, of PCR 0xffffffff. */
	uint8_t old[2 * 36] = { 0xff, 0xff, 0xff, 0xff, [4] = 3, [28] = 4, [36 + 4] = 8, [36 + 28] = 4 };
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		uint8_t log[4096];
		FILE *f;
		size_t len;

		snprintf(path, sizeof path, "keys/core/tests/fixtures/field/%s", names[i]);
		f = fopen(path, "rb");
		assert_non_null(f);
		len = fread(log, 1, sizeof log, f);
		fclose(f);
		assert_int_equal(walk((struct es_span){ log, len }), ES_VERSION);
	}
	assert_int_equal(walk((struct es_span){ old, sizeof old }), ES_VERSION);
	old[4] = 8;
	assert_int_equal(walk((struct es_span){ old, sizeof old }), ES_FORMAT);
}

/* The header alone, with one 32-bit number changed. */
static enum es_reason open32(size_t at, uint32_t v)
{
	struct es_test_log bytes;
	struct es_event_log log;

	es_test_log_begin(&bytes);
	es_test_put32(bytes.bytes, at, v);
	return es_event_log_open(es_test_log_span(&bytes), &log);
}

static void refuses_bad_lists_of_algorithms(void **state)
{
	(void)state;
	assert_int_equal(open32(ES_TEST_LOG_ALGS, 0), ES_FORMAT);
	assert_int_equal(open32(ES_TEST_LOG_ALGS, ES_EVENT_LOG_ALGS_MAX + 1), ES_FORMAT);
	assert_int_equal(open32(ES_TEST_LOG_ALGS, 0xffffffff), ES_FORMAT);
	assert_int_equal(open32(ES_TEST_LOG_ALGS + 4, 0x20000b), ES_FORMAT);   /* SHA-256 twice */
	assert_int_equal(open32(ES_TEST_LOG_ALGS + 8, 0x14000b), ES_FORMAT);   /* with another length */
	assert_int_equal(open32(ES_TEST_LOG_ALGS + 4, 0x00007777), ES_FORMAT); /* unknown, with length 0 */
	assert_int_equal(open32(ES_TEST_LOG_ALGS + 4, 0x00817777), ES_FORMAT); /* unknown, too long */
	assert_int_equal(open32(ES_TEST_LOG_ALGS + 4, 0x00807777), ES_OK);
	assert_int_equal(open32(ES_TEST_LOG_ALGS + 8, 0x30000c), ES_TPM_NO_SHA256);
	assert_int_equal(open32(ES_TEST_LOG_ALGS + 12, 1), ES_FORMAT); /* vendor bytes that end after the event */
	assert_int_equal(open32(28, 0xffffffff), ES_FORMAT);           /* length of the header's event */
}

static void takes_algorithms_in_any_order_up_to_eight(void **state)
{
	static const char *const none[] = { NULL };
	struct es_test_log bytes;
	struct es_event_log log;

	(void)state;
	log_with(&bytes, none, 0);
	es_test_put32(bytes.bytes, ES_TEST_LOG_ALGS + 4, 0x20000b);
	es_test_put32(bytes.bytes, ES_TEST_LOG_ALGS + 8, 0x140004);
	assert_int_equal(es_event_log_open(es_test_log_span(&bytes), &log), ES_OK);
	es_test_put32(bytes.bytes, ES_TEST_LOG_ALGS, ES_EVENT_LOG_ALGS_MAX);
	for (unsigned i = 2; i < ES_EVENT_LOG_ALGS_MAX; i++)
		es_test_put32(bytes.bytes, ES_TEST_LOG_ALGS + 4 + 4 * i, 0x107000 + i);
	es_test_put32(bytes.bytes, 28, 37 + 6 * 4);
	bytes.len += 6 * 4;
	assert_int_equal(es_event_log_open(es_test_log_span(&bytes), &log), ES_OK);
	assert_int_equal(log.alg_count, ES_EVENT_LOG_ALGS_MAX);
}

/* Only an event that extends nothing may have no digest at all. */
static void requires_a_digest_for_an_extending_event(void **state)
{
	static const char *const none[] = { NULL };
	struct es_test_log log;

	(void)state;
	log_with(&log, none, 0);
	log.len += 16; /* PCR 0, type 0, no digest, no data */
	assert_int_equal(walk(es_test_log_span(&log)), ES_FORMAT);
	es_test_put32(log.bytes, ES_TEST_LOG_HEADER + ES_TEST_EVENT_TYPE, ES_EV_NO_ACTION);
	assert_int_equal(walk(es_test_log_span(&log)), ES_MISSING);
}

static void skips_digests_of_unknown_algorithms(void **state)
{
	static const char *const events[] = { "one", NULL };
	struct es_test_log log;
	struct es_span all = log_with(&log, events, 11);

	(void)state;
	es_test_put32(log.bytes, ES_TEST_LOG_ALGS + 4, 0x147777);
	es_test_put16(log.bytes, ES_TEST_LOG_HEADER + 12, 0x7777);
	assert_int_equal(walk(all), ES_MISSING);
}

static void refuses_broken_events(void **state)
{
	const size_t event = ES_TEST_LOG_HEADER;

	(void)state;
	assert_int_equal(with32(event, 24), ES_FORMAT); /* no such PCR */
	assert_int_equal(with32(event, 23), ES_MISSING);
	assert_int_equal(with32(event + ES_TEST_EVENT_COUNT, 3), ES_FORMAT); /* more digests than algorithms */
	assert_int_equal(with32(event + ES_TEST_EVENT_COUNT, 0xffffffff), ES_FORMAT);
	assert_int_equal(with32(event + ES_TEST_EVENT_COUNT, 0), ES_FORMAT); /* none for SHA-256 */
	assert_int_equal(with32(event + ES_TEST_EVENT_SIZE, 0xffffffff), ES_FORMAT);
	assert_int_equal(with32(event + ES_TEST_EVENT_SIZE, 4), ES_FORMAT);
	assert_int_equal(with32(event + 12, 0x0000000b), ES_FORMAT); /* one algorithm twice */
	assert_int_equal(with32(event + 12, 0x0000000c), ES_FORMAT); /* one that the header doesn't name */
}

static void add_firmware(struct es_test_log *log, const char *variable, const char *value)
{
	uint8_t bytes[256];
	struct es_writer w = { .data = bytes, .cap = sizeof bytes };

	if (variable != NULL) {
		es_write_bytes(&w, ES_EFI_VARIABLE_EVENT, sizeof ES_EFI_VARIABLE_EVENT);
		es_write_bytes(&w, variable, strlen(variable) + 1);
		es_write_text(&w, value);
	} else {
		es_firmware_string_write(text(value), &w);
	}
	es_test_log_event(log, ES_PCR_OPTIONS, ES_EV_IPL, (struct es_span){ bytes, w.pos },
			  (struct es_span){ bytes, w.pos });
}

/* A copy of the log on disk shows no credential to its reader. Compared with another log it still differs. */
static void values_from_firmware_can_be_hidden(void **state)
{
	struct es_pcr_values before, after;
	struct es_test_log log;
	struct es_event_log read;
	struct es_event event;
	unsigned found = 0;

	(void)state;
	es_test_log_begin(&log);
	es_test_log_event(&log, ES_PCR_OPTIONS, ES_EV_IPL, text("quiet=1"), text("quiet=1"));
	add_firmware(&log, "Name-GUID", "canary");
	add_firmware(&log, NULL, "io.systemd.credential:pw=canary");
	add_firmware(&log, NULL, "io.systemd.canary");
	add_firmware(&log, "Empty-GUID", "");
	assert_int_equal(es_event_log_replay(es_test_log_span(&log), es_sha256, NULL, &before), ES_OK);
	es_event_log_redact(log.bytes, log.len);
	assert_int_equal(es_event_log_replay(es_test_log_span(&log), es_sha256, NULL, &after), ES_OK);
	assert_memory_equal(&before, &after, sizeof before);
	assert_int_equal(es_event_log_open(es_test_log_span(&log), &read), ES_OK);
	while (es_event_log_next(&read, &event) == ES_OK)
		found += es_event_is_firmware_option(&event); /* also after hiding */
	assert_int_equal(found, 4);
	assert_non_null(memmem(log.bytes, log.len, "quiet=1", 7));
	assert_non_null(memmem(log.bytes, log.len, "Name-GUID\0******", 16));
	assert_non_null(memmem(log.bytes, log.len, "io.systemd.credential:pw=******", 31));
	assert_non_null(memmem(log.bytes, log.len, "io.systemd.canary", 17)); /* a name without a value */
	assert_null(memmem(log.bytes, log.len, "=canary", 7));
	es_event_log_redact(NULL, 0);
	log.len -= 3; /* hidden as far as the bytes go */
	es_event_log_redact(log.bytes, log.len);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_events_in_order),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(refuses_a_log_that_is_cut_short_and_keeps_refusing_it),
		cmocka_unit_test(distinguishes_a_sha1_log_from_garbage),
		cmocka_unit_test(F14_a_sha1_log_with_an_event_of_no_pcr_is_one),
		cmocka_unit_test(refuses_bad_lists_of_algorithms),
		cmocka_unit_test(takes_algorithms_in_any_order_up_to_eight),
		cmocka_unit_test(requires_a_digest_for_an_extending_event),
		cmocka_unit_test(skips_digests_of_unknown_algorithms),
		cmocka_unit_test(refuses_broken_events),
		cmocka_unit_test(values_from_firmware_can_be_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
