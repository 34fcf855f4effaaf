/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/span.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void integers_are_little_endian(void **state)
{
	struct es_reader r = { { bytes, sizeof bytes }, 0, false };

	(void)state;
	assert_int_equal(es_read_u8(&r), 0x01);
	assert_int_equal(es_read_le16(&r), 0x0302);
	assert_int_equal(es_read_le32(&r), 0x07060504);
	assert_true(es_read_le64(&r) == 0x0f0e0d0c0b0a0908);
	assert_int_equal(es_reader_left(&r), 0);
	assert_false(r.bad);
}

static void past_the_end_it_reads_zeros_and_stays_bad(void **state)
{
	struct es_reader r = { { bytes, 3 }, 0, false };

	(void)state;
	assert_int_equal(es_read_le32(&r), 0);
	assert_true(r.bad);
	assert_int_equal(es_reader_left(&r), 0);
	assert_int_equal(es_read_u8(&r), 0); /* although one byte is left */
	assert_int_equal(es_read_span(&r, 0).len, 0);
	assert_true(r.bad);
}

static void a_huge_length_wraps_nothing(void **state)
{
	struct es_reader r = { { bytes, 15 }, 5, false };

	(void)state;
	assert_null(es_read_span(&r, SIZE_MAX).data);
	assert_true(r.bad);
	r.bad = false;
	assert_null(es_read_span(&r, SIZE_MAX - 4).data); /* pos + len would be 0 */
	assert_int_equal(r.pos, 5);
	r.bad = false;
	assert_int_equal(es_read_span(&r, 10).len, 10);
	assert_false(r.bad);
}

static void parts_are_inside_or_refused(void **state)
{
	struct es_span in = { bytes, 10 }, mark = { bytes + 1, 77 }, part = mark;

	(void)state;
	assert_true(es_span_part(in, 0, 10, &part));
	assert_true(es_span_part(in, 10, 0, &part));
	assert_true(es_span_part(in, 3, 4, &part));
	assert_ptr_equal(part.data, bytes + 3);
	assert_int_equal(part.len, 4);
	part = mark;
	assert_false(es_span_part(in, 11, 0, &part));
	assert_false(es_span_part(in, 0, 11, &part));
	assert_false(es_span_part(in, 9, 2, &part));
	assert_false(es_span_part(in, UINT64_MAX, 2, &part));
	assert_false(es_span_part(in, 1, UINT64_MAX, &part));
	assert_false(es_span_part(in, UINT64_MAX, UINT64_MAX, &part));
	assert_ptr_equal(part.data, mark.data);
	assert_int_equal(part.len, mark.len);
}

static void written_values_are_read_back(void **state)
{
	uint8_t data[32];
	struct es_writer w = { data, sizeof data, 0, false };
	struct es_reader r = { { data, sizeof data }, 0, false };

	(void)state;
	es_write_le16(&w, 0xa1b2);
	es_write_le32(&w, 0xc3d4e5f6);
	es_write_text(&w, "hi");
	es_write_zeros(&w, 3);
	assert_int_equal(w.pos, 11);
	assert_int_equal(es_read_le16(&r), 0xa1b2);
	assert_int_equal(es_read_le32(&r), 0xc3d4e5f6);
	assert_memory_equal(es_read_span(&r, 2).data, "hi", 2);
	assert_memory_equal(es_read_span(&r, 3).data, "\0\0\0", 3);
	assert_false(w.bad);
}

static void decimals_match_printf(void **state)
{
	static const uint64_t rows[] = { 0, 1, 9, 10, 99, 100, 4294967295u, 4294967296u, UINT64_MAX - 1, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char data[32] = "", expected[32];
		struct es_writer w = { (uint8_t *)data, sizeof data, 0, false };

		es_write_decimal(&w, rows[i]);
		snprintf(expected, sizeof expected, "%" PRIu64, rows[i]);
		assert_string_equal(data, expected);
	}
}

static void past_the_end_the_writer_only_counts(void **state)
{
	uint8_t data[8];
	struct es_writer w = { data, 4, 0, false };

	(void)state;
	memset(data, 0x77, sizeof data);
	es_write_text(&w, "abc");
	es_write_text(&w, "de"); /* one byte too long, so none of it is written */
	assert_true(w.bad);
	es_write_text(&w, "f"); /* would fit, but must not leave a hole */
	assert_int_equal(w.pos, 6);
	assert_memory_equal(data, "abc\x77\x77\x77\x77\x77", 8);
}

static void a_pass_without_a_buffer_measures(void **state)
{
	struct es_writer w = { NULL, 0, 0, false };

	(void)state;
	es_write_bytes(&w, NULL, 0);
	assert_false(w.bad);
	es_write_text(&w, "12345");
	es_write_zeros(&w, 1000);
	assert_int_equal(w.pos, 1005);
	assert_true(w.bad);
}

static void counting_on_saturates(void **state)
{
	struct es_writer w = { NULL, 0, 0, false };

	(void)state;
	es_write_bytes(&w, bytes, SIZE_MAX - 1);
	es_write_bytes(&w, bytes, 5);
	assert_true(w.pos == SIZE_MAX);
	assert_true(w.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_little_endian),
		cmocka_unit_test(past_the_end_it_reads_zeros_and_stays_bad),
		cmocka_unit_test(a_huge_length_wraps_nothing),
		cmocka_unit_test(parts_are_inside_or_refused),
		cmocka_unit_test(written_values_are_read_back),
		cmocka_unit_test(decimals_match_printf),
		cmocka_unit_test(past_the_end_the_writer_only_counts),
		cmocka_unit_test(a_pass_without_a_buffer_measures),
		cmocka_unit_test(counting_on_saturates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
