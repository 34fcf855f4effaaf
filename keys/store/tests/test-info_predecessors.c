/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/info_rules.h"

#include "keys/tests/lib/sample_info.h"

#include <stdio.h>
#include <string.h>

#define FORTY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

static void written_predecessors_are_read_back(void **state)
{
	const struct es_span some = es_text_span("some");
	ES_SECRET mac_key = sample_mac_key();

	(void)state;
	for (unsigned count = 0; count <= ES_PREDECESSORS_MAX; count++) {
		ES_INFO info = sample_info(ES_MODE_TPM, 3, some, some);
		ES_INFO again = NULL;
		ES_BUF file = { NULL, 0 };
		char detail[ES_DETAIL_TEXT];

		info->predecessor_count = count;
		for (unsigned i = 0; i < count; i++)
			memset(info->predecessor[i], (int)(i + 1), ES_WRAPPED_LEN);
		assert_int_equal(es_info_write(info, mac_key, &file), ES_OK);
		assert_int_equal(memmem(file.data, file.len, "predecessors", 12) != NULL, count > 0);
		assert_int_equal(es_info_parse(es_buf_span(&file), &again, detail), ES_OK);
		assert_int_equal(again->predecessor_count, count);
		assert_memory_equal(again->predecessor, info->predecessor, sizeof info->predecessor);
		/* And the field disappears when there are none. */
		again->predecessor_count = 0;
		es_buf_free(&file);
		assert_int_equal(es_info_write(again, mac_key, &file), ES_OK);
		assert_null(memmem(file.data, file.len, "predecessors", 12));
	}
}

static void each_defect_is_refused_and_named(void **state)
{
	static const struct {
		const char *value;
		enum es_reason reason;
	} cases[] = {
		{ "null", ES_FORMAT },
		{ "\"" FORTY "\"", ES_FORMAT },
		{ "[]", ES_FORMAT },
		{ "[ 5 ]", ES_FORMAT },
		{ "[ \"AAAA\" ]", ES_FORMAT },
		{ "[ \"" FORTY "AAAA\" ]", ES_FORMAT },
		{ "[ \"A A\" ]", ES_FORMAT },
		{ "[ \"" FORTY "\\u0000\" ]", ES_FORMAT },
		{ "[ \"" FORTY "\", null ]", ES_FORMAT },
		{ "[ 1, 2, 3, 4, 5 ]", ES_TOO_LARGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char detail[ES_DETAIL_TEXT], to[512];
		ES_BUF file = { NULL, 0 };
		ES_INFO info = NULL;
		/* The JSON is refused before anything reads a field. */
		const char *named = strstr(cases[i].value, "u0000") != NULL ? "a NUL" : "predecessors";
		enum es_reason r;

		snprintf(to, sizeof to, "\"predecessors\": %s, \"archive\":", cases[i].value);
		file = sample_info_edited(ES_MODE_TPM, "\"archive\":", to);
		r = es_info_parse(es_buf_span(&file), &info, detail);
		if (r != cases[i].reason || strstr(detail, named) == NULL)
			fail_msg("%s: %d, %s", cases[i].value, r, detail);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_predecessors_are_read_back),
		cmocka_unit_test(each_defect_is_refused_and_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
