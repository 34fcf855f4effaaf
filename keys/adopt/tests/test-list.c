/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/adopt/tests/lib.h"

#define DIGEST "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
#define ZEROS  "0000000000000000000000000000000000000000000000000000000000000000"

static enum es_reason parse(const char *text, size_t len)
{
	ES_ADOPTED list = { 0 };

	return es_adopted_parse((struct es_span){ (const uint8_t *)text, len }, &list);
}
#define PARSE(text) parse(text, sizeof text) /* its NUL ends the last entry */

static void what_is_written_is_read_again_sorted_and_once(void **state)
{
	ES_ADOPTED list = { 0 };
	ES_ADOPTED again = { 0 };
	ES_BUF text = { NULL, 0 };

	(void)state;
	adopt(&list, ES_ADOPTED_FILE, "/etc/shadow", "secret");
	adopt(&list, ES_ADOPTED_FOLDER, "/etc/own", "");
	adopt(&list, ES_ADOPTED_FILE, "/etc/a\nb", "x");
	adopt(&list, ES_ADOPTED_FILE, "/etc/shadow", "secret");
	adopt(&list, ES_ADOPTED_FILE, "/etc/shadow", "older");
	assert_int_equal(es_adopted_write(&list, &text), ES_OK);
	assert_int_equal(list.count, 4);
	assert_int_equal(es_adopted_parse(es_buf_span(&text), &again), ES_OK);
	assert_int_equal(again.count, 4);
	assert_string_equal(again.entry[0].path, "/etc/a\nb");
	assert_string_equal(again.entry[1].path, "/etc/own");
	for (size_t i = 0; i < 4; i++) {
		const struct es_adopted_entry *e = &again.entry[i];
		const struct es_digest other = { { 1 } };

		assert_int_equal(es_adopted_match(&again, e->kind, &e->digest, e->path), ES_ADOPTED_SAME);
		assert_int_equal(es_adopted_match(&again, e->kind, &other, e->path), ES_ADOPTED_OTHER);
	}
	assert_int_equal(es_adopted_match(&again, ES_ADOPTED_FILE, &again.entry[0].digest, "/etc/shad"),
			 ES_ADOPTED_NOT);
	assert_int_equal(es_adopted_match(&again, ES_ADOPTED_FILE, &again.entry[0].digest, "/zzz"), ES_ADOPTED_NOT);
}

static void an_empty_list_is_one(void **state)
{
	(void)state;
	assert_int_equal(parse("", 0), ES_OK);
}

static void what_is_malformed_is_refused(void **state)
{
	(void)state;
	assert_int_equal(PARSE("f " DIGEST " /etc/a"), ES_OK);
	assert_int_equal(PARSE("f " DIGEST " /etc/a\0f " DIGEST " /etc/b"), ES_OK);
	assert_int_equal(parse("f " DIGEST " /etc/a", 2 + 64 + 1 + 6), ES_FORMAT); /* without its NUL */
	assert_int_equal(PARSE("x " DIGEST " /etc/a"), ES_FORMAT);
	assert_int_equal(PARSE("f  " DIGEST " /etc/a"), ES_FORMAT);
	assert_int_equal(PARSE("f " DIGEST "0 /etc/a"), ES_FORMAT);
	assert_int_equal(PARSE("f 2BB80D537B1DA3E38BD30361AA855686BDE0EACD7162FEF6A25FE97BF527A25B /etc/a"), ES_FORMAT);
	assert_int_equal(PARSE("f " DIGEST " "), ES_FORMAT);
	assert_int_equal(PARSE("f " DIGEST " etc/a"), ES_FORMAT);
	assert_int_equal(PARSE("f " DIGEST " /etc/../a"), ES_FORMAT);
	assert_int_equal(PARSE("f " DIGEST " /etc//a"), ES_FORMAT);
	assert_int_equal(PARSE("f " DIGEST " /etc/a/"), ES_FORMAT);
	assert_int_equal(PARSE("f " DIGEST " /"), ES_FORMAT);
	assert_int_equal(PARSE("f " DIGEST " /etc/b\0f " DIGEST " /etc/a"), ES_FORMAT); /* unsorted */
	assert_int_equal(PARSE("f " DIGEST " /etc/a\0f " DIGEST " /etc/a"), ES_FORMAT); /* twice */
	assert_int_equal(PARSE(""), ES_FORMAT);                                         /* a NUL alone */
	assert_int_equal(PARSE("f"), ES_FORMAT);
}

static void a_path_that_could_lead_elsewhere_is_not_taken(void **state)
{
	static const char *const bad[] = { "etc/a", "/", "/etc/../a", "/etc/./a", "/etc//a", "/etc/" };
	const struct es_digest digest = { { 0 } };
	ES_ADOPTED list = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(es_adopted_add(&list, ES_ADOPTED_FILE, &digest, bad[i]), ES_ARGUMENT);
	assert_int_equal(list.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again_sorted_and_once),
		cmocka_unit_test(an_empty_list_is_one),
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(a_path_that_could_lead_elsewhere_is_not_taken),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
