/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/recovery_text.h"

#include <string.h>

static struct es_text text_of(const char *s, bool escaped)
{
	return (struct es_text){ .bytes = { (const uint8_t *)s, strlen(s) }, .escaped = escaped };
}

/* d: a digit, a: a letter, -: a separator. */
static void check_kinds(const struct es_text *text, const char *kinds, const char *digits)
{
	size_t pos = 0, n = 0, d = 0;
	struct es_char c;

	for (; es_text_next(text, &pos, &c); n++) {
		assert_int_equal("-da"[c.kind], kinds[n]);
		assert_true(c.from < c.to && c.to == pos);
		if (c.kind == ES_CHAR_DIGIT)
			assert_int_equal(c.c, digits[d++]);
	}
	assert_int_equal(n, strlen(kinds));
}

static void characters_are_digits_letters_or_separators(void **state)
{
	const struct es_text wide = { .bytes = { (const uint8_t *)"1\0\x11\x20\x12\xff"
								  "a\0x",
						 9 },
				      .wide = true };
	struct es_text text;

	(void)state;
	text = text_of("a1-Z \t9.\"\xe2\x80\x9c\xff", false);
	check_kinds(&text, "ad-a--d----", "19");
	text = text_of("\xef\xbc\x90\xef\xbc\x99\xd9\xa4\xdb\xb5\xe0\xa5\xaf", false);
	check_kinds(&text, "ddddd", "09459");
	check_kinds(&wide, "d-da", "12"); /* half a unit at its end */
}

static void escapes_are_decoded_only_on_request(void **state)
{
	struct es_text text = text_of("1%2D2%e2%80%91\\x2d\\u20113%zz\\q%3", false);

	(void)state;
	assert_true(es_text_has_escapes(&text));
	check_kinds(&text, "d-dad-ad-dd-dd-ada-addddd-aa-a-d", "122280912201133");
}

static void an_escape_is_decoded_to_its_character(void **state)
{
	struct es_text text = text_of("1%2D2%e2%80%91\\x2d\\u20113%zz\\q%3", true), none = text_of("1-2", true);

	(void)state;
	check_kinds(&text, "d-d-----d-aa-a-d", "1233");
	assert_false(es_text_has_escapes(&none));
	none = text_of("%", true);
	check_kinds(&none, "-", "");
	none = text_of("1\\n2\\r\\n3", true);
	check_kinds(&none, "d-d--d", "123");
	none = text_of("\\x2", true);
	check_kinds(&none, "-ad", "2");
}

static void tokens_are_groups_or_like_groups(void **state)
{
	static const struct {
		const char *text;
		bool group, like;
	} rows[] = {
		{ "478269", true, true },       { "O39194", false, true },   { "39194", false, true },
		{ "4739266", false, true },     { "x2apic", false, false },  { "12", false, false },
		{ "1234567890", false, false }, { "115200n8", false, true }, { "quiet", false, false },
		{ "1a2b3c", false, true },
	};
	struct es_token t;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct es_text text = text_of(rows[i].text, false);
		size_t pos = 0;

		assert_true(es_text_token(&text, &pos, &t));
		assert_int_equal(es_token_is_group(&t), rows[i].group);
		assert_int_equal(es_token_is_like_group(&t), rows[i].like);
		if (rows[i].group)
			assert_int_equal(t.value, 478269);
		assert_int_equal(pos, strlen(rows[i].text));
		assert_false(es_text_token(&text, &pos, &t));
	}
}

static void tokens_are_written_in_ascii(void **state)
{
	static const char written[] = "12-O3-45";
	struct es_text text = text_of("x '12\xe2\x80\x91O3//\xef\xbc\x94\xef\xbc\x95' y", false);
	char out[32] = "";
	struct es_writer w = { .data = (uint8_t *)out, .cap = sizeof out };

	(void)state;
	es_text_write_tokens(&text, 2, text.bytes.len - 2, &w);
	assert_false(w.bad);
	assert_string_equal(out, written);
	w = (struct es_writer){ .data = (uint8_t *)out, .cap = 4 };
	memset(out, 0, sizeof out);
	es_text_write_tokens(&text, 2, text.bytes.len - 2, &w);
	assert_true(w.bad);
	assert_string_equal(out, "12-O");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_digits_letters_or_separators),
		cmocka_unit_test(escapes_are_decoded_only_on_request),
		cmocka_unit_test(an_escape_is_decoded_to_its_character),
		cmocka_unit_test(tokens_are_groups_or_like_groups),
		cmocka_unit_test(tokens_are_written_in_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
