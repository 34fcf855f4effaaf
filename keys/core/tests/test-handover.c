/* SPDX-License-Identifier: Apache-2.0 */
/* keys/store/tests/test-boot_record.c tests the reader, and the round trip. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/handover.h"

#include <string.h>

static const char *written(const struct es_handover *h, char *text, size_t cap)
{
	struct es_writer measure = { NULL, 0, 0, false }, w = { (uint8_t *)text, cap - 1, 0, false };

	es_handover_write(h, &measure);
	es_handover_write(h, &w);
	assert_false(w.bad);
	assert_int_equal(w.pos, measure.pos);
	text[w.pos] = '\0';
	return text;
}

static void every_field_is_written(void **state)
{
	struct es_handover h = {
		.measured = ES_MEASURED,
		.outside = ES_OUTSIDE_DROPPED,
		.secure_boot = true,
		.firmware_options = 12,
		.bank = { true, false },
		.bank_refused = { false, true },
		.device_uuid = "0fc63daf-8483-4772-8e79-3d69d8477de4",
	};
	char text[1024];

	(void)state;
	assert_string_equal(
	    written(&h, text, sizeof text),
	    "{ \"format\": \"etcseal-handover\", \"version\": 1,\n"
	    "  \"measured\": \"yes\", \"outside_options\": \"dropped\", \"firmware_options\": 12,\n"
	    "  \"secure_boot\": true, \"recovery\": false,\n"
	    "  \"banks\": [ { \"present\": true, \"refused\": false }, { \"present\": false, \"refused\": true } ],\n"
	    "  \"device\": \"0fc63daf-8483-4772-8e79-3d69d8477de4\" }\n");
}

static void the_three_results_of_measuring_are_distinct(void **state)
{
	struct es_handover h = { .recovery = true };
	char text[1024];

	(void)state;
	assert_non_null(strstr(written(&h, text, sizeof text), "\"measured\": \"yes\""));
	assert_non_null(strstr(text, "\"recovery\": true"));
	assert_non_null(strstr(text, "\"outside_options\": \"none\""));
	assert_non_null(strstr(text, "\"device\": \"\""));
	h.measured = ES_MEASURED_NOTHING;
	h.outside = ES_OUTSIDE_USED;
	assert_non_null(strstr(written(&h, text, sizeof text), "\"measured\": \"no-tpm\""));
	assert_non_null(strstr(text, "\"outside_options\": \"used\""));
	h.measured = ES_MEASURED_FAILED;
	assert_non_null(strstr(written(&h, text, sizeof text), "\"measured\": \"failed\""));
}

static void every_name_exists_and_is_unique(void **state)
{
	(void)state;
	for (int i = 0; i < ES_MEASURED_COUNT; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(es_measured_names[i], es_measured_names[k]);
	for (int i = 0; i < ES_OUTSIDE_COUNT; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(es_outside_names[i], es_outside_names[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_written),
		cmocka_unit_test(the_three_results_of_measuring_are_distinct),
		cmocka_unit_test(every_name_exists_and_is_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
