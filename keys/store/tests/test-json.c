/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct fixture {
	json_t *obj;
	char detail[ES_JSON_DETAIL];
	struct es_json j;
};

static void open_text(struct fixture *f, const char *text)
{
	memset(f, 0, sizeof *f);
	assert_int_equal(es_json_parse(es_text_span(text), &f->obj, f->detail), ES_OK);
	f->j = (struct es_json){ .obj = f->obj, .where = "x.", .detail = f->detail };
}

static void close_failed(struct fixture *f, enum es_reason reason, const char *detail)
{
	assert_int_equal(f->j.reason, reason);
	assert_string_equal(f->detail, detail);
	json_decref(f->obj);
}

static void the_first_failure_is_kept_and_ends_reading(void **state)
{
	struct fixture f;
	char text[8] = "as was";
	uint8_t byte = 9;

	(void)state;
	open_text(&f, "{\"a\": 1, \"t\": \"new\", \"h\": \"01\"}");
	assert_int_equal(es_json_uint(&f.j, "a", 10), 1);
	assert_int_equal(es_json_uint(&f.j, "b", 10), 0);
	es_json_text(&f.j, "t", text, sizeof text);
	es_json_hex(&f.j, "h", &byte, 1);
	assert_string_equal(text, "as was");
	assert_int_equal(byte, 9);
	assert_null(es_json_get(&f.j, "a", JSON_INTEGER));
	assert_false(es_json_is_null(&f.j, "a"));
	close_failed(&f, ES_FORMAT, "x.b: missing");
}

static void numbers_have_a_range(void **state)
{
	struct fixture f;

	(void)state;
	open_text(&f, "{\"a\": 10, \"big\": 9223372036854775806, \"over\": 9223372036854775807}");
	assert_int_equal(es_json_uint(&f.j, "a", 10), 10);
	assert_true(es_json_uint(&f.j, "big", UINT64_MAX) == ES_JSON_UINT_MAX);
	es_json_uint(&f.j, "over", UINT64_MAX);
	close_failed(&f, ES_FORMAT, "x.over: a number out of range");
	open_text(&f, "{\"a\": 11}");
	es_json_uint(&f.j, "a", 10);
	close_failed(&f, ES_FORMAT, "x.a: a number out of range");
	open_text(&f, "{\"a\": 1e1}");
	es_json_uint(&f.j, "a", 10);
	close_failed(&f, ES_FORMAT, "x.a: not of type int");
}

static void a_text_leaves_room_for_its_nul(void **state)
{
	struct fixture f;
	char text[5];

	(void)state;
	open_text(&f, "{\"four\": \"abcd\", \"five\": \"abcde\"}");
	es_json_text(&f.j, "four", text, sizeof text);
	assert_string_equal(text, "abcd");
	es_json_text(&f.j, "five", text, sizeof text);
	close_failed(&f, ES_TOO_LARGE, "x.five: too long");
}

static void choices_are_exact(void **state)
{
	static const char *const names[] = { "tpm", "kdf" };
	struct fixture f;

	(void)state;
	open_text(&f, "{\"a\": \"kdf\", \"b\": \"TPM\"}");
	assert_int_equal(es_json_choice(&f.j, "a", names, 2, ES_VERSION), 1);
	es_json_choice(&f.j, "b", names, 2, ES_VERSION);
	close_failed(&f, ES_VERSION, "x.b: unknown to this release");
}

static void base64_has_two_bounds(void **state)
{
	struct fixture f;
	ES_BUF b = { NULL, 0 };

	(void)state;
	open_text(&f, "{\"three\": \"AQID\"}");
	es_json_base64(&f.j, "three", 3, 3, &b);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "\1\2\3", 3);
	es_buf_free(&b);
	es_json_base64(&f.j, "three", 4, 9, &b);
	close_failed(&f, ES_FORMAT, "x.three: too short");
	open_text(&f, "{\"three\": \"AQID\"}");
	es_json_base64(&f.j, "three", 0, 2, &b);
	close_failed(&f, ES_TOO_LARGE, "x.three: too long");
	assert_null(b.data);
}

static void shapes_match_the_whole_text(void **state)
{
	(void)state;
	assert_true(es_shape_fits("0190b8f4-0000-4000-8000-00000000aaaa", ES_SHAPE_UUID));
	assert_false(es_shape_fits("0190b8f4-0000-4000-8000-00000000aaa", ES_SHAPE_UUID));
	assert_false(es_shape_fits("0190b8f4-0000-4000-8000-00000000aaaaa", ES_SHAPE_UUID));
	assert_false(es_shape_fits("0190B8F4-0000-4000-8000-00000000AAAA", ES_SHAPE_UUID));
	assert_false(es_shape_fits("", ES_SHAPE_UUID));
	assert_true(es_shape_fits("{0190B8F4-0000-4000-8000-00000000AAAA}", ES_SHAPE_GUID));
	assert_false(es_shape_fits("0190B8F4-0000-4000-8000-00000000AAAA", ES_SHAPE_GUID));
	assert_true(es_shape_fits("2026-12-31T23:59:60Z", ES_SHAPE_TIME));
	assert_false(es_shape_fits("2026-12-31T24:00:00Z", ES_SHAPE_TIME));
	assert_false(es_shape_fits("2026-00-31T23:00:00Z", ES_SHAPE_TIME));
	assert_false(es_shape_fits("2026-12-32T23:00:00Z", ES_SHAPE_TIME));
	assert_false(es_shape_fits("2026-12-31T23:60:00Z", ES_SHAPE_TIME));
	assert_false(es_shape_fits("2026-12-31T23:00:00+", ES_SHAPE_TIME));
}

static void a_long_place_is_truncated_and_terminated(void **state)
{
	struct fixture f;
	char where[2 * ES_JSON_DETAIL];

	(void)state;
	open_text(&f, "{}");
	memset(where, 'w', sizeof where);
	where[sizeof where - 1] = '\0';
	f.j.where = where;
	es_json_fail(&f.j, ES_FORMAT, "key", "what");
	assert_int_equal(strlen(f.detail), ES_JSON_DETAIL - 1);
	json_decref(f.obj);
}

static void setting_keeps_a_field_in_its_place(void **state)
{
	ES_JSON obj = json_object();
	ES_BUF text = { NULL, 0 };

	(void)state;
	assert_true(es_json_set_text(obj, "a", "1"));
	assert_true(es_json_set_null(obj, "b"));
	assert_true(es_json_set_base64(obj, "c", (struct es_span){ (const uint8_t *)"\xff\xff\xff", 3 }));
	assert_true(es_json_set_hex(obj, "a", (const uint8_t *)"\x0a", 1));
	assert_false(es_json_set(obj, "d", NULL));
	assert_int_equal(es_json_print(obj, &text), ES_OK);
	assert_int_equal(text.len, strlen("{\n  \"a\": \"0a\",\n  \"b\": null,\n  \"c\": \"////\"\n}\n"));
	assert_memory_equal(text.data, "{\n  \"a\": \"0a\",\n  \"b\": null,\n  \"c\": \"////\"\n}\n", text.len);
}

/* encryption.info may have fields of a newer release, and keeps them when it is written again. */
static void what_was_read_is_printed_the_same(void **state)
{
	static const char text[] =
	    "{\n  \"real\": 0.1,\n  \"z\": -9223372036854775808,\n  \"max\": 9223372036854775807,\n"
	    "  \"real2\": 1.0,\n  \"real3\": -123456.789012345,\n  \"small\": 1e-300,\n"
	    "  \"a\": \"\xc3\xbc /\\\\\\n\\u0001\x7f\",\n  \"\xc3\xbc\": [\n    true,\n    null,\n    {}\n"
	    "  ],\n  \"list\": []\n}\n";
	char detail[ES_JSON_DETAIL];
	ES_JSON obj = NULL;
	ES_BUF again = { NULL, 0 };

	(void)state;
	assert_int_equal(es_json_parse(es_text_span(text), &obj, detail), ES_OK);
	assert_int_equal(es_json_print(obj, &again), ES_OK);
	assert_int_equal(again.len, strlen(text));
	assert_memory_equal(again.data, text, again.len);
}

static void text_that_isnt_utf8_isnt_printed(void **state)
{
	ES_JSON obj = json_object();
	ES_BUF text = { NULL, 0 };

	(void)state;
	assert_true(es_json_set_text(obj, "a", "\xff"));
	assert_int_equal(es_json_print(obj, &text), ES_ARGUMENT);
	assert_int_equal(es_json_print_line(obj, &text), ES_ARGUMENT);
	assert_null(text.data);
	assert_true(es_json_set_text(obj, "a", "/"));
	assert_int_equal(es_json_print_line(obj, &text), ES_OK);
	assert_int_equal(text.len, strlen("{\"a\":\"/\"}\n"));
	assert_memory_equal(text.data, "{\"a\":\"/\"}\n", text.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_failure_is_kept_and_ends_reading),
		cmocka_unit_test(numbers_have_a_range),
		cmocka_unit_test(a_text_leaves_room_for_its_nul),
		cmocka_unit_test(choices_are_exact),
		cmocka_unit_test(base64_has_two_bounds),
		cmocka_unit_test(shapes_match_the_whole_text),
		cmocka_unit_test(a_long_place_is_truncated_and_terminated),
		cmocka_unit_test(setting_keeps_a_field_in_its_place),
		cmocka_unit_test(what_was_read_is_printed_the_same),
		cmocka_unit_test(text_that_isnt_utf8_isnt_printed),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
