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

static void exactly_the_differing_pcrs_are_named(void **state)
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
	/* A cause that the owner can identify comes first. */
	assert_true(strstr(text, "PCR 11 (") < strstr(text, "; PCR 12 ("));
}

static void the_text_is_terminated_whatever_its_size(void **state)
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

static void a_garbage_log_does_not_affect_the_words(void **state)
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
		cmocka_unit_test(exactly_the_differing_pcrs_are_named),
		cmocka_unit_test(the_text_is_terminated_whatever_its_size),
		cmocka_unit_test(a_garbage_log_does_not_affect_the_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
