/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/boot_record.h"

#include "keys/tests/lib/sample_boot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char HANDOVER[] = "{ \"format\": \"etcseal-handover\", \"version\": 1, \"measured\": \"yes\", "
			       "\"outside_options\": \"used\", \"secure_boot\": true, \"recovery\": false, "
			       "\"banks\": [ {\"present\": true, \"refused\": false}, {\"present\": false, "
			       "\"refused\": true} ], \"device\": \"" SAMPLE_PARTITION "\" }";

static void the_stubs_handover_is_read(void **state)
{
	struct es_handover want = sample_handover(), got;
	uint8_t text[1024];
	struct es_writer w = { .data = text, .cap = sizeof text };

	(void)state;
	es_handover_write(&want, &w);
	assert_false(w.bad);
	assert_int_equal(es_handover_parse((struct es_span){ text, w.pos }, &got), ES_OK);
	assert_int_equal(got.measured, want.measured);
	assert_int_equal(got.outside, want.outside);
	assert_int_equal(got.secure_boot, want.secure_boot);
	assert_int_equal(got.recovery, want.recovery);
	assert_int_equal(got.firmware_options, want.firmware_options);
	assert_memory_equal(got.bank, want.bank, sizeof want.bank);
	assert_memory_equal(got.bank_refused, want.bank_refused, sizeof want.bank_refused);
	assert_string_equal(got.device_uuid, want.device_uuid);
}

static void every_value_the_stub_may_write_is_read(void **state)
{
	(void)state;
	for (int m = 0; m < ES_MEASURED_COUNT; m++)
		for (int o = 0; o < ES_OUTSIDE_COUNT; o++) {
			struct es_handover want = { .measured = m, .outside = o }, got;
			uint8_t text[1024];
			struct es_writer w = { .data = text, .cap = sizeof text };

			es_handover_write(&want, &w);
			assert_int_equal(es_handover_parse((struct es_span){ text, w.pos }, &got), ES_OK);
			assert_int_equal(got.measured, m);
			assert_int_equal(got.outside, o);
			assert_string_equal(got.device_uuid, "");
		}
}

/* The stub of 0.1.0 doesn't report them; a later one reports them even if there were none. */
static void a_stub_blind_to_firmware_options_differs_from_one_that_found_none(void **state)
{
	struct es_handover got = { 0 };
	char text[sizeof HANDOVER + 64];
	uint8_t written[1024];
	struct es_writer w = { .data = written, .cap = sizeof written };

	(void)state;
	assert_int_equal(es_handover_parse(es_text_span(HANDOVER), &got), ES_OK);
	assert_int_equal(got.firmware_options, ES_FIRMWARE_NOT_MEASURED);
	es_handover_write(&got, &w);
	assert_null(memmem(written, w.pos, "firmware", 8));
	for (int n = 0; n < 3; n++) {
		snprintf(text, sizeof text, "{ \"firmware_options\": %d,%s", n, HANDOVER + 1);
		assert_int_equal(es_handover_parse(es_text_span(text), &got), ES_OK);
		assert_int_equal(got.firmware_options, n);
	}
	snprintf(text, sizeof text, "{ \"firmware_options\": -1,%s", HANDOVER + 1);
	assert_int_equal(es_handover_parse(es_text_span(text), &got), ES_FORMAT);
	snprintf(text, sizeof text, "{ \"firmware_options\": %d,%s", ES_FIRMWARE_COUNT_MAX + 1, HANDOVER + 1);
	assert_int_equal(es_handover_parse(es_text_span(text), &got), ES_FORMAT);
}

/* text with the first `from` replaced by `to`. */
static const char *edited(const char *text, const char *from, const char *to, char *buffer, size_t cap)
{
	const char *at = strstr(text, from);

	if (at == NULL)
		fail_msg("not there: %s", from);
	assert_true(snprintf(buffer, cap, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) < (int)cap);
	return buffer;
}

struct bad {
	const char *from, *to;
	enum es_reason reason;
};

static void each_defect_of_the_handover_is_refused(void **state)
{
	static const struct bad bad[] = {
		{ "etcseal-handover", "etcseal", ES_FORMAT },
		{ "\"version\": 1", "\"version\": 2", ES_VERSION },
		{ "\"yes\"", "\"perhaps\"", ES_VERSION },
		{ "\"yes\"", "true", ES_FORMAT },
		{ "\"used\"", "\"\"", ES_VERSION },
		{ "\"secure_boot\": true", "\"secure_boot\": 1", ES_FORMAT },
		{ "\"recovery\": false,", "", ES_FORMAT },
		{ "\"recovery\": false,", "\"recovery\": false, \"recovery\": true,", ES_FORMAT },
		{ "[ {", "[ null, {", ES_FORMAT },
		{ "{\"present\": true, \"refused\": false}", "null", ES_FORMAT },
		{ "{\"present\": true", "{\"there\": true", ES_FORMAT },
		{ "bbbb\"", "BBBB\"", ES_FORMAT },
		{ "bbbb\"", "bbbb../\"", ES_TOO_LARGE },
		{ "\"device\": \"", "\"device\": \"x\", \"x\": \"", ES_FORMAT },
		{ " }", " } }", ES_FORMAT },
	};
	char text[1024];
	struct es_handover got = { .device_uuid = "untouched" };

	(void)state;
	assert_int_equal(es_handover_parse(es_text_span(HANDOVER), &(struct es_handover){ 0 }), ES_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		enum es_reason r =
		    es_handover_parse(es_text_span(edited(HANDOVER, bad[i].from, bad[i].to, text, sizeof text)), &got);

		if (r != bad[i].reason)
			fail_msg("%s: %d", text, r);
	}
	assert_string_equal(got.device_uuid, "untouched");
}

static void every_truncated_handover_is_refused(void **state)
{
	struct es_handover got;

	(void)state;
	for (size_t len = 0; len < sizeof HANDOVER - 1; len++)
		assert_int_equal(es_handover_parse((struct es_span){ (const uint8_t *)HANDOVER, len }, &got),
				 ES_FORMAT);
}

static void each_defect_of_the_record_is_refused(void **state)
{
	static const struct bad bad[] = {
		{ "etcseal-boot", "etcseal-handover", ES_FORMAT },
		{ "\"version\": 1", "\"version\": 9", ES_VERSION },
		{ "\"unlocked\"", "\"open\"", ES_VERSION },
		{ "\"opened_by\": \"recovery\"", "\"opened_by\": \"luck\"", ES_VERSION },
		{ "\"handover\":", "\"handed\":", ES_FORMAT },
		{ "\"measured\": \"yes\"", "\"measured\": 1", ES_FORMAT },
		{ "pcr-mismatch", "pcr-mismatch-pcr-mismatch-pcr-mismatch", ES_TOO_LARGE },
		{ "section .initrd", "section \\u001b[2J", ES_FORMAT },
		{ "\"bank\": 1", "\"bank\": 2", ES_FORMAT },
		{ "\"bank\": 1", "\"bank\": -1", ES_FORMAT },
		{ "\"generation\": 42", "\"generation\": \"42\"", ES_FORMAT },
		{ "\"fenced\": true", "\"fenced\": \"yes\"", ES_FORMAT },
		{ "\"pcrs\"", "\"pcr\"", ES_FORMAT },
		{ "\"11\": \"ab", "\"24\": \"ab", ES_FORMAT },
		{ "\"11\": \"ab", "\"011\": \"ab", ES_FORMAT },
		{ "\"11\": \"ab", "\"11\": \"", ES_FORMAT },
		{ "\"unlock_ms\": 812", "\"unlock_ms\": 4294967296", ES_FORMAT },
		{ "\"/etc\"", "\"/etc/..\"", ES_FORMAT },
		{ "\"/etc\"", "7", ES_FORMAT },
	};
	struct es_boot_record record = sample_boot(), got;
	ES_BUF file = { NULL, 0 };
	char whole[8192], text[8192];

	(void)state;
	assert_int_equal(es_boot_record_write(&record, &file), ES_OK);
	assert_true(file.len < sizeof whole);
	memcpy(whole, file.data, file.len);
	whole[file.len] = '\0';
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		enum es_reason r =
		    es_boot_record_parse(es_text_span(edited(whole, bad[i].from, bad[i].to, text, sizeof text)), &got);

		if (r != bad[i].reason)
			fail_msg("%s -> %s: %d", bad[i].from, bad[i].to, r);
	}
}

static void over_64_kib_is_too_large(void **state)
{
	static char text[(64 << 10) + 2];
	struct es_boot_record record;
	struct es_handover handover;

	(void)state;
	memset(text, ' ', sizeof text - 1);
	memcpy(text, HANDOVER, sizeof HANDOVER - 1);
	assert_int_equal(es_handover_parse(es_text_span(text), &handover), ES_TOO_LARGE);
	assert_int_equal(es_boot_record_parse(es_text_span(text), &record), ES_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stubs_handover_is_read),
		cmocka_unit_test(every_value_the_stub_may_write_is_read),
		cmocka_unit_test(a_stub_blind_to_firmware_options_differs_from_one_that_found_none),
		cmocka_unit_test(each_defect_of_the_handover_is_refused),
		cmocka_unit_test(every_truncated_handover_is_refused),
		cmocka_unit_test(each_defect_of_the_record_is_refused),
		cmocka_unit_test(over_64_kib_is_too_large),
	};

	return cmocka_run_group_tests_name("boot_record", tests, NULL, NULL);
}
