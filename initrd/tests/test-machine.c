/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/sources.h"
#include "keys/core/labels.h"
#include "keys/tests/lib/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char key[] = "478269-039194-473926-430939-686855-231401-642208-184477-"
			  "602511-225586-551660-586542-338394-092578-687140-267425";

static char *in_folder(void **state, const char *name, char ret_path[static 256])
{
	snprintf(ret_path, 256, "%s/%s", (const char *)*state, name);
	return ret_path;
}

static enum es_reason options(void **state, const char *text, struct es_sources *s, char *ret_device)
{
	char path[256];

	oracle_write(state, "cmdline", es_text_span(text));
	return es_machine_options(in_folder(state, "cmdline", path), s, ret_device);
}

static void assert_device(void **state, const char *text, const char *expected)
{
	char device[ES_DEVICE_TEXT] = "unset";
	ES_SOURCES s = ES_SOURCES_NONE;

	assert_int_equal(options(state, text, &s, device), ES_OK);
	assert_string_equal(device, expected);
	assert_null(s.recovery);
}

static void the_device_is_found_among_the_options(void **state)
{
	assert_device(state, "root=/dev/sda2 etcseal.device=UUID=1234-ABCD quiet\n", "UUID=1234-ABCD");
	assert_device(state, "etcseal.device=/dev/a etcseal.device=/dev/b\n", "/dev/b");
	assert_device(state, "root=/dev/sda2 quiet\n", "");
	assert_device(state, "", "");
	assert_device(state, "xetcseal.device=/dev/a etcseal.devices=/dev/a\n", "");
}

static void a_recovery_key_is_taken_under_both_names(void **state)
{
	static const char *const names[] = { ES_OPTION_RECOVERY, ES_OPTION_RECOVERY_ESXI };

	for (unsigned i = 0; i < 2; i++) {
		char device[ES_DEVICE_TEXT], text[512];
		ES_SOURCES s = ES_SOURCES_NONE;

		snprintf(text, sizeof text, "quiet %s=%s etcseal.device=/dev/a\n", names[i], key);
		assert_int_equal(options(state, text, &s, device), ES_OK);
		assert_string_equal(device, "/dev/a");
		assert_string_equal((const char *)es_secret_bytes(s.recovery), key);
	}
}

/* A boot without the stub: the kernel's own options, as FIELD.md's people typed them. */
static void F1_F2_a_recovery_key_is_taken_in_each_form_of_the_field(void **state)
{
	static const char *const files[] = { "letters", "mistyped" };

	for (unsigned i = 0; i < 2; i++) {
		char path[96], line[400];
		FILE *f;

		snprintf(path, sizeof path, "keys/core/tests/fixtures/field/recovery-options-%s.txt", files[i]);
		f = fopen(path, "r");
		assert_non_null(f);
		while (fgets(line, sizeof line, f) != NULL) {
			char device[ES_DEVICE_TEXT], text[512];
			ES_SOURCES s = ES_SOURCES_NONE;

			line[strcspn(line, "\n")] = '\0';
			snprintf(text, sizeof text, "%s etcseal.device=/dev/a\n", line);
			assert_int_equal(options(state, text, &s, device), ES_OK);
			assert_string_equal(device, "/dev/a");
			assert_string_equal((const char *)es_secret_bytes(s.recovery), key);
		}
		fclose(f);
	}
}

static void an_endless_device_is_refused(void **state)
{
	char device[ES_DEVICE_TEXT], text[1024] = "etcseal.device=/dev/";
	ES_SOURCES s = ES_SOURCES_NONE;

	memset(text + strlen(text), 'x', 400);
	assert_int_equal(options(state, text, &s, device), ES_TOO_LARGE);
}

static void endless_options_are_cut(void **state)
{
	char device[ES_DEVICE_TEXT], text[10000] = "etcseal.device=/dev/a ";
	ES_SOURCES s = ES_SOURCES_NONE;

	memset(text + strlen(text), 'x', sizeof text - 1 - strlen(text));
	assert_int_equal(options(state, text, &s, device), ES_OK);
	assert_string_equal(device, "/dev/a");
}

static void options_that_cannot_be_read_are_an_error(void **state)
{
	char device[ES_DEVICE_TEXT], path[256];
	ES_SOURCES s = ES_SOURCES_NONE;

	assert_int_equal(es_machine_options(in_folder(state, "nothing", path), &s, device), ES_MISSING);
}

static size_t log_size(void **state, size_t size)
{
	struct es_buf bytes = { 0 };
	ES_SOURCES s = ES_SOURCES_NONE;
	struct es_say say;
	char path[256];

	assert_int_equal(es_buf_new(size, &bytes), ES_OK);
	oracle_write(state, "log", es_buf_span(&bytes));
	es_buf_free(&bytes);
	es_say_open(&say, -1);
	es_machine_event_log(in_folder(state, "log", path), &say, &s);
	es_say_close(&say);
	return s.event_log.len;
}

static void an_event_log_over_the_cap_is_left_out(void **state)
{
	assert_int_equal(log_size(state, 1000), 1000);
	assert_int_equal(log_size(state, ES_LOG_MAX), ES_LOG_MAX);
	assert_int_equal(log_size(state, ES_LOG_MAX + 1), 0);
	assert_int_equal(log_size(state, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_device_is_found_among_the_options),
		cmocka_unit_test(a_recovery_key_is_taken_under_both_names),
		cmocka_unit_test(F1_F2_a_recovery_key_is_taken_in_each_form_of_the_field),
		cmocka_unit_test(an_endless_device_is_refused),
		cmocka_unit_test(endless_options_are_cut),
		cmocka_unit_test(options_that_cannot_be_read_are_an_error),
		cmocka_unit_test(an_event_log_over_the_cap_is_left_out),
	};

	return cmocka_run_group_tests(tests, oracle_folder_make, oracle_folder_remove);
}
