/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/choice/refusal.h"

#include <string.h>

static struct es_pcr_values values(uint8_t fill)
{
	struct es_pcr_values v = { .present = 0xffffff };

	for (unsigned i = 0; i < ES_PCR_COUNT; i++)
		memset(&v.value[i], fill, ES_SHA256_LEN);
	return v;
}

static const es_pcr_mask sealed_pcrs = ES_PCR_BIT(7) | ES_PCR_BIT(11) | ES_PCR_BIT(12);

static void every_pcr_that_differs_is_named_and_no_other(void **state)
{
	struct es_pcr_values then = values(1), now = values(1);
	struct es_refusal_evidence e = { .sealed = &then, .now = &now, .pcrs = sealed_pcrs };
	char text[256] = "untouched";

	(void)state;
	es_refusal_words(&e, text, sizeof text);
	assert_string_equal(text, "");
	now.value[12].bytes[0] ^= 1;
	now.value[4].bytes[0] ^= 1; /* not in the seal */
	es_refusal_words(&e, text, sizeof text);
	assert_non_null(strstr(text, "PCR 12 ("));
	assert_null(strstr(text, "PCR 11"));
	assert_null(strstr(text, "PCR 4"));
	now.value[11].bytes[31] ^= 0x80;
	es_refusal_words(&e, text, sizeof text);
	/* What the owner can point at comes first. */
	assert_true(strstr(text, "PCR 11 (") < strstr(text, "; PCR 12 ("));
}

static void whatever_the_room_the_text_ends(void **state)
{
	struct es_pcr_values then = values(1), now = values(2);
	struct es_refusal_evidence e = { .sealed = &then, .now = &now, .pcrs = sealed_pcrs };
	char text[300];

	(void)state;
	for (size_t cap = 0; cap < sizeof text; cap++) {
		memset(text, 'x', sizeof text);
		es_refusal_words(&e, text, cap);
		if (cap > 0)
			assert_true(memchr(text, '\0', cap) != NULL);
		assert_int_equal(text[cap], 'x');
	}
}

static void a_log_of_garbage_takes_nothing_from_the_words(void **state)
{
	static const uint8_t garbage[200] = { 0xff, 1, 2, 3 };
	struct es_pcr_values then = values(1), now = values(2);
	struct es_refusal_evidence e = { .sealed = &then,
					 .now = &now,
					 .pcrs = sealed_pcrs,
					 .log_then = { garbage, sizeof garbage },
					 .log_now = { garbage, sizeof garbage } };
	char text[256];

	(void)state;
	es_refusal_words(&e, text, sizeof text);
	assert_non_null(strstr(text, "PCR 11 ("));
	assert_non_null(strstr(text, "PCR 7 ("));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pcr_that_differs_is_named_and_no_other),
		cmocka_unit_test(whatever_the_room_the_text_ends),
		cmocka_unit_test(a_log_of_garbage_takes_nothing_from_the_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
