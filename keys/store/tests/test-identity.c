/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/store/identity.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuids_are_random_and_differ),
		cmocka_unit_test(a_time_is_utc_and_has_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
