/* SPDX-License-Identifier: Apache-2.0 */
#include "initrd/fd.h"
#include "initrd/sources.h"
#include "keys/core/recovery_code.h"
#include "keys/tests/lib/oracle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static const char key[] = "478269-039194-473926-430939-686855-231401-642208-184477-"
			  "602511-225586-551660-586542-338394-092578-687140-267425";

static bool take(void **state, struct es_sources *s)
{
	char path[256];
	struct es_say say;
	bool found;

	snprintf(path, sizeof path, "%s/handover", (const char *)*state);
	es_say_open(&say, -1);
	found = es_handover_take(path, &say, s);
	es_say_close(&say);
	return found;
}

/* As the stub leaves it. */
static int setup(void **state)
{
	const struct es_handover h = { .measured = ES_MEASURED,
				       .secure_boot = true,
				       .bank = { true, false },
				       .device_uuid = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b" };
	uint8_t json[1024];
	struct es_writer w = { .data = json, .cap = sizeof json };

	if (oracle_folder_make(state) != 0 || oracle_shell(state, "mkdir -p handover/bank0") != 0)
		return -1;
	es_handover_write(&h, &w);
	oracle_write(state, "handover/boot.json", (struct es_span){ json, w.pos });
	return 0;
}

static void write_key(void **state, const char *text)
{
	oracle_write(state, "handover/recovery-key", es_text_span(text));
	shell_ok("chmod 400 handover/recovery-key");
}

static void a_handover_is_taken_over(void **state)
{
	ES_SOURCES s = ES_SOURCES_NONE;

	assert_true(take(state, &s));
	assert_true(s.stub);
	assert_int_equal(s.handover.measured, ES_MEASURED);
	assert_true(s.handover.secure_boot);
	assert_true(s.handover.bank[0]);
	assert_null(s.recovery);
	assert_int_equal(faccessat(s.banks, "bank0", F_OK, 0), 0);
}

static void without_the_folder_there_was_no_stub(void **state)
{
	ES_SOURCES s = ES_SOURCES_NONE;

	shell_ok("rm -r handover");
	assert_false(take(state, &s));
	assert_false(s.stub);
	assert_int_equal(s.banks, -1);
}

static void a_link_is_no_handover(void **state)
{
	ES_SOURCES s = ES_SOURCES_NONE;

	shell_ok("mv handover elsewhere && ln -s elsewhere handover");
	assert_false(take(state, &s));
}

/* A failed measurement shuts the seal, in keys/opening/opening.c. */
static void assert_counts_as_not_measured(void **state)
{
	ES_SOURCES s = ES_SOURCES_NONE;

	assert_true(take(state, &s));
	assert_true(s.stub);
	assert_int_equal(s.handover.measured, ES_MEASURED_FAILED);
	assert_false(s.handover.secure_boot);
	assert_true(s.handover.bank[0]);
	assert_false(s.handover.bank[1]);
	assert_true(s.banks >= 0);
}

static void garbage_in_boot_json_counts_as_not_measured(void **state)
{
	oracle_write(state, "handover/boot.json", es_text_span("{ \"format\": \"etcseal-handover\", \"version\": 1"));
	assert_counts_as_not_measured(state);
	oracle_write(state, "handover/boot.json", es_text_span(""));
	assert_counts_as_not_measured(state);
}

static void a_missing_boot_json_counts_as_not_measured(void **state)
{
	shell_ok("rm handover/boot.json");
	assert_counts_as_not_measured(state);
	shell_ok("mkdir handover/boot.json");
	assert_counts_as_not_measured(state);
}

static void an_oversized_boot_json_counts_as_not_measured(void **state)
{
	shell_ok("head -c 100000 /dev/zero | tr '\\0' ' ' >>handover/boot.json");
	assert_counts_as_not_measured(state);
}

static void the_recovery_key_is_taken_overwritten_and_gone(void **state)
{
	ES_SOURCES s = ES_SOURCES_NONE;
	ES_BUF left = { 0 };

	write_key(state, key);
	shell_ok("ln handover/recovery-key same-pages");
	assert_true(take(state, &s));
	assert_non_null(s.recovery);
	assert_string_equal((const char *)es_secret_bytes(s.recovery), key);
	shell_ok("! test -e handover/recovery-key");
	left = oracle_read(state, "same-pages");
	assert_int_equal(left.len, strlen(key));
	for (size_t i = 0; i < left.len; i++)
		assert_int_equal(left.data[i], 0);
}

static void the_recovery_key_is_gone_also_when_boot_json_is_garbage(void **state)
{
	ES_SOURCES s = ES_SOURCES_NONE;

	write_key(state, key);
	oracle_write(state, "handover/boot.json", es_text_span("x"));
	assert_true(take(state, &s));
	assert_non_null(s.recovery);
	assert_true(s.handover.recovery);
	shell_ok("! test -e handover/recovery-key");
}

static void line_ends_behind_the_recovery_key_go(void **state)
{
	ES_SOURCES s = ES_SOURCES_NONE;
	char text[sizeof key + 3];

	snprintf(text, sizeof text, "%s\r\n", key);
	write_key(state, text);
	assert_true(take(state, &s));
	assert_string_equal((const char *)es_secret_bytes(s.recovery), key);
}

static void an_endless_recovery_key_is_cut_and_wiped_whole(void **state)
{
	ES_SOURCES s = ES_SOURCES_NONE;

	shell_ok("head -c 5000 /dev/zero | tr '\\0' 7 >handover/recovery-key && ln handover/recovery-key same-pages");
	assert_true(take(state, &s));
	assert_int_equal(strlen((const char *)es_secret_bytes(s.recovery)), ES_RECOVERY_INPUT_MAX - 1);
	shell_ok("test $(stat -c %%s same-pages) = 5000 && test $(tr -d '\\0' <same-pages | wc -c) = 0");
}

static void an_empty_recovery_key_is_one_all_the_same(void **state)
{
	ES_SOURCES s = ES_SOURCES_NONE;

	write_key(state, "");
	assert_true(take(state, &s));
	assert_string_equal((const char *)es_secret_bytes(s.recovery), "");
}

static void a_recovery_key_that_is_no_file_is_not_read(void **state)
{
	ES_SOURCES link = ES_SOURCES_NONE;
	ES_SOURCES fifo = ES_SOURCES_NONE;

	oracle_write(state, "victim", es_text_span("untouched"));
	shell_ok("ln -s ../victim handover/recovery-key");
	assert_true(take(state, &link));
	assert_null(link.recovery);
	shell_ok("! test -L handover/recovery-key && test \"$(cat victim)\" = untouched");
	shell_ok("mkfifo handover/recovery-key");
	assert_true(take(state, &fifo));
	assert_null(fifo.recovery);
	shell_ok("! test -e handover/recovery-key");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, oracle_folder_remove)
		TEST(a_handover_is_taken_over),
		TEST(without_the_folder_there_was_no_stub),
		TEST(a_link_is_no_handover),
		TEST(garbage_in_boot_json_counts_as_not_measured),
		TEST(a_missing_boot_json_counts_as_not_measured),
		TEST(an_oversized_boot_json_counts_as_not_measured),
		TEST(the_recovery_key_is_taken_overwritten_and_gone),
		TEST(the_recovery_key_is_gone_also_when_boot_json_is_garbage),
		TEST(line_ends_behind_the_recovery_key_go),
		TEST(an_endless_recovery_key_is_cut_and_wiped_whole),
		TEST(an_empty_recovery_key_is_one_all_the_same),
		TEST(a_recovery_key_that_is_no_file_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
