/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/firmware_options.h"

#include "keys/core/buf.h"
#include "keys/core/hex.h"

#include <stdio.h>
#include <string.h>

/* GUIDs are stored with their first three fields little-endian. */
static void guids_match_the_names(void **state)
{
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

	(void)state;
	for (int i = 0; i < ES_FIRMWARE_VARIABLES; i++) {
		const struct es_firmware_variable *v = &es_firmware_variables[i];
		char name[ES_FIRMWARE_VARIABLE_NAME], text[64] = "-";
		size_t at = 1;

		for (int b = 0; b < 16; b++) {
			if (b == 4 || b == 6 || b == 8 || b == 10)
				text[at++] = '-';
			es_hex_encode(&v->guid[order[b]], 1, text + at);
			at += 2;
		}
		assert_non_null(strstr(v->id, text));
		es_firmware_variable_name(v, name);
		assert_int_equal(strlen(name) + strlen(text), strlen(v->id));
		assert_memory_equal(name, v->id, strlen(name));
		assert_true(strlen(v->does) > 0);
	}
}

static void a_written_event_is_read_back(void **state)
{
	uint8_t bytes[256];
	struct es_writer w = { .data = bytes, .cap = sizeof bytes };
	struct es_firmware_event e;

	(void)state;
	es_firmware_variable_write(&es_firmware_variables[0], (struct es_span){ (const uint8_t *)"a\0b\0\0", 6 }, &w);
	assert_int_equal(w.pos, 24 + 52 + 6);
	assert_memory_equal(
	    bytes, "etcseal/v1/efi-variable\0SystemdOptions-8cf2644b-4b0b-428f-9387-6d876050dc67\0a\0b\0\0", w.pos);
	assert_true(es_firmware_event_read((struct es_span){ bytes, w.pos }, &e));
	assert_int_equal(e.variable.len, strlen(es_firmware_variables[0].id));
	assert_memory_equal(e.variable.data, es_firmware_variables[0].id, e.variable.len);
	assert_int_equal(e.value.len, 6);
	assert_memory_equal(e.value.data, "a\0b\0\0", 6);

	w.pos = 0;
	es_firmware_string_write(es_text_span("io.systemd.credential:a=b"), &w);
	assert_int_equal(w.pos, 25 + 25);
	assert_memory_equal(bytes, "etcseal/v1/smbios-string\0io.systemd.credential:a=b", w.pos);
	assert_true(es_firmware_event_read((struct es_span){ bytes, w.pos }, &e));
	assert_int_equal(e.variable.len, 0);
	assert_int_equal(e.value.len, 25);
}

static void other_events_are_refused(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} others[] = {
		{ "", 0 },
		{ "etcseal/v1/efi-variable", 23 },      /* no NUL */
		{ "etcseal/v1/efi-variable\0", 24 },    /* no name */
		{ "etcseal/v1/efi-variable\0\0a", 26 }, /* an empty name */
		{ "etcseal/v1/efi-variable\0name", 28 },
		{ "etcseal/v1/recovery-boot", 24 },
		{ "s\0i\0n\0g\0l\0e\0\0", 14 },
	};
	struct es_firmware_event e;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (es_firmware_event_read((struct es_span){ (const uint8_t *)others[i].data, others[i].len }, &e))
			fail_msg("%zu", i);
}

static void only_strings_for_systemd_count(void **state)
{
	(void)state;
	assert_true(es_firmware_string_is_measured(es_text_span("io.systemd.credential:a=b")));
	assert_true(es_firmware_string_is_measured(es_text_span("io.systemd.stub.kernel-cmdline-extra=quiet")));
	assert_true(es_firmware_string_is_measured(es_text_span("io.systemd.")));
	assert_false(es_firmware_string_is_measured(es_text_span("io.systemd")));
	assert_false(es_firmware_string_is_measured(es_text_span(" io.systemd.credential:a=b")));
	assert_false(es_firmware_string_is_measured(es_text_span("To be filled by O.E.M.")));
	assert_false(es_firmware_string_is_measured(es_text_span("")));
}

static void no_credential_is_shown(void **state)
{
	struct es_span shown = es_firmware_string_name(es_text_span("io.systemd.credential:passwd=secret=x"));

	(void)state;
	assert_int_equal(shown.len, strlen("io.systemd.credential:passwd"));
	assert_int_equal(es_firmware_string_name(es_text_span("io.systemd.x")).len, 12);
	assert_int_equal(es_firmware_string_name(es_text_span("")).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guids_match_the_names),    cmocka_unit_test(a_written_event_is_read_back),
		cmocka_unit_test(other_events_are_refused), cmocka_unit_test(only_strings_for_systemd_count),
		cmocka_unit_test(no_credential_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
