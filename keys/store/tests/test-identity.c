/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/identity.h"
#include "keys/tests/lib/oracle.h"

#include <stdio.h>
#include <string.h>

static void uuids_are_random_and_differ(void **state)
{
	char a[ES_UUID_TEXT], b[ES_UUID_TEXT];

	(void)state;
	assert_int_equal(es_uuid_make(a), ES_OK);
	assert_int_equal(es_uuid_make(b), ES_OK);
	assert_int_equal(strlen(a), ES_UUID_TEXT - 1);
	assert_int_equal(strspn(a, "0123456789abcdef-"), ES_UUID_TEXT - 1);
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	assert_string_not_equal(a, b);
}

static void a_time_is_utc_and_has_one_form(void **state)
{
	char text[ES_TIME_TEXT];

	(void)state;
	es_time_now(text);
	assert_int_equal(strlen(text), 20);
	assert_int_equal(text[10], 'T');
	assert_int_equal(text[19], 'Z');
}

static void assert_uuid(void **state, const char *content, const char *expected)
{
	char path[256], text[ES_UUID_TEXT];

	oracle_write(state, "uuid", es_text_span(content));
	snprintf(path, sizeof path, "%s/uuid", (const char *)*state);
	es_product_uuid_read(path, text);
	assert_string_equal(text, expected);
}

static void the_machines_uuid_is_lower_case_and_one_word(void **state)
{
	char text[ES_UUID_TEXT] = "before";

	assert_uuid(state, "4C4C4544-0043-5910-8054-B7C04F4E3432\n", "4c4c4544-0043-5910-8054-b7c04f4e3432");
	assert_uuid(state, "4C4C4544-0043-5910-8054-B7C04F4E3432", "4c4c4544-0043-5910-8054-b7c04f4e3432");
	assert_uuid(state, "", "");
	assert_uuid(state, "Not Settable", "not");
	assert_uuid(state, "n\xc3\xb6", "n");
	/* one character too many, and more than that */
	assert_uuid(state, "4C4C4544-0043-5910-8054-B7C04F4E34320\n", "");
	assert_uuid(state, "4C4C4544-0043-5910-8054-B7C04F4E3432-4C4C4544-0043-5910-8054-B7C04F4E3432\n", "");
	es_product_uuid_read("/no/such/file", text);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuids_are_random_and_differ),
		cmocka_unit_test(a_time_is_utc_and_has_one_form),
		cmocka_unit_test_setup_teardown(the_machines_uuid_is_lower_case_and_one_word, oracle_folder_make,
						oracle_folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
