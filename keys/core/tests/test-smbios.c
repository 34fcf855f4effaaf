/* SPDX-License-Identifier: Apache-2.0 */
/* Entry points and tables made here. tests-ovmf/scenarios/firmware-options.sh reads a real firmware's, which Linux
 * reads, too. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/smbios.h"
#include "keys/tests/lib/smbios_image.h"

#include <stdlib.h>
#include <string.h>

static struct es_test_smbios t;

static int begin(void **state)
{
	(void)state;
	es_test_smbios_begin(&t);
	return 0;
}

/* Reads from memory of exactly that length, so that ASan sees an access past the end. Returns the strings, each
 * followed by a bar. */
static const char *strings(size_t len, uint16_t count)
{
	static char all[256];
	uint8_t *exact = malloc(len > 0 ? len : 1);
	struct es_smbios_strings s;
	struct es_span found;
	size_t n = 0;

	assert_non_null(exact);
	memcpy(exact, t.table, len);
	s = es_smbios_strings((struct es_span){ exact, len }, count);
	while (es_smbios_next(&s, &found)) {
		assert_true(n + found.len + 2 < sizeof all);
		memcpy(all + n, found.data, found.len);
		n += found.len;
		all[n++] = '|';
	}
	assert_false(es_smbios_next(&s, &found)); /* and it stays at the end */
	all[n] = '\0';
	free(exact);
	return all;
}

static void oem_strings_of_every_structure_are_found(void **state)
{
	(void)state;
	es_test_smbios_add(&t, 1, "maker\0product\0");
	es_test_smbios_add(&t, 11, "one\0two=2\0");
	es_test_smbios_add(&t, 4, "");
	es_test_smbios_add(&t, 11, "three\0");
	es_test_smbios_add(&t, 127, "");
	assert_string_equal(strings(t.len, 0), "one|two=2|three|");
	assert_string_equal(strings(t.len, (uint16_t)t.count), "one|two=2|three|");
}

static void no_structure_after_the_end_counts(void **state)
{
	(void)state;
	es_test_smbios_add(&t, 11, "one\0");
	es_test_smbios_add(&t, 127, "");
	es_test_smbios_add(&t, 11, "two\0");
	assert_string_equal(strings(t.len, 0), "one|");
	assert_string_equal(strings(t.len, 3), "one|two|"); /* a 32-bit entry point uses the count instead */
	assert_string_equal(strings(t.len, 1), "one|");
}

static void a_longer_formatted_area_is_skipped(void **state)
{
	(void)state;
	es_test_smbios_add_long(&t, 11, 9, "one\0");
	assert_string_equal(strings(t.len, 0), "one|");
}

static void broken_tables_end_where_they_break(void **state)
{
	(void)state;
	es_test_smbios_add(&t, 11, "one\0");
	es_test_smbios_add(&t, 11, "two\0");
	for (size_t len = 0; len < t.len; len++) { /* cut at every byte */
		const char *found = strings(len, 0);

		if (strcmp(found, "") != 0 && strcmp(found, "one|") != 0)
			fail_msg("%zu bytes: %s", len, found);
	}
	t.table[t.start[1] + 1] = 3; /* shorter than its own header */
	assert_string_equal(strings(t.len, 0), "one|");
	t.table[t.start[1] + 1] = 255; /* beyond the table */
	assert_string_equal(strings(t.len, 0), "one|");
	t.table[t.start[0] + 1] = 0;
	assert_string_equal(strings(t.len, 0), "");
}

static void unterminated_strings_are_ignored(void **state)
{
	(void)state;
	es_test_smbios_add(&t, 11, "one\0two\0");
	assert_string_equal(strings(t.len - 1, 0), ""); /* only one NUL of the two */
}

static void entry_points_are_read(void **state)
{
	struct es_smbios_entry e;
	uint8_t bytes[ES_SMBIOS_ENTRY_LEN];

	(void)state;
	es_test_smbios_entry64(0x123456789abcull, 0x1234, bytes);
	assert_int_equal(es_smbios_entry64((struct es_span){ bytes, sizeof bytes }, &e), ES_OK);
	assert_true(e.address == 0x123456789abcull && e.len == 0x1234 && e.count == 0);
	assert_int_equal(es_smbios_entry64((struct es_span){ bytes, 24 }, &e), ES_OK); /* as the kernel shows it */
	assert_int_equal(es_smbios_entry32((struct es_span){ bytes, sizeof bytes }, &e), ES_FORMAT);

	es_test_smbios_entry32(0x89abcdef, 0x1234, 7, bytes);
	assert_int_equal(es_smbios_entry32((struct es_span){ bytes, sizeof bytes }, &e), ES_OK);
	assert_true(e.address == 0x89abcdef && e.len == 0x1234 && e.count == 7);
	assert_int_equal(es_smbios_entry32((struct es_span){ bytes + 16, 15 }, &e), ES_OK); /* "_DMI_" alone */
	assert_int_equal(e.count, 7);
	assert_int_equal(es_smbios_entry64((struct es_span){ bytes, sizeof bytes }, &e), ES_FORMAT);
}

static void damaged_entry_points_are_refused(void **state)
{
	struct es_smbios_entry e;
	uint8_t good[ES_SMBIOS_ENTRY_LEN], bytes[ES_SMBIOS_ENTRY_LEN];

	(void)state;
	es_test_smbios_entry64(0x1000, 0x100, good);
	for (size_t i = 0; i < 24; i++) { /* the checksum covers each byte */
		memcpy(bytes, good, sizeof bytes);
		bytes[i] ^= 0x41;
		assert_int_equal(es_smbios_entry64((struct es_span){ bytes, sizeof bytes }, &e), ES_FORMAT);
	}
	for (size_t len = 0; len < 24; len++)
		assert_int_equal(es_smbios_entry64((struct es_span){ good, len }, &e), ES_FORMAT);
	es_test_smbios_entry64(0x1000, 0, good);
	assert_int_equal(es_smbios_entry64((struct es_span){ good, sizeof good }, &e), ES_FORMAT);

	es_test_smbios_entry32(0x1000, 0x100, 1, good);
	for (size_t i = 16; i < 31; i++) {
		memcpy(bytes, good, sizeof bytes);
		bytes[i] ^= 0x41;
		assert_int_equal(es_smbios_entry32((struct es_span){ bytes, sizeof bytes }, &e), ES_FORMAT);
	}
	for (size_t len = 0; len < 31; len++)
		assert_int_equal(es_smbios_entry32((struct es_span){ good, len }, &e), ES_FORMAT);
	es_test_smbios_entry32(0x1000, 0, 1, good);
	assert_int_equal(es_smbios_entry32((struct es_span){ good, sizeof good }, &e), ES_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(oem_strings_of_every_structure_are_found, begin),
		cmocka_unit_test_setup(no_structure_after_the_end_counts, begin),
		cmocka_unit_test_setup(a_longer_formatted_area_is_skipped, begin),
		cmocka_unit_test_setup(broken_tables_end_where_they_break, begin),
		cmocka_unit_test_setup(unterminated_strings_are_ignored, begin),
		cmocka_unit_test(entry_points_are_read),
		cmocka_unit_test(damaged_entry_points_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
