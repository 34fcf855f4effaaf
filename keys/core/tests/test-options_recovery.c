/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/options_recovery.h"

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

/* Options before, options after, value (NULL: there is no recovery word). */
static void check(const char *before, const char *after, const char *value)
{
	size_t full = strlen(before), len = full;
	char *options = malloc(full + 1), got[ES_RECOVERY_INPUT_MAX];
	bool taken;

	memset(got, 'x', sizeof got);
	memcpy(options, before, full); /* exactly that long, so that ASan sees an access past the end */
	taken = es_options_take_recovery(options, &len, got);
	if (taken != (value != NULL) || len != strlen(after) || memcmp(options, after, len) != 0)
		fail_msg("<%s>\n  left <%.*s>, expected <%s>", before, (int)len, options, after);
	if (value != NULL)
		assert_string_equal(got, value);
	for (size_t i = len; i < full; i++)
		assert_int_equal(options[i], 0);
	free(options);
}

static void options_without_a_recovery_word_stay_as_they_are(void **state)
{
	static const char *const rows[] = {
		"",
		" ",
		"quiet",
		"  root=/dev/sda1\t quiet \n",
		"xetcseal.recovery=" K2,
		"etcseal.recoveryx=" K2,
		"etcseal.recovery.x=" K2,
		"1234-5678-9012 111111 222222 333333",
		"etcseal.device=/dev/sda1",
		"foo=etcseal.recovery=" K2,
		"title=\"see etcseal.recovery=" K2 " there\"",
		"478269 039194",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(rows[i], rows[i], NULL);
}

static void the_word_is_taken_from_start_middle_and_end(void **state)
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

static void a_key_with_spaces_for_dashes_is_taken_as_many_words(void **state)
{
	(void)state;
	check("a etcseal.recovery=" KS " b", "a b", K);
	check("a etcseal.recovery= " KS " b", "a b", K);
	check("a etcseal.recovery " KS " b", "a b", K);
	check("etcseal.recovery=478269\t039194\n473926 b=1", "b=1", "478269-039194-473926");
	check("etcseal.recovery=478269 - 039194 - 473926 x", "x", "478269-039194-473926");
	check("etcseal.recovery=478269- 039194- 473926 x", "x", "478269-039194-473926");
	check("etcseal.recovery=478269 -039194 -- x", "-- x", "478269-039194");
}

static void a_mistyped_key_leaves_nothing_behind(void **state)
{
	(void)state;
	check("etcseal.recovery=478269 O39194 47392b x", "x", "478269-O39194-47392b");
	check("etcseal.recovery=4782690 0391944 x", "x", "4782690-0391944");
	check("a etcseal.recovery=" KS " 267425 b", "a b", K); /* a surplus group */
	check("a etcseal.recovery=" K " 26742 b", "a b", K);
	check("a k=" K " 267425 b", "a b", K);
	check("a 478269 " K " b", "a b", K);
}

static void quotes_are_honoured(void **state)
{
	(void)state;
	check("a \"etcseal.recovery=" K "\" b", "a b", K);
	check("a etcseal.recovery=\"" K "\" b", "a b", K);
	check("a \"etcseal.recovery=" KS "\" b", "a b", K);
	check("a etcseal.recovery=\"" KS "\" b", "a b", K);
	check("a etcseal.recovery=\"478269 039194\" \"473926 430939\" b", "a b", "478269-039194-473926-430939");
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

static void the_last_value_wins_unless_there_is_a_key_and_all_are_taken(void **state)
{
	(void)state;
	check("etcseal.recovery=1 a etcseal.recovery=" K2, "a", K2);
	check("etcseal.recovery=" K2 " a encryptionRecoveryKey=" K " b", "a b", K);
	check("etcseal.recovery=" K2 " etcseal.recovery=" K, "", K);
	check("etcseal.recovery=" K " etcseal.recovery=1", "", K);
	check("a etcseal.recovery=" K " etcseal.recovery", "a", K);
	check("etcseal.recovery etcseal.recovery=" K, "", K);
}

static void a_lone_name_means_a_recovery_boot_without_a_key(void **state)
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
	check("etcseal.recovery=" KS " 1", "1", K);
	check("etcseal.recovery=" KS " 12=34", "12=34", K);
	check("etcseal.recovery=" K2 " x2apic=1 s", "x2apic=1 s", K2);
	check("a MyKey=" K " -- 3", "a -- 3", K);
	check("etcseal.recovery=" K " -- 3", "-- 3", K);
}

static void a_value_that_is_too_long_is_truncated(void **state)
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

static void a_nul_separates_words_but_does_not_end_the_search(void **state)
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

/* Each line of the file is one boot's options, as people typed them (fixtures/README). These were missed by 0.1.0. */
static void check_field(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[512], value[ES_RECOVERY_INPUT_MAX];
	unsigned lines = 0;

	assert_non_null(f);
	for (; fgets(line, sizeof line, f) != NULL; lines++) {
		size_t len = strcspn(line, "\n");

		assert_true(es_options_contain_recovery((struct es_span){ (const uint8_t *)line, len }));
		if (!es_options_take_recovery(line, &len, value) || len != 2 || memcmp(line, "ro", 2) != 0)
			fail_msg("line %u left <%.*s>", lines + 1, (int)len, line);
		assert_string_equal(value, K);
	}
	fclose(f);
	assert_true(lines >= 4);
}

static void F1_a_key_under_a_name_in_other_letters_is_taken(void **state)
{
	(void)state;
	check_field("keys/core/tests/fixtures/field/recovery-options-letters.txt");
}

static void F2_a_key_as_people_type_it_is_taken(void **state)
{
	(void)state;
	check_field("keys/core/tests/fixtures/field/recovery-options-mistyped.txt");
}

static void a_key_is_taken_whatever_its_option_is_called(void **state)
{
	(void)state;
	check("a " K " b", "a b", K);
	check("a x=" K " b", "a b", K);
	check("a root=/dev/sda1," K " b", "a b", K);
	check("a=\"b " K " c\" d", "d", K);
	check("a etcseal.recovery : " KS " b", "a b", K);
	check("a --key " K " b", "a --key b", K);
	check("a etcseal.recovery={00000000-0000-0000-0000-000000000000}  " K " b", "a b", K);
	check("a k={00000000-0000-0000-0000-000000000000} " K " b", "a b", K);
	check("a k={x0000000-0000-0000-0000-000000000000} " K " b", "a k={x0000000-0000-0000-0000-000000000000} b", K);
}

#define OTHER                                                                                                          \
	"000000-000001-000002-000003-000004-000005-000006-000007-000008-000009-000010-000000-000001-000002-000003-"    \
	"000004"

static void two_different_keys_are_handed_on_and_refused(void **state)
{
	uint8_t key[ES_RECOVERY_LEN];
	struct es_code_fault fault;

	(void)state;
	check("a etcseal.recovery=" K " b x=" OTHER " c", "a b c", K " " OTHER);
	check("a etcseal.recovery=" K " b x=" OTHER " c y=" K, "a b c", K " " OTHER);
	check(KS " " OTHER, "", K " " OTHER);
	assert_int_equal(es_recovery_code_read(K " " OTHER, 2 * ES_RECOVERY_TEXT_LEN + 1, key, &fault),
			 ES_RECOVERY_TWO);
	check("a etcseal.recovery=" K " b x=" K " c", "a b c", K);
	check("a etcseal.recovery=" KS " " K " c", "a c", K);
}

#define WITHOUT_FIRST                                                                                                  \
	"473926-430939-686855-231401-642208-184477-602511-225586-551660-586542-338394-092578-687140-267425"

static void what_looks_like_a_mistyped_key_is_taken_too(void **state)
{
	(void)state;
	check("a x=478269-O39194-" WITHOUT_FIRST " b", "a b", "478269-O39194-" WITHOUT_FIRST);
	check("a x=478269-39194-" WITHOUT_FIRST " b", "a b", "478269-39194-" WITHOUT_FIRST);
	check("a x=478269 O39194 " WITHOUT_FIRST " b", "a b", "478269-O39194-" WITHOUT_FIRST);
	check("a k1=473926-430939-686855-231401 q k2=642208-184478 b", "a q b",
	      "473926-430939-686855-231401-642208-184478");
	check("a x=111111/222222/333333/444444/555555/666666/777777/888888 b", "a b",
	      "111111-222222-333333-444444-555555-666666-777777-888888");
	check("a x=478 269 039 194 473 926 430 939 686 855 231 401 642 208 b", "a b",
	      "478-269-039-194-473-926-430-939-686-855-231-401-642-208");
	check("a etcseal.recovery=" K " x=478269-O39194-" WITHOUT_FIRST " b", "a b", K);
}

static void words_that_merely_have_many_digits_stay(void **state)
{
	static const char *const rows[] = {
		"root=UUID=11111111-2222-3333-4444-555555555555 resume=UUID=66666666-7777-8888-9999-000000000000",
		"ip=192.168.100.101:192.168.100.102:192.168.100.103:255.255.255.000:host123456:eth0:off:192.168.100."
		"104:192.168.100.105",
		"isolcpus=100,101,102,103,104,105,106,107,108,109,110,111,112,113,114,115,116,117,118,119,120,121,122,"
		"123,124,125,126,127,128,129,130,131,132",
		"isolcpus=10-31 "
		"nohz_full=1000,1001,1002,1003,1004,1005,1006,1007,1008,1009,1010,1011,1012,1013,1014,1015,1016,1017,"
		"1018,1019,1020,1021,1022",
		"roothash=1234567890123456789012345678901234567890123456abcdef012345678901",
		"a=111111 b=222222 c=333333 d=444444 e=555555 f=666666 g=777777",
		"memmap=0x100000000000$0x200000000000,123456K$789012K",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(rows[i], rows[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_without_a_recovery_word_stay_as_they_are),
		cmocka_unit_test(the_word_is_taken_from_start_middle_and_end),
		cmocka_unit_test(a_key_with_spaces_for_dashes_is_taken_as_many_words),
		cmocka_unit_test(a_mistyped_key_leaves_nothing_behind),
		cmocka_unit_test(quotes_are_honoured),
		cmocka_unit_test(an_open_quote_hides_no_key),
		cmocka_unit_test(the_last_value_wins_unless_there_is_a_key_and_all_are_taken),
		cmocka_unit_test(a_lone_name_means_a_recovery_boot_without_a_key),
		cmocka_unit_test(extra_tokens_beside_the_key_stay),
		cmocka_unit_test(a_value_that_is_too_long_is_truncated),
		cmocka_unit_test(a_nul_separates_words_but_does_not_end_the_search),
		cmocka_unit_test(F1_a_key_under_a_name_in_other_letters_is_taken),
		cmocka_unit_test(F2_a_key_as_people_type_it_is_taken),
		cmocka_unit_test(a_key_is_taken_whatever_its_option_is_called),
		cmocka_unit_test(two_different_keys_are_handed_on_and_refused),
		cmocka_unit_test(what_looks_like_a_mistyped_key_is_taken_too),
		cmocka_unit_test(words_that_merely_have_many_digits_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
