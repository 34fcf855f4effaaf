/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
enum { LIMITED = 0 }; /* its own allocator ends the program instead */
#else
enum { LIMITED = 1 };
#endif

static void takes(const char *text)
{
	ES_JSON obj = NULL;
	char detail[ES_JSON_DETAIL] = "";

	if (es_json_parse(es_text_span(text), &obj, detail) != ES_OK)
		fail_msg("%s: %s", text, detail);
}

static void refuses_bytes(struct es_span text, const char *begin)
{
	json_t *obj = NULL;
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
	refuses("{'a': 1}", "not JSON at byte 2: string or '}' expected near");
	refuses("{\"a\": 1, 'a': 2}", "not JSON at byte");
	refuses("{\"a\": 'b'}", "not JSON at byte");
	refuses("{\"a\": 1 /* x */}", "not JSON at byte");
	refuses("{\"a\": tru}", "not JSON at byte");
	refuses("{\"a\": True}", "not JSON at byte");
	refuses("{\"a\": \"\x01\"}", "not JSON at byte 7: control character 0x1");
	refuses("{\"a\": \"\n\"}", "not JSON at byte 7: unexpected newline");
	refuses("{\"a\n\": 1}", "not JSON at byte 3: unexpected newline");
	refuses("{\"a\": NaN}", "not JSON at byte");
	refuses("{\"a\": -Infinity}", "not JSON at byte");
	refuses("{\"a\": 01}", "not JSON at byte");
	refuses("{\"a\": 01e5}", "not JSON at byte");
	refuses("{\"a\": -.1}", "not JSON at byte");
}

static void refuses_text_that_isnt_utf8(void **state)
{
	(void)state;
	refuses("{\"a\": \"\xff\"}", "not JSON at byte 7: unable to decode byte 0xff");
	refuses("{\"a\": \"\xc1\xa4\"}", "not JSON at byte"); /* overlong */
	refuses("{\"a\": \"\xed\xa0\x80\"}", "not JSON at byte");
	refuses("{\"a\": \"\\ud800\"}", "not JSON at byte");
	refuses("{\"a\": \"\\udc00\\ud800\"}", "not JSON at byte");
}

static void refuses_a_nul(void **state)
{
	(void)state;
	refuses("{\"a\": \"b\\u0000\"}", "a text that contains a NUL at byte 15");
	refuses("{\"a\\u0000\": 1}", "a text that contains a NUL at byte");
	/* jansson skips one after a number. */
	refuses_bytes((struct es_span){ (const uint8_t *)"{\"a\": 1\0}", 9 }, "not JSON at byte 7");
	refuses_bytes((struct es_span){ (const uint8_t *)"{\"a\": 1\0\0, \"b\": 2}", 18 }, "not JSON at byte 7");
	refuses_bytes((struct es_span){ (const uint8_t *)"{\"a\": true\0}", 12 }, "not JSON at byte 10");
}

static void refuses_numbers_that_would_change(void **state)
{
	(void)state;
	takes("{\"a\": [ 9223372036854775807, -9223372036854775808, 0.1, 1e300 ]}");
	refuses("{\"a\": 9223372036854775808}", "a number out of range at byte 25");
	refuses("{\"a\": -9223372036854775809}", "a number out of range at byte 26");
	refuses("{\"a\": 1e400}", "a number out of range at byte 11");
}

/* The detail is shown on consoles: nothing that it quotes may move the cursor there. */
static void quotes_printable_characters_only(void **state)
{
	(void)state;
	refuses("{\"a\": \x1b}", "not JSON at byte 7: invalid token near '?'");
	refuses("{\"a\": \xc2\x9b}", "not JSON at byte 8: invalid token near '?\?'");
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
	refuses("{\"\xc3\xbc\": 1, \"\xc3\xbc\": 2}", "a field that appears twice: ?\?");
	refuses("{\"exec_installed_only\": 1, \"exec_installed_only\": 2}",
		"a field that appears twice: exec_installed_only");
	refuses("{\"\": 1, \"\": 2}", "a field that appears twice: ");
}

static void the_same_name_in_two_objects_is_allowed(void **state)
{
	(void)state;
	takes("{\"a\": {\"b\": 1}, \"c\": {\"b\": 1}}");
	takes("{\"a\": {\"a\": {\"a\": 1}}}");
}

static void refuses_nesting_that_is_too_deep(void **state)
{
	char text[8192];

	(void)state;
	/* Within the object, lists; an empty one is a level, a number in it another one. */
	takes("{\"a\": [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}");
	takes("{\"a\": [[[[[[[[[[[[[[1]]]]]]]]]]]]]]}");
	refuses("{\"a\": [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}", "nested deeper than 16 levels");
	refuses("{\"a\": [[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]}", "nested deeper than 16 levels");
	refuses("{\"a\": [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}", "nested deeper than 16 levels");
	/* jansson's own limit, before its recursion gets deep */
	memset(text, '[', sizeof text);
	memcpy(text, "{\"a\":", 5);
	refuses_bytes((struct es_span){ (const uint8_t *)text, sizeof text }, "nested deeper than 16 levels");
}

/* The address space that this process has. */
static size_t used(void)
{
	size_t pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%zu", &pages), 1);
	fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

struct piece {
	struct piece *next;
};

/* As many pieces as malloc gives; the last one is the first in the list. */
static void take(struct piece **list, size_t len, unsigned count)
{
	struct piece *p;

	for (unsigned i = 0; i < count && (p = malloc(len)) != NULL; i++) {
		p->next = *list;
		*list = p;
	}
}

static void give_back(struct piece **list)
{
	struct piece *p = *list;

	*list = p->next;
	free(p);
}

/* Whatever memory there is, it reads all of a text or reports that there isn't enough. */
static void a_lack_of_memory_is_reported(void **state)
{
	static char text[60000];
	struct es_span span = { (const uint8_t *)text, sizeof text };
	char detail[ES_JSON_DETAIL];
	struct piece *row = NULL, *rest = NULL;
	struct rlimit before, tight;
	unsigned read = 0;
	ES_JSON obj = NULL;

	(void)state;
	memset(text, 'x', sizeof text);
	memcpy(text, "{\"n\": 12345678901234567, \"a\": \"", 31);
	memcpy(text + sizeof text - 2, "\"}", 2);
	take(&row, 2000, 400);
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	tight = before;
	tight.rlim_cur = LIMITED ? used() : before.rlim_cur;
	assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
	for (size_t len = 2000; LIMITED && len >= sizeof *rest; len /= 2)
		take(&rest, len, UINT_MAX);
	/* One piece more each time; pieces side by side become one. */
	while (row != NULL) {
		give_back(&row);
		read += LIMITED && es_json_parse(span, &obj, detail) != ES_MEMORY;
	}
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	while (rest != NULL)
		give_back(&rest);
	assert_int_equal(read, 0);
	assert_int_equal(es_json_parse(span, &obj, detail), ES_OK);
	assert_int_equal(json_string_length(json_object_get(obj, "a")), sizeof text - 33);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_one_object),
		cmocka_unit_test(refuses_anything_but_an_object),
		cmocka_unit_test(refuses_text_that_isnt_utf8),
		cmocka_unit_test(refuses_a_nul),
		cmocka_unit_test(refuses_numbers_that_would_change),
		cmocka_unit_test(quotes_printable_characters_only),
		cmocka_unit_test(refuses_trailing_data),
		cmocka_unit_test(refuses_a_field_that_appears_twice),
		cmocka_unit_test(the_same_name_in_two_objects_is_allowed),
		cmocka_unit_test(refuses_nesting_that_is_too_deep),
		cmocka_unit_test(a_lack_of_memory_is_reported),
	};

	return cmocka_run_group_tests_name("json_parse", tests, NULL, NULL);
}
