/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void takes(const char *text)
{
	ES_JSON obj = NULL;
	char detail[ES_JSON_DETAIL] = "";

	if (es_json_parse(es_text_span(text), &obj, detail) != ES_OK)
		fail_msg("%s: %s", text, detail);
}

static void refuses_bytes(struct es_span text, const char *begin)
{
	struct json_object *obj = NULL;
	char detail[ES_JSON_DETAIL] = "";

	assert_int_equal(es_json_parse(text, &obj, detail), ES_FORMAT);
	assert_null(obj);
	if (strncmp(detail, begin, strlen(begin)) != 0)
		fail_msg("%.*s: \"%s\" and not \"%s\"", (int)text.len, (const char *)text.data, detail, begin);
}

static void refuses(const char *text, const char *begin)
{
	refuses_bytes(es_text_span(text), begin);
}

static void takes_one_object(void **state)
{
	(void)state;
	takes("{}");
	takes("{ \"a\": 1, \"b\": [ {\"a\": 2}, {\"a\": 3} ], \"c\": { \"a\": \"x:y\", \"b\": \"\\\"a\\\": 1\" } }\n");
	takes("{\"\xc3\xbc\": \"\xc3\xbc\"}");
}

static void refuses_anything_but_an_object(void **state)
{
	(void)state;
	refuses("", "empty");
	refuses("[]", "not a JSON object");
	refuses("null", "not a JSON object");
	refuses("\"x\"", "not a JSON object");
	refuses("{", "not a JSON object, or cut short");
	refuses("{\"a\": ", "not a JSON object, or cut short");
	refuses("{\"a\": 1,}", "not JSON at byte");
	refuses("{'a': 1}", "a field's name in single quotes");
	refuses("{\"a\": 1, \"a\": 2, 'b': 3}", "a field's name in single quotes");
	refuses("{\"a\": 'b'}", "not JSON at byte");
	refuses("{\"a\": 1 /* x */}", "not JSON at byte");
	refuses("{\"a\": tru}", "not JSON at byte");
	refuses("{\"a\": True}", "not JSON at byte");
	refuses("{\"a\": \"\x01\"}", "a control character in a text");
	refuses("{\"a\": \"\n\"}", "a control character in a text");
	refuses("{\"a\n\": 1}", "a control character in a text");
	refuses("{\"a\": NaN}", "a malformed number");
	refuses("{\"a\": -Infinity}", "a malformed number");
	refuses("{\"a\": 01}", "not JSON at byte");
	refuses("{\"a\": \"\xff\"}", "not JSON at byte");
}

static void refuses_trailing_data(void **state)
{
	(void)state;
	refuses("{} x", "trailing data at byte 3");
	refuses("{}{}", "trailing data at byte 2");
	refuses_bytes((struct es_span){ (const uint8_t *)"{}\0", 3 }, "trailing data at byte 2");
	refuses_bytes((struct es_span){ (const uint8_t *)"{\0}", 3 }, "not JSON at byte");
}

static void refuses_a_field_that_appears_twice(void **state)
{
	(void)state;
	refuses("{\"a\": 1, \"a\": 2}", "a field that appears twice: a");
	refuses("{\"x\": [ {}, {\"mode\": 1, \"y\": { \"z\": \"mode\" }, \"mode\" : 2} ]}",
		"a field that appears twice: mode");
	refuses("{\"a\": {\"b\": 1}, \"a\": {}}", "a field that appears twice: a");
	/* the same name, written in two ways */
	refuses("{\"a\": 1, \"\\u0061\": 2}", "a field that appears twice");
	refuses("{\"\xc3\xbc\": 1, \"\xc3\xbc\": 2}", "a field that appears twice");
}

static void the_same_name_in_two_objects_is_allowed(void **state)
{
	(void)state;
	takes("{\"a\": {\"b\": 1}, \"c\": {\"b\": 1}}");
	takes("{\"a\": {\"a\": {\"a\": 1}}}");
}

static void refuses_nesting_that_is_too_deep(void **state)
{
	char text[64] = "";

	(void)state;
	strcat(text, "{\"a\":");
	for (int i = 0; i < ES_JSON_DEPTH; i++)
		strcat(text, "[");
	refuses(text, "not JSON at byte");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_one_object),
		cmocka_unit_test(refuses_anything_but_an_object),
		cmocka_unit_test(refuses_trailing_data),
		cmocka_unit_test(refuses_a_field_that_appears_twice),
		cmocka_unit_test(the_same_name_in_two_objects_is_allowed),
		cmocka_unit_test(refuses_nesting_that_is_too_deep),
	};

	return cmocka_run_group_tests_name("json_parse", tests, NULL, NULL);
}
