/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define K                                                                                                              \
	"478269-039194-473926-430939-686855-231401-642208-184477-602511-225586-551660-586542-338394-092578-687140-"    \
	"267425"
#define KS                                                                                                             \
	"478269 039194 473926 430939 686855 231401 642208 184477 602511 225586 551660 586542 338394 092578 687140 "    \
	"267425"
#define K2 "111111-222222"

/* Options before, options after, value (NULL: no recovery word). */
static void check(const char *before, const char *after, const char *value)
{
	size_t full = strlen(before), len = full;
	char *options = malloc(full + 1), got[ES_RECOVERY_INPUT_MAX];
	bool taken;

	memset(got, 'x', sizeof got);
	memcpy(options, before, full); /* exactly as long as said: ASan sees any step beyond */
	taken = es_options_take_recovery(options, &len, got);
	if (taken != (value != NULL) || len != strlen(after) || memcmp(options, after, len) != 0)
		fail_msg("<%s>\n  left <%.*s>, expected <%s>", before, (int)len, options, after);
	if (value != NULL)
		assert_string_equal(got, value);
	for (size_t i = len; i < full; i++)
		assert_int_equal(options[i], 0);
	free(options);
}

static void what_has_no_recovery_word_stays_as_it_is(void **state)
{
	static const char *const rows[] = {
		"",
		" ",
		"quiet",
		"  root=/dev/sda1\t quiet \n",
		"xetcseal.recovery=" K,
		"etcseal.recoveryx=" K,
		"etcseal.recovery.x=" K,
		"Etcseal.recovery=" K,
		"ENCRYPTIONRECOVERYKEY=" K,
		"encryptionrecoverykey=" K,
		"etcseal-recovery=" K,
		"etcseal_recovery=" K,
		"etcseal.device=/dev/sda1",
		"foo=etcseal.recovery=" K2,
		"title=\"see etcseal.recovery=" K2 " there\"",
		"478269 039194",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(rows[i], rows[i], NULL);
}

static void the_word_goes_from_start_middle_and_end(void **state)
{
	(void)state;
	check("etcseal.recovery=" K, "", K);
	check("etcseal.recovery=" K " quiet", "quiet", K);
	check("quiet etcseal.recovery=" K, "quiet", K);
	check("quiet etcseal.recovery=" K " ro", "quiet ro", K);
	check("quiet encryptionRecoveryKey=" K " ro", "quiet ro", K);
	check("  etcseal.recovery=" K "  \n", "", K);
	check("quiet\tetcseal.recovery=" K "\n\n ro \n", "quiet\tro \n", K);
	check("quiet\x0b"
	      "etcseal.recovery=" K "\x0c"
	      "ro\xa0"
	      "x",
	      "quiet\x0b"
	      "ro\xa0"
	      "x",
	      K);
}

static void spaces_for_dashes_make_many_words_of_one_key(void **state)
{
	(void)state;
	check("a etcseal.recovery=" KS " b", "a b", KS);
	check("a etcseal.recovery= " KS " b", "a b", KS);
	check("a etcseal.recovery " KS " b", "a b", KS);
	check("etcseal.recovery=478269\t039194\n473926 b=1", "b=1", "478269 039194 473926");
	check("etcseal.recovery=478269 - 039194 - 473926 x", "x", "478269 - 039194 - 473926");
	check("etcseal.recovery=478269- 039194- 473926 x", "x", "478269- 039194- 473926");
	check("etcseal.recovery=478269 -039194 -- x", "-- x", "478269 -039194");
}

static void a_mistyped_key_leaves_nothing_either(void **state)
{
	(void)state;
	check("etcseal.recovery=478269 O39194 47392b x", "x", "478269 O39194 47392b");
	check("etcseal.recovery=4782690 0391944 x", "x", "4782690 0391944");
	check("a etcseal.recovery=" KS " 267425 b", "a b", KS " 267425"); /* a group too many */
	check("a etcseal.recovery=" K " 26742 b", "a b", K " 26742");
}

static void quotes_are_heeded(void **state)
{
	(void)state;
	check("a \"etcseal.recovery=" K "\" b", "a b", K);
	check("a etcseal.recovery=\"" K "\" b", "a b", K);
	check("a \"etcseal.recovery=" KS "\" b", "a b", KS);
	check("a etcseal.recovery=\"" KS "\" b", "a b", KS);
	check("a etcseal.recovery=\"478269 039194\" \"473926 430939\" b", "a b", "478269 039194 473926 430939");
	check("a=\"x y\" etcseal.recovery=" K " b=\"z  w\"", "a=\"x y\" b=\"z  w\"", K);
}

static void an_open_quote_hides_no_key(void **state)
{
	(void)state;
	check("a \"etcseal.recovery=" K " b", "a b", K);
	check("a etcseal.recovery=\"" K " init=/x", "a init=/x", K);
	check("foo=\"bar etcseal.recovery=" K " b", "foo=\"bar b", K);
	check("etcseal.recovery=\"", "", "");
	check("\"etcseal.recovery", "", "");
}

static void the_last_of_several_wins_and_all_go(void **state)
{
	(void)state;
	check("etcseal.recovery=" K2 " a encryptionRecoveryKey=" K " b", "a b", K);
	check("etcseal.recovery=" K2 " etcseal.recovery=" K, "", K);
	check("etcseal.recovery=" K " etcseal.recovery=1", "", "1");
	check("a etcseal.recovery=" K " etcseal.recovery", "a", "");
	check("etcseal.recovery etcseal.recovery=" K, "", K);
}

static void a_lone_name_is_a_recovery_boot_without_a_key(void **state)
{
	(void)state;
	check("etcseal.recovery", "", "");
	check("a etcseal.recovery b", "a b", "");
	check("a etcseal.recovery= b", "a b", "");
	check("a etcseal.recovery=\"\" b", "a b", "");
	check("a \"etcseal.recovery\" b", "a b", "");
}

static void extra_tokens_beside_the_key_stay(void **state)
{
	(void)state;
	check("etcseal.recovery=" K " init=/bin/sh rd.break", "init=/bin/sh rd.break", K);
	check("init=/bin/sh etcseal.recovery=" K " single", "init=/bin/sh single", K);
	check("etcseal.recovery=" K " 3", "3", K);
	check("etcseal.recovery=" KS " 1", "1", KS);
	check("etcseal.recovery=" KS " 12=34", "12=34", KS);
	check("etcseal.recovery=" K2 " x2apic=1 s", "x2apic=1 s", K2);
	check("etcseal.recovery=" K " -- 3", "-- 3", K);
}

static void a_value_that_is_too_long_is_cut(void **state)
{
	char options[1024] = "etcseal.recovery=", value[ES_RECOVERY_INPUT_MAX];
	size_t len;
	struct es_code_fault fault;
	uint8_t key[ES_RECOVERY_LEN];

	(void)state;
	memset(options + strlen(options), '1', 900);
	strcat(options, " quiet");
	len = strlen(options);
	assert_true(es_options_take_recovery(options, &len, value));
	assert_int_equal(len, 5);
	assert_int_equal(strlen(value), ES_RECOVERY_INPUT_MAX - 1);
	assert_int_equal(es_recovery_code_read(value, strlen(value), key, &fault), ES_RECOVERY_FORM);
}

static void a_nul_parts_words_and_ends_no_search(void **state)
{
	char options[] = "quiet\0etcseal.recovery=1234\0ro", value[ES_RECOVERY_INPUT_MAX];
	size_t len = sizeof options;

	(void)state;
	assert_true(es_options_take_recovery(options, &len, value));
	assert_string_equal(value, "1234");
	assert_int_equal(len, sizeof "quiet\0ro");
	assert_memory_equal(options, "quiet\0ro\0", len);
	len = 0;
	assert_false(es_options_take_recovery(NULL, &len, value));
}

static void check_find(const char *options, const char *name, const char *value)
{
	struct es_span in = { (const uint8_t *)options, strlen(options) }, got;
	bool found = es_options_find(in, name, &got);

	if (found != (value != NULL))
		fail_msg("<%s> %s: %s", options, name, found ? "found" : "not found");
	if (found) {
		assert_int_equal(got.len, strlen(value));
		assert_memory_equal(got.data, value, got.len);
	}
}

static void a_value_is_found_without_its_quotes(void **state)
{
	(void)state;
	check_find("a=1 b=2 a=3", "a", "3");
	check_find("a=\"x y\" b", "a", "x y");
	check_find("\"a=x y\" b", "a", "x y");
	check_find("a= b", "a", "");
	check_find("a b", "a", NULL);
	check_find("aa=1 xa=2", "a", NULL);
	check_find("b=\"a=1 a=2\"", "a", NULL);
	check_find("a=b=c", "a", "b=c");
	check_find("", "a", NULL);
	check_find("\"a\"=x", "a", NULL);
}

static void words_are_told_one_by_one(void **state)
{
	static const char *const words[] = { "quiet", "a=\"b c\"", "--", "1" };
	struct es_span options = { (const uint8_t *)" quiet  a=\"b c\"\t-- 1 ", 22 }, word;
	size_t pos = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(es_options_next(options, &pos, &word));
		assert_int_equal(word.len, strlen(words[i]));
		assert_memory_equal(word.data, words[i], word.len);
	}
	assert_false(es_options_next(options, &pos, &word));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_recovery_word_stays_as_it_is),
		cmocka_unit_test(the_word_goes_from_start_middle_and_end),
		cmocka_unit_test(spaces_for_dashes_make_many_words_of_one_key),
		cmocka_unit_test(a_mistyped_key_leaves_nothing_either),
		cmocka_unit_test(quotes_are_heeded),
		cmocka_unit_test(an_open_quote_hides_no_key),
		cmocka_unit_test(the_last_of_several_wins_and_all_go),
		cmocka_unit_test(a_lone_name_is_a_recovery_boot_without_a_key),
		cmocka_unit_test(extra_tokens_beside_the_key_stay),
		cmocka_unit_test(a_value_that_is_too_long_is_cut),
		cmocka_unit_test(a_nul_parts_words_and_ends_no_search),
		cmocka_unit_test(a_value_is_found_without_its_quotes),
		cmocka_unit_test(words_are_told_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
