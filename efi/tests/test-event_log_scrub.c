/* SPDX-License-Identifier: Apache-2.0 */
/* The recovery key goes out of the logs; nothing else in them changes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/event_log_scrub.h"
#include "efi/tests/lib/mock.h"
#include "keys/core/event_log.h"
#include "keys/core/utf16.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/event_log_image.h"
#include "keys/tests/lib/surroundings.h"

#include <stdlib.h>
#include <string.h>

#define KEY   "478269-039194-473926"
#define STARS "********************"

static size_t utf16(const char *text, uint8_t *to)
{
	for (size_t i = 0; i <= strlen(text); i++) {
		to[2 * i] = (uint8_t)text[i];
		to[2 * i + 1] = 0;
	}
	return 2 * strlen(text) + 2;
}

static void assert_scrubbed(const char *before, const char *after, unsigned found)
{
	uint8_t wide[512], expected[512];
	size_t n = strlen(before);
	uint8_t *exact = malloc(n), *wide_exact;

	assert_non_null(exact);
	memcpy(exact, before, n);
	assert_int_equal(es_scrub(exact, n), found);
	assert_memory_equal(exact, after, n);
	free(exact);
	n = utf16(before, wide);
	utf16(after, expected);
	wide_exact = malloc(n + 1);
	assert_non_null(wide_exact);
	memcpy(wide_exact + 1, wide, n); /* logs keep no alignment */
	assert_int_equal(es_scrub(wide_exact + 1, n), found);
	assert_memory_equal(wide_exact + 1, expected, n);
	free(wide_exact);
}

static void value_is_overwritten_in_both_codings(void **state)
{
	(void)state;
	assert_scrubbed("etcseal.recovery=" KEY, "etcseal.recovery=" STARS, 1);
	assert_scrubbed("quiet encryptionRecoveryKey=" KEY, "quiet encryptionRecoveryKey=" STARS, 1);
	assert_scrubbed("etcseal.recovery=\"1 2\" etcseal.recovery=O3", "etcseal.recovery=** ** *******************",
			1);
	assert_scrubbed("etcseal.recovery=", "etcseal.recovery=", 1);
	assert_scrubbed("etcseal.recovery = 478269", "etcseal.recovery = 478269", 0);
	assert_scrubbed("etcseal.recover=478269", "etcseal.recover=478269", 0);
	assert_scrubbed("", "", 0);
}

#define WHOLE                                                                                                          \
	"478269-039194-473926-430939-686855-231401-642208-184477-"                                                     \
	"602511-225586-551660-586542-338394-092578-687140-267425"
#define GONE                                                                                                           \
	"******-******-******-******-******-******-******-******-"                                                     \
	"******-******-******-******-******-******-******-******"

static void F1_a_key_under_any_name_is_overwritten(void **state)
{
	(void)state;
	assert_scrubbed("ro ENCRYPTIONRECOVERYKEY=478269-039194 q", "ro ENCRYPTIONRECOVERYKEY=************* *", 1);
	assert_scrubbed("ro etcseal_recovery=478269-039194", "ro etcseal_recovery=*************", 1);
	assert_scrubbed("ro MyKey=" WHOLE " q=1", "ro MyKey=" GONE " q=1", 1);
	assert_scrubbed(WHOLE " " WHOLE, GONE " " GONE, 2);
	assert_scrubbed("k=473926-430939-O86855-231401-642208-184477-602511 q=1",
			"k=******-******-******-******-******-******-****** q=1", 1);
	assert_scrubbed("ip=192.168.100.101:192.168.100.102 a=478269", "ip=192.168.100.101:192.168.100.102 a=478269",
			0);
}

/* In an event of firmware's, at any byte, with what firmware puts around it. */
static void no_digit_of_a_key_survives_in_an_event(void **state)
{
	static uint8_t data[3 * SURROUNDINGS_MAX];
	static struct surroundings s;

	(void)state;
	for (uint64_t i = 0; i < 3 * 1000; i++) {
		bool wide = i % 2 == 0;
		struct es_writer w = { .data = data, .cap = sizeof data };
		char narrow[SURROUNDINGS_MAX];
		size_t n = 0, start;

		surroundings_make(&s, (enum surroundings_form)(i % 3), 200000 + i);
		es_write_bytes(&w, "\1\0\0\0 \x86\xff\0\7", 8 + i % 5 % 2);
		start = w.pos;
		if (wide)
			es_utf16_from_utf8((struct es_span){ (const uint8_t *)s.text, strlen(s.text) }, &w);
		else
			es_write_text(&w, s.text);
		assert_false(w.bad);
		assert_true(es_scrub(data, w.pos) > 0);
		for (size_t k = start; k < w.pos; k += wide ? 2 : 1)
			narrow[n++] = (char)data[k];
		surroundings_assert_hidden(&s, narrow, n);
	}
}

static void text_behind_the_end_stays(void **state)
{
	uint8_t data[] = "etcseal.recovery=12\0"
			 "34\1\2";

	(void)state;
	assert_int_equal(es_scrub(data, sizeof data), 1);
	assert_memory_equal(data,
			    "etcseal.recovery=**\0"
			    "34\1\2",
			    sizeof data);
}

/* A log as edk2 writes it for a boot entry with options, and one of a boot menu. */
static void make_log(struct es_test_log *log, const char *options)
{
	uint8_t wide[512];
	size_t n = utf16(options, wide);

	es_test_log_begin(log);
	es_test_log_event(log, 1, 0x80000002u, (struct es_span){ wide, n }, (struct es_span){ wide, n });
	es_test_log_event(log, 12, 13, (struct es_span){ wide, n }, (struct es_span){ wide, n });
	es_test_log_event(log, 7, 4, (struct es_span){ wide, 4 }, (struct es_span){ (const uint8_t *)"\0\0\0", 4 });
}

/* Where the last event begins: it is the separator above. */
static size_t last_of(const struct es_test_log *log)
{
	return log->len - (ES_TEST_EVENT_SIZE + 4 + 4);
}

/* In a buffer of the very length, so that ASan sees a byte too far. */
static unsigned scrub_exactly(const struct es_test_log *log, size_t last, size_t limit)
{
	uint8_t *exact = malloc(limit);
	unsigned found;

	assert_non_null(exact);
	memcpy(exact, log->bytes, limit);
	found = es_scrub_log(exact, last, limit);
	free(exact);
	return found;
}

static void walks_as_far_as_the_last_event(void **state)
{
	struct es_test_log log;

	(void)state;
	make_log(&log, "etcseal.recovery=" KEY);
	assert_int_equal(scrub_exactly(&log, last_of(&log), log.len), 2);
	assert_int_equal(scrub_exactly(&log, ES_TEST_LOG_HEADER, log.len), 1); /* the first is the last */
	assert_int_equal(scrub_exactly(&log, 0, log.len), 0);                  /* nothing but a header */
	assert_int_equal(scrub_exactly(&log, log.len + 1, log.len), 2);
	assert_int_equal(scrub_exactly(&log, last_of(&log), last_of(&log) - 1), 1); /* breaks off */
}

static void what_is_no_log_is_left_alone(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} defects[] = {
		{ ES_TEST_LOG_SIGNATURE, 'X' },
		{ 28 + 3, 0xff },                                /* length of the header */
		{ ES_TEST_LOG_ALGS, 9 },                         /* more algorithms than there can be */
		{ ES_TEST_LOG_ALGS, 8 },                         /* more than the header has */
		{ ES_TEST_LOG_HEADER + ES_TEST_EVENT_COUNT, 3 }, /* digests: more than algorithms */
		{ ES_TEST_LOG_HEADER + ES_TEST_EVENT_ALG2, 0x77 },
		{ ES_TEST_LOG_HEADER + ES_TEST_EVENT_SIZE + 3, 0xff },
	};

	(void)state;
	for (size_t i = 0; i < sizeof defects / sizeof defects[0]; i++) {
		struct es_test_log log;

		make_log(&log, "etcseal.recovery=" KEY);
		log.bytes[defects[i].at] = defects[i].value;
		assert_int_equal(scrub_exactly(&log, last_of(&log), log.len), 0);
	}
}

static void old_form_is_scrubbed_too(void **state)
{
	uint8_t log[512], options[128], *exact;
	struct es_writer w = { .data = log, .cap = sizeof log };
	size_t n = utf16("etcseal.recovery=" KEY, options), last;

	(void)state;
	for (int i = 0; i < 2; i++) {
		last = w.pos;
		es_write_le32(&w, 1);
		es_write_le32(&w, 0x80000002u);
		es_write_zeros(&w, 20);
		es_write_le32(&w, (uint32_t)n);
		es_write_bytes(&w, options, n);
	}
	assert_false(w.bad);
	exact = malloc(w.pos);
	assert_non_null(exact);
	memcpy(exact, log, w.pos);
	assert_int_equal(es_scrub_sha1_log(exact, 0, w.pos), 1);
	memcpy(exact, log, w.pos);
	assert_int_equal(es_scrub_sha1_log(exact, last, w.pos), 2);
	assert_null(memmem(exact, w.pos, "4\0007\0008\000", 6));
	memcpy(exact, log, w.pos);
	assert_int_equal(es_scrub_sha1_log(exact, last, w.pos - 1), 1); /* breaks off */
	assert_int_equal(es_scrub_log(exact, last, w.pos), 0);          /* and isn't of the new one */
	free(exact);
}

static void event_behind_one_without_a_nul_stays(void **state)
{
	static const char cut[] =
	    "e\0t\0c\0s\0e\0a\0l\0.\0r\0e\0c\0o\0v\0e\0r\0y\0=\0001\0002"; /* half a unit at its end */
	struct es_test_log log, before;
	struct es_span data = { (const uint8_t *)cut, sizeof cut - 1 };
	size_t next;

	(void)state;
	es_test_log_begin(&log);
	es_test_log_event(&log, 1, 13, data, data);
	next = log.len;
	es_test_log_event(&log, 33, 13, data, data);
	before = log;
	assert_int_equal(es_scrub_log(log.bytes, next, log.len), 2);
	assert_memory_equal(log.bytes + next, before.bytes + next, ES_TEST_EVENT_SIZE);
	assert_int_equal(log.bytes[next - 3], '*');
}

static struct es_test_log *shown; /* by the TPM below */

static EFI_STATUS EFIAPI get_log(struct es_tcg2 *self, UINT32 format, EFI_PHYSICAL_ADDRESS *ret_start,
				 EFI_PHYSICAL_ADDRESS *ret_last, BOOLEAN *ret_truncated)
{
	(void)self;
	if (format != 2)
		return EFI_UNSUPPORTED;
	*ret_start = (EFI_PHYSICAL_ADDRESS)(uintptr_t)shown->bytes;
	*ret_last = *ret_start + last_of(shown);
	*ret_truncated = 0;
	return EFI_SUCCESS;
}

static void logs_lose_the_key_and_still_replay(void **state)
{
	static uint8_t finals[16 + ES_TEST_LOG_MAX];
	static struct es_test_log log, before;
	static struct mock mock;
	struct es_tcg2 tcg2 = { .get_event_log = get_log };
	struct es_measuring measuring = { .fw = &mock.fw, .tcg2 = &tcg2 };
	EFI_CONFIGURATION_TABLE table = {
		{ 0x1e2ed096, 0x30e2, 0x4254, { 0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25 } }, finals
	};
	struct es_writer w = { .data = finals, .cap = sizeof finals };
	struct es_pcr_values values, values_before;
	uint8_t wide[64];
	size_t n;

	(void)state;
	mock_start(&mock);
	mock.table.ConfigurationTable = &table;
	mock.table.NumberOfTableEntries = 1;
	make_log(&log, "quiet etcseal.recovery=" KEY);
	before = log;
	shown = &log;
	es_write_le32(&w, 1);
	es_write_zeros(&w, 4);
	es_write_le32(&w, 3);
	es_write_zeros(&w, 4);
	es_write_bytes(&w, log.bytes + ES_TEST_LOG_HEADER, log.len - ES_TEST_LOG_HEADER);
	es_event_logs_scrub(&measuring);
	n = utf16("478269", wide) - 2;
	assert_null(memmem(log.bytes, log.len, wide, n));
	assert_null(memmem(finals, sizeof finals, wide, n));
	assert_non_null(strstr(mock.console, "overwritten"));
	assert_int_equal(es_event_log_replay(es_test_log_span(&log), es_sha256, NULL, &values), ES_OK);
	assert_int_equal(es_event_log_replay(es_test_log_span(&before), es_sha256, NULL, &values_before), ES_OK);
	assert_int_equal(es_pcr_differ(&values, &values_before, 0xffffff), 0);
}

static void log_without_a_key_stays_as_it_is(void **state)
{
	static struct es_test_log log, before;
	static struct mock mock;
	struct es_tcg2 tcg2 = { .get_event_log = get_log };
	struct es_measuring measuring = { .fw = &mock.fw, .tcg2 = &tcg2 };

	(void)state;
	mock_start(&mock);
	make_log(&log, "quiet 478269");
	before = log;
	shown = &log;
	es_event_logs_scrub(&measuring);
	assert_memory_equal(&log, &before, sizeof log);
	assert_string_equal(mock.console, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_is_overwritten_in_both_codings),
		cmocka_unit_test(F1_a_key_under_any_name_is_overwritten),
		cmocka_unit_test(no_digit_of_a_key_survives_in_an_event),
		cmocka_unit_test(text_behind_the_end_stays),
		cmocka_unit_test(walks_as_far_as_the_last_event),
		cmocka_unit_test(what_is_no_log_is_left_alone),
		cmocka_unit_test(old_form_is_scrubbed_too),
		cmocka_unit_test(event_behind_one_without_a_nul_stays),
		cmocka_unit_test(logs_lose_the_key_and_still_replay),
		cmocka_unit_test(log_without_a_key_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
