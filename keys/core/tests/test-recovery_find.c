/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/recovery_find.h"

#include <string.h>

#define K                                                                                                              \
	"478269-039194-473926-430939-686855-231401-642208-184477-602511-225586-551660-586542-338394-092578-687140-"    \
	"267425"

static struct es_text text_of(const char *s)
{
	return (struct es_text){ .bytes = { (const uint8_t *)s, strlen(s) } };
}

/* from: how many bytes precede the key, after: how many follow it; -1: there is no key. */
static void check(const char *s, int from, int after, unsigned parts)
{
	uint8_t key[ES_KEY_BYTES] = { 0 };
	struct es_recovery_hit hit;
	bool found = es_recovery_find_key(text_of(s), 0, &hit, key);

	if (found != (from >= 0))
		fail_msg("<%s>: %s", s, found ? "found" : "not found");
	if (!found)
		return;
	assert_int_equal(hit.from, from);
	assert_int_equal(strlen(s) - hit.to, after);
	assert_int_equal(hit.parts, parts);
	assert_int_equal(key[0], 0xa9);
	assert_int_equal(key[31], 0xf7);
}

static void a_key_is_found_where_it_is(void **state)
{
	(void)state;
	check(K, 0, 0, 0);
	check("a=" K " b", 2, 2, 0);
	check("1 22 333333 " K " 1", 12, 2, 0);
	check("", -1, 0, 0);
	check("478269-039194", -1, 0, 0);
}

static void groups_in_several_options_are_found_with_their_places(void **state)
{
	(void)state;
	check("x1=478269-039194-473926-430939 q=2024 x2=686855-231401-642208-184477-602511-225586-551660-586542-338394-"
	      "092578-687140-267425 q",
	      3, 2, 16);
	/* Not if what may be a mistyped group is between them: the 478269 of another option would take its place. */
	check("x=478269 y=4782690-039194-473926-430939-686855-231401-642208-184477-602511-225586-551660-586542-338394-"
	      "092578-687140-267425",
	      -1, 0, 0);
}

static void a_surplus_digit_at_either_end_is_refused(void **state)
{
	(void)state;
	check("1" K, -1, 0, 0);
	check(K "1", -1, 0, 0);
	/* 67742 3, which is 267425 without its first digit, fits by chance. */
	check("011484:478171:329947:507103:674986:194188:679652:389561:711741:613831:010779:296967:326096:244543:"
	      "592881:67726 3",
	      -1, 0, 0);
}

static void a_later_key_is_found_after_the_first(void **state)
{
	const char *s = "a=" K " b=" K;
	struct es_recovery_hit hit;
	uint8_t key[ES_KEY_BYTES];

	(void)state;
	assert_true(es_recovery_find_key(text_of(s), 0, &hit, key));
	assert_true(es_recovery_find_key(text_of(s), hit.to, &hit, key));
	assert_int_equal(hit.to, strlen(s));
	assert_false(es_recovery_find_key(text_of(s), hit.to, &hit, key));
}

static void a_key_in_utf16_is_found(void **state)
{
	uint8_t wide[2 * sizeof K + 6] = { 'k', 0, '=', 0 };
	struct es_text text = { .bytes = { wide, sizeof wide }, .wide = true };
	struct es_recovery_hit hit;
	uint8_t key[ES_KEY_BYTES];

	(void)state;
	for (size_t i = 0; K[i] != '\0'; i++) {
		wide[4 + 2 * i] = K[i] == '-' ? 0x11 : (uint8_t)K[i];
		wide[5 + 2 * i] = K[i] == '-' ? 0x20 : 0;
	}
	assert_true(es_recovery_find_key(text, 0, &hit, key));
	assert_int_equal(hit.from, 4);
	assert_int_equal(hit.to, 4 + 2 * (sizeof K - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_found_where_it_is),
		cmocka_unit_test(groups_in_several_options_are_found_with_their_places),
		cmocka_unit_test(a_surplus_digit_at_either_end_is_refused),
		cmocka_unit_test(a_later_key_is_found_after_the_first),
		cmocka_unit_test(a_key_in_utf16_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
