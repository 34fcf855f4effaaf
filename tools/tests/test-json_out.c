/* SPDX-License-Identifier: Apache-2.0 */
/* jansson reads back what was written. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/json_out.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef void build_fn(struct es_emit *j, const void *what);

static char *build(build_fn *fn, const void *what)
{
	struct es_writer w = { NULL, 0, 0, false };
	struct es_emit j = { .out = &w };
	char *text;

	fn(&j, what);
	text = malloc(w.pos + 1);
	w = (struct es_writer){ (uint8_t *)text, w.pos, 0, false };
	j = (struct es_emit){ .out = &w };
	fn(&j, what);
	assert_false(w.bad);
	text[w.pos] = '\0';
	return text;
}

static void one_text(struct es_emit *j, const void *what)
{
	es_emit_object(j, NULL);
	es_emit_text(j, "t", what);
	es_emit_end(j);
}

static void assert_text(const char *text, const char *expected)
{
	char *json = build(one_text, text);
	json_t *root = json_loads(json, 0, NULL);

	if (root == NULL)
		fail_msg("jansson can't read <%s>", json);
	assert_string_equal(json_string_value(json_object_get(root, "t")), expected);
	json_decref(root);
	free(json);
}

static void every_ascii_character_survives(void **state)
{
	char text[128];

	(void)state;
	for (int i = 1; i < 128; i++)
		text[i - 1] = (char)i;
	text[127] = '\0';
	assert_text(text, text);
	assert_text("", "");
	assert_text("\"\\/\b\f\n\r\t", "\"\\/\b\f\n\r\t");
	assert_text("</script>", "</script>");
}

static void control_characters_never_stand_bare(void **state)
{
	char text[40], *json;

	(void)state;
	for (int i = 1; i < 32; i++)
		text[i - 1] = (char)i;
	text[31] = 0x7f;
	text[32] = '\0';
	json = build(one_text, text);
	for (const char *t = json; *t != '\0'; t++)
		assert_true(*t == '\n' || (*t >= 0x20 && *t < 0x7f));
	free(json);
}

static void utf8_survives_and_what_is_none_is_replaced(void **state)
{
	(void)state;
	assert_text("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91");
	assert_text("a\xff"
		    "b",
		    "a\xef\xbf\xbd"
		    "b");
	assert_text("\xc3", "\xef\xbf\xbd");                                 /* cut */
	assert_text("\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd");                 /* cut */
	assert_text("\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd");                 /* overlong */
	assert_text("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
	assert_text("\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void everything(struct es_emit *j, const void *what)
{
	(void)what;
	es_emit_object(j, NULL);
	es_emit_number(j, "n", INT64_MAX);
	es_emit_bool(j, "yes", true);
	es_emit_bool(j, "no", false);
	es_emit_null(j, "null");
	es_emit_text(j, "none", NULL);
	es_emit_array(j, "empty");
	es_emit_end(j);
	es_emit_array(j, "list");
	es_emit_text(j, NULL, "a");
	es_emit_object(j, NULL);
	es_emit_end(j);
	es_emit_object(j, NULL);
	es_emit_number(j, "x", 0);
	es_emit_end(j);
	es_emit_end(j);
	es_emit_end(j);
}

static void highest_number(struct es_emit *j, const void *what)
{
	(void)what;
	es_emit_number(j, NULL, UINT64_MAX);
}

static void numbers_have_64_bits(void **state)
{
	char *json = build(highest_number, NULL);

	(void)state;
	assert_string_equal(json, "18446744073709551615");
	free(json);
}

static void structure_is_what_jansson_reads(void **state)
{
	char *json = build(everything, NULL);
	json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	char *read = json_dumps(root, JSON_COMPACT);

	(void)state;
	assert_non_null(read);
	assert_string_equal(
	    read, "{\"n\":9223372036854775807,\"yes\":true,\"no\":false,\"null\":null,\"none\":null,\"empty\":[],"
		  "\"list\":[\"a\",{},{\"x\":0}]}");
	free(read);
	json_decref(root);
	free(json);
}

static void a_list_alone(struct es_emit *j, const void *what)
{
	(void)what;
	es_emit_array(j, NULL);
	es_emit_number(j, NULL, 1);
	es_emit_number(j, NULL, 2);
	es_emit_end(j);
}

static void it_is_pretty_and_ends_its_line(void **state)
{
	char *json = build(a_list_alone, NULL);

	(void)state;
	assert_string_equal(json, "[\n  1,\n  2\n]\n");
	free(json);
}

static void too_deep_or_closed_too_often_fails_the_output(void **state)
{
	uint8_t data[4096];
	struct es_writer w = { data, sizeof data, 0, false };
	struct es_emit j = { .out = &w };

	(void)state;
	for (int i = 0; i < ES_EMIT_DEPTH; i++)
		es_emit_array(&j, NULL);
	assert_false(w.bad);
	es_emit_array(&j, NULL);
	assert_true(w.bad);
	w = (struct es_writer){ data, sizeof data, 0, false };
	j = (struct es_emit){ .out = &w };
	es_emit_end(&j);
	assert_true(w.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_ascii_character_survives),
		cmocka_unit_test(control_characters_never_stand_bare),
		cmocka_unit_test(utf8_survives_and_what_is_none_is_replaced),
		cmocka_unit_test(numbers_have_64_bits),
		cmocka_unit_test(structure_is_what_jansson_reads),
		cmocka_unit_test(it_is_pretty_and_ends_its_line),
		cmocka_unit_test(too_deep_or_closed_too_often_fails_the_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
