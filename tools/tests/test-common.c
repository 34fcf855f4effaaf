/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/common.h"

#include <string.h>

static void each_fault_is_worded_with_its_group(void **state)
{
	static const struct {
		struct es_code_fault fault;
		const char *words;
	} rows[] = {
		{ { ES_GROUP_MISTYPED, 3, 0 }, "group 3 is mistyped" },
		{ { ES_GROUP_NOT_DIGITS, 16, 0 }, "group 16 is not six digits" },
		{ { ES_GROUP_MISPLACED, 2, 4 }, "group 2 belongs in place 4 or 15" },
		{ { ES_GROUP_MISPLACED, 2, 6 }, "group 2 belongs in place 6" },
		{ { ES_GROUP_TOO_FEW, 9, 0 }, "it ends before group 9 of 16" },
		{ { ES_GROUP_NONE, 1, 0 }, "it has no group of six digits" },
	};
	char words[ES_FAULT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		es_fault_words(&rows[i].fault, words);
		assert_string_equal(words, rows[i].words);
	}
}

static void sizes_have_their_unit(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *words;
	} rows[] = {
		{ 0, "0 bytes" },    { 1, "1 byte" },          { 1023, "1023 bytes" },     { 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" }, { 64 << 20, "64.0 MiB" }, { UINT64_MAX, "16.0 EiB" },
	};
	char words[ES_SIZE_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		es_size_words(rows[i].bytes, words);
		assert_string_equal(words, rows[i].words);
	}
}

static void the_limits_of_kdf_are_said_loudly(void **state)
{
	(void)state;
	assert_non_null(strstr(es_kdf_limits, "NOT a seal"));
	assert_non_null(strstr(es_kdf_limits, "nothing more"));
	assert_non_null(strstr(es_kdf_limits, "old copy"));
	assert_non_null(strstr(es_kdf_limits, "set --mode=tpm"));
	assert_non_null(strstr(es_kdf_unbound, "ALONE"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_is_worded_with_its_group),
		cmocka_unit_test(sizes_have_their_unit),
		cmocka_unit_test(the_limits_of_kdf_are_said_loudly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
