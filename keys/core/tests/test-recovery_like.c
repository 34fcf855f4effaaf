/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/recovery_find.h"

#include <string.h>

/* The part that looks like a key; NULL: none. */
static void check(const char *s, const char *like)
{
	const struct es_text text = { .bytes = { (const uint8_t *)s, strlen(s) } };
	struct es_recovery_hit hit = { .from = 0 };
	bool found = es_recovery_find_like(text, 0, ES_LIKE_GROUPS, &hit);

	if (found != (like != NULL))
		fail_msg("<%s>: %s", s, found ? "found" : "not found");
	if (found && (hit.to - hit.from != strlen(like) || memcmp(s + hit.from, like, strlen(like)) != 0))
		fail_msg("<%s>: <%.*s>", s, (int)(hit.to - hit.from), s + hit.from);
}

static void four_consecutive_groups_that_fit_look_like_a_key(void **state)
{
	(void)state;
	check("a 473926-430939-686855-231401 b", "473926-430939-686855-231401");
	check("a 473926-430939-686855-231402 b", NULL);
	check("a 473926-430939-686855 b", NULL);
	check("a 473926-430939-686855-231401-184477 b", "473926-430939-686855-231401-184477");
}

static void missing_groups_before_and_after_belong_to_it(void **state)
{
	(void)state;
	check("q=1 k=478269 O39194 473926 430939 686855 231401 64220 184477 3 q",
	      "478269 O39194 473926 430939 686855 231401 64220 184477");
	check("console=ttyS0,115200n8 O39194 473926 430939 686855 231401", "O39194 473926 430939 686855 231401");
	check("a=12345 478269 039194 473926 430939 8250.nr_uarts=4", "478269 039194 473926 430939");
	check("478269 039194 473926 430939 k=686855", "478269 039194 473926 430939");
}

static void eight_six_digit_numbers_look_like_a_key(void **state)
{
	(void)state;
	check("k=111111 222222 333333 444444 555555 666666 777777 888888 q",
	      "111111 222222 333333 444444 555555 666666 777777 888888");
	check("k=111111 222222 333333 444444 555555 666666 777777 q", NULL);
	check("k=111111 222222 33333 444444 555555 666666 777777 888888 999999 q",
	      "111111 222222 33333 444444 555555 666666 777777 888888 999999");
	check("111111 222222 333333 444444 quiet 555555 666666 777777 888888", NULL);
}

static void digits_that_fit_look_like_a_key_however_they_are_grouped(void **state)
{
	(void)state;
	check("a=1 478 269 039 194 473 926 430 939 686 855 231 401 q",
	      "478 269 039 194 473 926 430 939 686 855 231 401");
	check("k=478269039194473926430939686855231401", "478269039194473926430939686855231401");
	check("k=478269039194473926430939686855231402", NULL);
}

static void a_number_as_long_as_a_key_looks_like_one(void **state)
{
	char text[104];

	(void)state;
	for (size_t len = 88; len <= 103; len++) {
		memset(text, '1', len);
		text[len] = '\0';
		check(text, len >= 90 && len <= 102 ? text : NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_consecutive_groups_that_fit_look_like_a_key),
		cmocka_unit_test(missing_groups_before_and_after_belong_to_it),
		cmocka_unit_test(eight_six_digit_numbers_look_like_a_key),
		cmocka_unit_test(digits_that_fit_look_like_a_key_however_they_are_grouped),
		cmocka_unit_test(a_number_as_long_as_a_key_looks_like_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
