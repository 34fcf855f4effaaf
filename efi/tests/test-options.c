/* SPDX-License-Identifier: Apache-2.0 */
/* LoadOptions as firmware, menus and shells really pass them, and the recovery key in them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/options.h"
#include "efi/tests/lib/mock.h"
#include "keys/core/utf16.h"
#include "keys/tests/lib/surroundings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY                                                                                                            \
	"478269-039194-473926-430939-686855-231401-642208-184477-"                                                     \
	"602511-225586-551660-586542-338394-092578-687140-267425"

static struct mock mock;
static const struct es_span own = { (const uint8_t *)"root=/dev/vda ro", 16 };
static struct es_outside outside;
static uint8_t *given; /* of the very length, so that ASan sees a byte too far */

static int start(void **state)
{
	(void)state;
	mock_start(&mock);
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(given);
	given = NULL;
	return 0;
}

static void give_bytes(const void *bytes, size_t len)
{
	free(given);
	given = malloc(len > 0 ? len : 1);
	assert_non_null(given);
	memcpy(given, bytes, len);
	mock.loaded.LoadOptions = given;
	mock.loaded.LoadOptionsSize = (UINT32)len;
}

static size_t utf16(const char *text, uint8_t *to)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = (uint8_t)text[i];
		to[2 * i + 1] = 0;
	}
	return 2 * n;
}

/* With its NUL, or without. */
static void give(const char *text, bool terminated)
{
	uint8_t units[2 * 5000 + 2] = { 0 };

	give_bytes(units, utf16(text, units) + (terminated ? 2 : 0));
}

static void assert_text(enum es_outside_options kind, const char *text)
{
	assert_int_equal(outside.kind, kind);
	assert_int_equal(outside.len, strlen(text));
	assert_memory_equal(outside.text, text, outside.len);
}

static void none_given(void **state)
{
	(void)state;
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_NONE, "");
	assert_false(outside.recovery);
}

static void used_with_and_without_a_nul(void **state)
{
	(void)state;
	for (int terminated = 0; terminated < 2; terminated++) {
		give("quiet  splash=1 ", terminated);
		es_outside_read(&mock.fw, own, false, &outside);
		assert_text(ES_OUTSIDE_USED, "quiet  splash=1");
	}
}

static void what_follows_a_nul_is_not_read(void **state)
{
	uint8_t units[64] = { 0 };
	size_t n = utf16("quiet", units);

	(void)state;
	utf16("init=/bin/sh", units + n + 2);
	give_bytes(units, sizeof units);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_USED, "quiet");
}

static void binary_is_none(void **state)
{
	/* A hard disk device path node, and the GUID of edk2's own entries. */
	static const uint8_t path[] = { 4, 1, 0x2a, 0, 1, 0, 0, 0 }, odd[] = { 'a', 0, 'b', 0, 'c' };
	static const uint8_t edk2[] = { 0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d,
					0x85, 0x0e, 0xe2, 0x1a, 0x52, 0x2c, 0x59, 0xb2 };

	(void)state;
	give_bytes(path, sizeof path);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_NONE, "");
	give_bytes(edk2, sizeof edk2);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_NONE, "");
	give_bytes(odd, sizeof odd);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_NONE, "");
	give_bytes("a", 1);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_NONE, "");
	mock.loaded.LoadOptions = NULL; /* and a size that says otherwise */
	mock.loaded.LoadOptionsSize = 64;
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_NONE, "");
}

static void control_characters_are_spaces(void **state)
{
	(void)state;
	give("a\tb\nc\x7f", true);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_USED, "a b c");
}

static void too_long_is_dropped_whole_and_said(void **state)
{
	char text[ES_OPTIONS_MAX + 2];

	(void)state;
	memset(text, 'x', sizeof text);
	text[ES_OPTIONS_MAX] = '\0';
	give(text, true);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_int_equal(outside.kind, ES_OUTSIDE_USED);
	assert_int_equal(outside.len, ES_OPTIONS_MAX);
	text[ES_OPTIONS_MAX] = 'x';
	text[ES_OPTIONS_MAX + 1] = '\0';
	give(text, true);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_DROPPED, "");
	assert_int_equal(given[0], 0); /* a key may be in them */
	assert_non_null(strstr(mock.console, "longer than 4096"));
}

static void secure_boot_drops_all_but_the_key(void **state)
{
	(void)state;
	give("init=/bin/sh etcseal.recovery=" KEY " quiet", true);
	es_outside_read(&mock.fw, own, true, &outside);
	assert_text(ES_OUTSIDE_DROPPED, "");
	assert_true(outside.recovery);
	assert_string_equal(outside.recovery_value, KEY);
}

static void assert_wiped(void)
{
	for (size_t i = 0; i < mock.loaded.LoadOptionsSize; i++)
		assert_int_equal(given[i], 0);
	assert_null(memmem(outside.text, sizeof outside.text, "478269", 6));
	assert_null(strstr(mock.console, "478269"));
}

static void key_is_taken_out_and_wiped_where_it_lay(void **state)
{
	(void)state;
	give("quiet encryptionRecoveryKey=" KEY " debug", true);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_USED, "quiet debug");
	assert_string_equal(outside.recovery_value, KEY);
	assert_wiped();
}

static void only_a_key_is_no_options(void **state)
{
	(void)state;
	give("  etcseal.recovery=" KEY "\n", false);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_NONE, "");
	assert_true(outside.recovery);
	assert_wiped();
	/* also with Secure Boot: nothing was dropped */
	give("etcseal.recovery=" KEY, true);
	es_outside_read(&mock.fw, own, true, &outside);
	assert_text(ES_OUTSIDE_NONE, "");
	assert_true(outside.recovery);
}

static void assert_key_of(const char *path, bool drop)
{
	FILE *f = fopen(path, "r");
	char line[512];

	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		struct es_writer w = { .data = (uint8_t[1024]){ 0 }, .cap = 1024 };

		line[strcspn(line, "\n")] = '\0';
		es_utf16_from_utf8((struct es_span){ (const uint8_t *)line, strlen(line) }, &w);
		give_bytes(w.data, w.pos);
		es_outside_read(&mock.fw, own, drop, &outside);
		assert_text(drop ? ES_OUTSIDE_DROPPED : ES_OUTSIDE_USED, drop ? "" : "ro");
		assert_true(outside.recovery);
		assert_string_equal(outside.recovery_value, KEY);
		assert_wiped();
	}
	fclose(f);
}

static void F1_a_key_under_a_name_in_other_letters_is_taken_out_and_wiped(void **state)
{
	(void)state;
	for (int drop = 0; drop < 2; drop++)
		assert_key_of("keys/core/tests/fixtures/field/recovery-options-letters.txt", drop);
}

static void F2_a_key_as_people_type_it_is_taken_out_and_wiped(void **state)
{
	(void)state;
	for (int drop = 0; drop < 2; drop++)
		assert_key_of("keys/core/tests/fixtures/field/recovery-options-mistyped.txt", drop);
}

static void a_mistyped_key_is_taken_out_and_wiped_also_with_secure_boot(void **state)
{
	(void)state;
	for (int drop = 0; drop < 2; drop++) {
		give("quiet MyKey=478269-O39194-473926-430939-686855-231401-642208", true);
		es_outside_read(&mock.fw, own, drop, &outside);
		assert_text(drop ? ES_OUTSIDE_DROPPED : ES_OUTSIDE_USED, drop ? "" : "quiet");
		assert_true(outside.recovery);
		assert_string_equal(outside.recovery_value, "478269-O39194-473926-430939-686855-231401-642208");
		assert_wiped();
	}
}

/* efibootmgr passes them so unless it is told otherwise. */
static void a_key_in_options_that_are_no_utf16_is_taken_out_and_wiped(void **state)
{
	(void)state;
	give_bytes("quiet x=" KEY, 8 + sizeof KEY - 1);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_NONE, "");
	assert_true(outside.recovery);
	assert_string_equal(outside.recovery_value, KEY);
	assert_wiped();
	give("\xff" KEY, true); /* begins with U+00FF */
	es_outside_read(&mock.fw, own, false, &outside);
	assert_true(outside.recovery);
	assert_wiped();
}

/* 20000 of them are in keys/core/tests/test-recovery_surroundings.c; here as firmware has them. */
static void no_digit_of_a_key_survives_and_all_else_does(void **state)
{
	static uint8_t units[2 * SURROUNDINGS_MAX + 2];
	static struct surroundings s;

	(void)state;
	for (uint64_t i = 0; i < 3 * 2000; i++) {
		struct es_writer w = { .data = units, .cap = sizeof units };
		enum surroundings_form form = (enum surroundings_form)(i % 3);
		size_t len;

		mock.console[0] = '\0';
		surroundings_make(&s, form, 100000 + i);
		if (s.text[0] < ' ')
			continue; /* a byte order mark: see above */
		len = es_options_clean(s.rest, strlen(s.rest));
		s.rest[len] = '\0';
		es_utf16_from_utf8((struct es_span){ (const uint8_t *)s.text, strlen(s.text) }, &w);
		assert_false(w.bad);
		give_bytes(units, w.pos);
		es_outside_read(&mock.fw, own, false, &outside);
		assert_text(len > 0 ? ES_OUTSIDE_USED : ES_OUTSIDE_NONE, s.rest);
		assert_string_equal(outside.recovery_value, s.code);
		surroundings_assert_hidden(&s, outside.text, sizeof outside.text);
		surroundings_assert_hidden(&s, mock.console, strlen(mock.console));
		for (size_t k = 0; k < mock.loaded.LoadOptionsSize; k++)
			assert_int_equal(given[k], 0);
	}
}

static void options_without_a_key_stay_where_they_lie(void **state)
{
	(void)state;
	give("quiet", true);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_int_equal(given[0], 'q');
	assert_false(outside.recovery);
}

static void the_images_own_options_are_none_from_outside(void **state)
{
	(void)state;
	for (int drop = 0; drop < 2; drop++) {
		give("root=/dev/vda ro etcseal.recovery=" KEY, true);
		es_outside_read(&mock.fw, own, drop, &outside);
		assert_text(ES_OUTSIDE_NONE, "");
		assert_true(outside.recovery);
		assert_string_equal(mock.console, "");
		give("root=/dev/vda r", true);
		es_outside_read(&mock.fw, own, drop, &outside);
		assert_int_equal(outside.kind, drop ? ES_OUTSIDE_DROPPED : ES_OUTSIDE_USED);
	}
}

static void shell_gives_words_without_the_program(void **state)
{
	const EFI_GUID guid = EFI_SHELL_PARAMETERS_PROTOCOL_GUID;
	CHAR16 program[] = u"fs0:\\etcseal.efi", one[] = u"quiet", key[150] = { 0 };
	CHAR16 *argv[] = { program, one, key };
	EFI_SHELL_PARAMETERS_PROTOCOL shell = { .Argv = argv, .Argc = 3 };

	(void)state;
	utf16("etcseal.recovery=" KEY, (uint8_t *)key);
	give("fs0:\\etcseal.efi quiet etcseal.recovery=" KEY, true);
	mock_add(&mock, mock.fw.image, guid, &shell);
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_USED, "quiet");
	assert_string_equal(outside.recovery_value, KEY);
	assert_wiped();
	for (size_t i = 0; i < sizeof key / sizeof key[0]; i++)
		assert_int_equal(key[i], 0);
	shell.Argc = 1;
	es_outside_read(&mock.fw, own, false, &outside);
	assert_text(ES_OUTSIDE_NONE, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(none_given, start, end),
		cmocka_unit_test_setup_teardown(used_with_and_without_a_nul, start, end),
		cmocka_unit_test_setup_teardown(what_follows_a_nul_is_not_read, start, end),
		cmocka_unit_test_setup_teardown(binary_is_none, start, end),
		cmocka_unit_test_setup_teardown(control_characters_are_spaces, start, end),
		cmocka_unit_test_setup_teardown(too_long_is_dropped_whole_and_said, start, end),
		cmocka_unit_test_setup_teardown(secure_boot_drops_all_but_the_key, start, end),
		cmocka_unit_test_setup_teardown(key_is_taken_out_and_wiped_where_it_lay, start, end),
		cmocka_unit_test_setup_teardown(only_a_key_is_no_options, start, end),
		cmocka_unit_test_setup_teardown(F1_a_key_under_a_name_in_other_letters_is_taken_out_and_wiped, start,
						end),
		cmocka_unit_test_setup_teardown(F2_a_key_as_people_type_it_is_taken_out_and_wiped, start, end),
		cmocka_unit_test_setup_teardown(a_mistyped_key_is_taken_out_and_wiped_also_with_secure_boot, start,
						end),
		cmocka_unit_test_setup_teardown(a_key_in_options_that_are_no_utf16_is_taken_out_and_wiped, start, end),
		cmocka_unit_test_setup_teardown(no_digit_of_a_key_survives_and_all_else_does, start, end),
		cmocka_unit_test_setup_teardown(options_without_a_key_stay_where_they_lie, start, end),
		cmocka_unit_test_setup_teardown(the_images_own_options_are_none_from_outside, start, end),
		cmocka_unit_test_setup_teardown(shell_gives_words_without_the_program, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
