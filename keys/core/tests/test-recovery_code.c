/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/recovery_code.h"

#include <stdio.h>
#include <string.h>

/* VMware's published example: FORMAT.md, "Recovery key". */
static const char published[] = "478269-039194-473926-430939-686855-231401-642208-184477-"
				"602511-225586-551660-586542-338394-092578-687140-267425";

static enum es_reason read_code(const char *text, uint8_t key[static ES_RECOVERY_LEN], struct es_code_fault *fault)
{
	memset(key, 0xaa, ES_RECOVERY_LEN);
	*fault = (struct es_code_fault){ 0 };
	return es_recovery_code_read(text, strlen(text), key, fault);
}

static void assert_fault(const char *text, enum es_group_fault expected, unsigned group)
{
	uint8_t key[ES_RECOVERY_LEN], zeros[ES_RECOVERY_LEN] = { 0 };
	struct es_code_fault fault;

	assert_int_equal(read_code(text, key, &fault), ES_RECOVERY_FORM);
	if (fault.fault != expected || fault.group != group)
		fail_msg("\"%s\": fault %d in group %u, expected %d in %u", text, fault.fault, fault.group, expected,
			 group);
	assert_memory_equal(key, zeros, sizeof key);
}

static void the_published_example_parses_and_is_written_back(void **state)
{
	uint8_t key[ES_RECOVERY_LEN];
	char text[ES_RECOVERY_TEXT_LEN + 1];
	struct es_code_fault fault;

	(void)state;
	assert_int_equal(read_code(published, key, &fault), ES_OK);
	/* 478269 = 11*43479 + 0 and 043479 = 0xa9d7; 267425 = 11*24311 + 4 and 24311 = 0x5ef7 */
	assert_int_equal(key[0], 0xa9);
	assert_int_equal(key[1], 0xd7);
	assert_int_equal(key[30], 0x5e);
	assert_int_equal(key[31], 0xf7);
	es_recovery_code_write(key, text);
	assert_string_equal(text, published);
}

static void every_word_round_trips_in_every_place(void **state)
{
	uint8_t key[ES_RECOVERY_LEN], back[ES_RECOVERY_LEN];
	char text[ES_RECOVERY_TEXT_LEN + 1];
	struct es_code_fault fault;

	(void)state;
	for (unsigned w = 0; w <= 65535; w++) {
		for (unsigned i = 0; i < ES_RECOVERY_LEN; i += 2) {
			unsigned word = (w + i * 4099) & 0xffff;

			key[i] = (uint8_t)(word >> 8);
			key[i + 1] = (uint8_t)word;
		}
		es_recovery_code_write(key, text);
		assert_int_equal(strlen(text), ES_RECOVERY_TEXT_LEN);
		assert_int_equal(read_code(text, back, &fault), ES_OK);
		assert_memory_equal(key, back, sizeof key);
	}
}

static void every_wrong_digit_is_caught_in_its_group(void **state)
{
	char text[sizeof published];

	(void)state;
	for (unsigned i = 0; i < ES_RECOVERY_TEXT_LEN; i++) {
		if (published[i] == '-')
			continue;
		for (char d = '0'; d <= '9'; d++) {
			memcpy(text, published, sizeof text);
			text[i] = d;
			if (d != published[i])
				assert_fault(text, ES_GROUP_MISTYPED, i / 7 + 1);
		}
	}
}

static void every_swap_of_two_digits_in_a_group_is_caught(void **state)
{
	char text[sizeof published];
	unsigned swaps = 0;

	(void)state;
	for (unsigned i = 0; i < ES_RECOVERY_TEXT_LEN; i++)
		/* Neighbours, and others at an odd distance: 100 is 1 mod 11, so a swap at an even distance can't be
		 * detected. */
		for (unsigned k = i + 1; k / 7 == i / 7 && k < ES_RECOVERY_TEXT_LEN; k += 2) {
			if (published[i] == '-' || published[k] == '-' || published[i] == published[k])
				continue;
			memcpy(text, published, sizeof text);
			text[i] = published[k];
			text[k] = published[i];
			assert_fault(text, ES_GROUP_MISTYPED, i / 7 + 1);
			swaps++;
		}
	assert_true(swaps > 100);
}

static void every_swap_of_groups_is_caught_but_eleven_apart(void **state)
{
	(void)state;
	for (unsigned a = 0; a < ES_RECOVERY_GROUPS; a++)
		for (unsigned b = a + 1; b < ES_RECOVERY_GROUPS; b++) {
			char text[sizeof published];
			uint8_t key[ES_RECOVERY_LEN];
			struct es_code_fault fault;

			memcpy(text, published, sizeof text);
			memcpy(text + 7 * a, published + 7 * b, 6);
			memcpy(text + 7 * b, published + 7 * a, 6);
			if (b - a == 11) {
				assert_int_equal(read_code(text, key, &fault), ES_OK);
				continue;
			}
			assert_fault(text, ES_GROUP_MISPLACED, a + 1);
			assert_int_equal(read_code(text, key, &fault), ES_RECOVERY_FORM);
			assert_int_equal(fault.fits, b % 11 + 1);
		}
}

static void a_group_left_out_is_named(void **state)
{
	(void)state;
	for (unsigned a = 0; a + 2 < ES_RECOVERY_GROUPS; a++) {
		char text[sizeof published];

		memcpy(text, published, 7 * a);
		strcpy(text + 7 * a, published + 7 * (a + 1));
		assert_fault(text, ES_GROUP_MISPLACED, a + 1);
	}
}

static void separators_may_be_spaces_newlines_or_missing(void **state)
{
	uint8_t expected[ES_RECOVERY_LEN], key[ES_RECOVERY_LEN];
	struct es_code_fault fault;
	char text[256], *t;

	(void)state;
	assert_int_equal(read_code(published, expected, &fault), ES_OK);
	for (const char *by = " \t\n\r"; *by != '\0'; by++) {
		strcpy(text, published);
		for (t = text; (t = strchr(t, '-')) != NULL;)
			*t = *by;
		assert_int_equal(read_code(text, key, &fault), ES_OK);
		assert_memory_equal(key, expected, sizeof key);
	}
	t = text; /* without a separator */
	for (const char *p = published; *p != '\0'; p++)
		if (*p != '-')
			*t++ = *p;
	*t = '\0';
	assert_int_equal(strlen(text), 96);
	assert_int_equal(read_code(text, key, &fault), ES_OK);
	assert_memory_equal(key, expected, sizeof key);
	snprintf(text, sizeof text, "\n  -- %.6s - %s\r\n\n", published, published + 7);
	assert_int_equal(read_code(text, key, &fault), ES_OK);
	assert_memory_equal(key, expected, sizeof key);
}

static void each_malformed_key_has_its_fault(void **state)
{
	char text[512];

	(void)state;
	assert_fault("", ES_GROUP_TOO_FEW, 1);
	assert_fault(" - \n", ES_GROUP_TOO_FEW, 1);
	assert_fault("478269", ES_GROUP_TOO_FEW, 2);
	assert_fault("478269-039194-", ES_GROUP_TOO_FEW, 3);
	assert_fault("47826-039194", ES_GROUP_NOT_DIGITS, 1);
	assert_fault("4782690-039194", ES_GROUP_NOT_DIGITS, 1);
	assert_fault("478269-O39194", ES_GROUP_NOT_DIGITS, 2);
	assert_fault("478269-+39194", ES_GROUP_NOT_DIGITS, 2);
	assert_fault("478269-039194-4739266-430939", ES_GROUP_NOT_DIGITS, 3);
	assert_fault("720896", ES_GROUP_MISTYPED, 1); /* 11 * 65536: w would be over 16 bits */
	assert_fault("999999-039194", ES_GROUP_MISTYPED, 1);
	assert_fault("hello", ES_GROUP_NONE, 1);
	assert_fault("key: 47826-039194", ES_GROUP_NOT_DIGITS, 1);
	snprintf(text, sizeof text, "%.*s", ES_RECOVERY_TEXT_LEN - 1, published);
	assert_fault(text, ES_GROUP_NOT_DIGITS, 16);
	snprintf(text, sizeof text, "%s3", published); /* seven digits in the last group, though six of them fit */
	assert_fault(text, ES_GROUP_NOT_DIGITS, 16);
	snprintf(text, sizeof text, "%.4s-%s", published, published + 4); /* 4782-69: the 4782 may be anything */
	assert_fault(text, ES_GROUP_NOT_DIGITS, 1);
	snprintf(text, sizeof text, "%.*s-%s", ES_RECOVERY_TEXT_LEN - 1, published,
		 published + ES_RECOVERY_TEXT_LEN - 1);
	assert_fault(text, ES_GROUP_NOT_DIGITS, 16);
	snprintf(text, sizeof text, "6%s", published);
	assert_fault(text, ES_GROUP_NOT_DIGITS, 1);
}

static void assert_reads_published(const char *text)
{
	uint8_t expected[ES_RECOVERY_LEN], key[ES_RECOVERY_LEN];
	struct es_code_fault fault;

	assert_int_equal(read_code(published, expected, &fault), ES_OK);
	if (read_code(text, key, &fault) != ES_OK)
		fail_msg("\"%s\": fault %d in group %u", text, fault.fault, fault.group);
	assert_memory_equal(key, expected, sizeof key);
}

static void the_only_run_of_sixteen_groups_is_the_key(void **state)
{
	char text[1024];

	(void)state;
	snprintf(text, sizeof text, "%s-000000", published);
	assert_reads_published(text);
	snprintf(text, sizeof text, "%s x", published);
	assert_reads_published(text);
	snprintf(text, sizeof text, "%.7s%s", published, published);
	assert_reads_published(text);
	snprintf(text, sizeof text, "%s\n%s\n", published, published);
	assert_reads_published(text);
	/* The output of `init`, and a line of a table. */
	snprintf(text, sizeof text,
		 "sealed to this boot: PCR 2, 4, 11, 12, generation 1\n\nThe recovery key, shown once:\n"
		 "  {0A3F1D22-9C41-4B70-8E15-0123456789AB}\n  %s\n\nBanks: 123456 and 654321 bytes\n",
		 published);
	assert_reads_published(text);
	snprintf(text, sizeof text, "| 1 | %.27s | 2024-11-28 |\n| 2 | %.27s |\n| 3 | %.27s |\n| 4 | %.27s |\n",
		 published, published + 28, published + 56, published + 84);
	assert_reads_published(text);
}

static void digits_of_any_script_are_digits(void **state)
{
	static const unsigned zeros[] = { 0xff10, 0x0660, 0x06f0, 0x0966, 0x0e50 };
	char text[512], *t;

	(void)state;
	for (size_t z = 0; z < sizeof zeros / sizeof zeros[0]; z++) {
		t = text;
		for (const char *p = published; *p != '\0'; p++) {
			unsigned u = zeros[z] + (unsigned)(*p - '0');

			if (*p == '-')
				*t++ = '-';
			else if (u < 0x800)
				t += sprintf(t, "%c%c", 0xc0 | u >> 6, 0x80 | (u & 0x3f));
			else
				t += sprintf(t, "%c%c%c", 0xe0 | u >> 12, 0x80 | (u >> 6 & 0x3f), 0x80 | (u & 0x3f));
		}
		*t = '\0';
		assert_reads_published(text);
	}
}

static void two_keys_that_differ_are_refused(void **state)
{
	static const char other[] = "000000-000001-000002-000003-000004-000005-000006-000007-"
				    "000008-000009-000010-000000-000001-000002-000003-000004";
	uint8_t key[ES_RECOVERY_LEN], none[ES_RECOVERY_LEN] = { 0 };
	struct es_code_fault fault;
	char text[512];

	(void)state;
	snprintf(text, sizeof text, "old %s new %s", published, other);
	assert_int_equal(read_code(text, key, &fault), ES_RECOVERY_TWO);
	assert_int_equal(fault.fault, ES_GROUP_TWO_KEYS);
	assert_memory_equal(key, none, sizeof key);
	snprintf(text, sizeof text, "%s %s %s", published, published, other);
	assert_int_equal(read_code(text, key, &fault), ES_RECOVERY_TWO);
}

static void a_leading_zero_that_a_spreadsheet_lost_is_named(void **state)
{
	char text[sizeof published];

	(void)state;
	snprintf(text, sizeof text, "%.7s%s", published, published + 8); /* 039194 */
	assert_fault(text, ES_GROUP_NOT_DIGITS, 2);
}

static void F2_a_key_is_read_from_the_files_that_people_make(void **state)
{
	static const char *const files[] = { "bom", "option", "table-line" };
	char path[96], text[512];

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		FILE *f;

		snprintf(path, sizeof path, "keys/core/tests/fixtures/field/recovery-key-file-%s", files[i]);
		f = fopen(path, "r");
		assert_non_null(f);
		text[fread(text, 1, sizeof text - 1, f)] = '\0';
		fclose(f);
		assert_reads_published(text);
	}
}

static void a_nul_or_a_high_byte_is_not_a_digit(void **state)
{
	uint8_t key[ES_RECOVERY_LEN];
	struct es_code_fault fault;
	char text[sizeof published];

	(void)state;
	for (int c = 0; c < 256; c++) {
		memcpy(text, published, sizeof text);
		text[8] = (char)c;
		if (c >= '0' && c <= '9')
			continue;
		assert_int_equal(es_recovery_code_read(text, ES_RECOVERY_TEXT_LEN, key, &fault), ES_RECOVERY_FORM);
		assert_int_equal(fault.group, 2);
		assert_int_equal(fault.fault, ES_GROUP_NOT_DIGITS);
	}
}

static void a_single_group_is_read(void **state)
{
	uint16_t word = 1;

	(void)state;
	for (unsigned place = 1; place <= ES_RECOVERY_GROUPS; place++)
		assert_int_equal(es_recovery_group_read(published + 7 * (place - 1), place, &word), ES_GROUP_OK);
	assert_int_equal(word, 24311);
	assert_int_equal(es_recovery_group_read("478269", 2, &word), ES_GROUP_MISTYPED);
	assert_int_equal(es_recovery_group_read("478269", 12, &word), ES_GROUP_OK);
	assert_int_equal(es_recovery_group_read("720896", 1, &word), ES_GROUP_MISTYPED);
	assert_int_equal(es_recovery_group_read("47826x", 1, &word), ES_GROUP_NOT_DIGITS);
	assert_int_equal(es_recovery_group_read("478269", 0, &word), ES_GROUP_MISTYPED);
	assert_int_equal(es_recovery_group_read("478269", 17, &word), ES_GROUP_MISTYPED);
	assert_int_equal(word, 43479); /* unchanged since the last success */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_example_parses_and_is_written_back),
		cmocka_unit_test(every_word_round_trips_in_every_place),
		cmocka_unit_test(every_wrong_digit_is_caught_in_its_group),
		cmocka_unit_test(every_swap_of_two_digits_in_a_group_is_caught),
		cmocka_unit_test(every_swap_of_groups_is_caught_but_eleven_apart),
		cmocka_unit_test(a_group_left_out_is_named),
		cmocka_unit_test(separators_may_be_spaces_newlines_or_missing),
		cmocka_unit_test(each_malformed_key_has_its_fault),
		cmocka_unit_test(the_only_run_of_sixteen_groups_is_the_key),
		cmocka_unit_test(digits_of_any_script_are_digits),
		cmocka_unit_test(two_keys_that_differ_are_refused),
		cmocka_unit_test(a_leading_zero_that_a_spreadsheet_lost_is_named),
		cmocka_unit_test(F2_a_key_is_read_from_the_files_that_people_make),
		cmocka_unit_test(a_nul_or_a_high_byte_is_not_a_digit),
		cmocka_unit_test(a_single_group_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
