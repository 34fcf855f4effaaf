/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/image/options.h"

#include <string.h>

#define ALL "systemd.import_credentials=no noresume nohibernate"

static void assert_joined(const char *options, const char *expected)
{
	ES_BUF joined = { NULL, 0 };

	assert_int_equal(es_needed_options_add(es_text_span(options), &joined), ES_OK);
	if (joined.len != strlen(expected) || memcmp(joined.data, expected, joined.len) != 0)
		fail_msg("<%s>: <%.*s>, not <%s>", options, (int)joined.len, joined.data, expected);
	for (int i = 0; i < ES_NEEDED_OPTIONS; i++)
		assert_true(es_needed_option_given(es_buf_span(&joined), (enum es_needed_option)i));
}

static void missing_options_are_added_and_none_twice(void **state)
{
	(void)state;
	assert_joined("quiet", "quiet " ALL);
	assert_joined("", ALL);
	assert_joined("quiet " ALL, "quiet " ALL);
	assert_joined("noresume quiet", "noresume quiet systemd.import_credentials=no nohibernate");
	assert_joined("\"noresume\" nohibernate systemd.import_credentials=0",
		      "\"noresume\" nohibernate systemd.import_credentials=0");
	assert_joined("root=\"LABEL=a b\"", "root=\"LABEL=a b\" " ALL);
}

static void options_for_init_stay_at_the_end(void **state)
{
	(void)state;
	assert_joined("quiet -- single", "quiet " ALL " -- single");
	assert_joined("-- single", ALL " -- single");
	assert_joined("quiet -- " ALL, "quiet " ALL " -- " ALL); /* the kernel doesn't look after "--" */
}

static void a_quote_that_would_swallow_additions_is_refused(void **state)
{
	ES_BUF joined = { NULL, 0 };

	(void)state;
	assert_int_equal(es_needed_options_add(es_text_span("root=\"LABEL=a quiet"), &joined), ES_ARGUMENT);
}

static void pins_replace_previous_ones(void **state)
{
#define HOST "8c2f6f0e-0d4b-4a53-9a4e-6d1f3f7a9c11"
	static const struct {
		const char *options, *expected;
	} cases[] = {
		{ "quiet", "quiet etcseal.key-id=0102030405060708 etcseal.host=" HOST },
		{ "", "etcseal.key-id=0102030405060708 etcseal.host=" HOST },
		{ "etcseal.srk=x quiet etcseal.key-id=ff etcseal.host etcseal.key-id=a,b -- single",
		  "quiet etcseal.key-id=0102030405060708 etcseal.host=" HOST " -- single" },
		{ "etcseal.first-boot etcseal.hosts=1", "etcseal.first-boot etcseal.hosts=1 "
							"etcseal.key-id=0102030405060708 etcseal.host=" HOST },
	};
	static const struct es_pins pins = { .key_count = 1, .key_id = { { 1, 2, 3, 4, 5, 6, 7, 8 } }, .host = HOST };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ES_BUF got = { NULL, 0 };

		assert_int_equal(es_options_pin(es_text_span(cases[i].options), &pins, &got), ES_OK);
		if (got.len != strlen(cases[i].expected) || memcmp(got.data, cases[i].expected, got.len) != 0)
			fail_msg("<%s>: <%.*s>", cases[i].options, (int)got.len, got.data);
	}
}

static void similar_words_do_not_count(void **state)
{
	static const char *const others[] = {
		"noresumes",
		"xnoresume",
		"noresume=1",
		"a=noresume",
		"\"a noresume\"",
		"nohibernate_",
		"NORESUME",
		"systemd.import_credentials",
		"systemd.import_credentials=yes",
		"systemd.import_credentials=",
		"rd.systemd.import_credentials=no",
		"systemd.import_credentials=no systemd.import_credentials=yes",
	};

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		for (int n = 0; n < ES_NEEDED_OPTIONS; n++)
			if (es_needed_option_given(es_text_span(others[i]), (enum es_needed_option)n))
				fail_msg("%s", others[i]);
	assert_true(es_needed_option_given(es_text_span("systemd.import_credentials=OFF"), ES_NEEDED_NO_CREDENTIALS));
	assert_true(es_needed_option_given(es_text_span("systemd.import_credentials=yes systemd.import_credentials=no"),
					   ES_NEEDED_NO_CREDENTIALS));
}

static void assert_against(const char *options, const char *word, enum es_needed_option what)
{
	enum es_needed_option n = ES_NEEDED_OPTIONS;
	struct es_span found = { NULL, 0 };

	assert_true(es_option_contradicting(es_text_span(options), &found, &n));
	assert_int_equal(found.len, strlen(word));
	assert_memory_equal(found.data, word, found.len);
	assert_int_equal(n, what);
}

static void contradicting_words_are_found(void **state)
{
	static const char *const fine[] = { "quiet", ALL, "noresume resume_offset=1", "xresume=/dev/sda", "resume" };
	enum es_needed_option n;
	struct es_span found;

	(void)state;
	assert_against("quiet resume=/dev/sda2 noresume", "resume=/dev/sda2", ES_NEEDED_NO_RESUME);
	assert_against("\"resume=LABEL=a b\"", "\"resume=LABEL=a b\"", ES_NEEDED_NO_RESUME);
	assert_against("-- resume=/dev/sda2", "resume=/dev/sda2", ES_NEEDED_NO_RESUME); /* systemd looks there, too */
	assert_against("systemd.import_credentials=yes", "systemd.import_credentials=yes", ES_NEEDED_NO_CREDENTIALS);
	assert_against("a systemd.import_credentials b", "systemd.import_credentials", ES_NEEDED_NO_CREDENTIALS);
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
		assert_false(es_option_contradicting(es_text_span(fine[i]), &found, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_options_are_added_and_none_twice),
		cmocka_unit_test(options_for_init_stay_at_the_end),
		cmocka_unit_test(a_quote_that_would_swallow_additions_is_refused),
		cmocka_unit_test(pins_replace_previous_ones),
		cmocka_unit_test(similar_words_do_not_count),
		cmocka_unit_test(contradicting_words_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
