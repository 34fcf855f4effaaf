/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/pe.h"
#include "keys/tests/lib/pe_image.h"

#include <stdlib.h>
#include <string.h>

struct image {
	uint8_t bytes[ES_TEST_PE_MAX];
	size_t len;
};

enum { LINUX = 1, CMDLINE = 2, INITRD = 3 }; /* section numbers in es_test_pe_uki */

static enum es_reason find_in_file(const struct image *i, struct es_uki *ret)
{
	struct es_pe pe;

	assert_int_equal(es_pe_open((struct es_span){ i->bytes, i->len }, ES_PE_FILE, &pe), ES_OK);
	return es_uki_find(&pe, ES_PE_FILE, ret);
}

static void assert_filled(struct es_span s, size_t len, uint8_t fill)
{
	assert_int_equal(s.len, len);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(s.data[i], fill);
}

static void finds_the_sections_of_a_file(void **state)
{
	struct image i;
	struct es_uki uki;

	(void)state;
	i.len = es_test_pe_uki(i.bytes);
	assert_int_equal(find_in_file(&i, &uki), ES_OK);
	assert_filled(uki.section[ES_UKI_LINUX], 0x300, 'L');
	assert_filled(uki.section[ES_UKI_CMDLINE], 0x20, 'C');
	assert_filled(uki.section[ES_UKI_INITRD], 0x250, 'I');
	assert_false(uki.present[ES_UKI_OSREL]);
	assert_false(uki.present[ES_UKI_PCRSIG]);
}

static void finds_the_same_once_loaded(void **state)
{
	struct image i;
	struct es_uki file, loaded;
	struct es_pe pe;
	size_t len;
	uint8_t *memory;

	(void)state;
	i.len = es_test_pe_uki(i.bytes);
	assert_int_equal(find_in_file(&i, &file), ES_OK);
	memory = es_test_pe_load((struct es_span){ i.bytes, i.len }, &len);
	assert_non_null(memory);
	assert_int_equal(es_pe_open((struct es_span){ memory, len }, ES_PE_LOADED, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_LOADED, &loaded), ES_OK);
	for (int s = 0; s < ES_UKI_COUNT; s++) {
		assert_int_equal(file.present[s], loaded.present[s]);
		assert_int_equal(file.section[s].len, loaded.section[s].len);
		if (file.present[s])
			assert_memory_equal(file.section[s].data, loaded.section[s].data, file.section[s].len);
	}
	free(memory);
}

/* The measurement covers VirtualSize bytes: zeros after what was on disk are part of the section. */
static void uses_the_virtual_size_once_loaded(void **state)
{
	struct image i;
	struct es_uki uki;
	struct es_pe pe;
	size_t len;
	uint8_t *memory;

	(void)state;
	i.len = es_test_pe_uki(i.bytes);
	es_test_put32(i.bytes, es_test_pe_at(CMDLINE, ES_TEST_PE_VSIZE), 0x210);
	memory = es_test_pe_load((struct es_span){ i.bytes, i.len }, &len);
	assert_non_null(memory);
	assert_int_equal(es_pe_open((struct es_span){ memory, len }, ES_PE_LOADED, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_LOADED, &uki), ES_OK);
	assert_int_equal(uki.section[ES_UKI_CMDLINE].len, 0x210);
	assert_int_equal(uki.section[ES_UKI_CMDLINE].data[0x1f], 'C');
	assert_int_equal(uki.section[ES_UKI_CMDLINE].data[0x20f], 0);
	free(memory);
}

static void refuses_a_files_section_that_is_shorter_on_disk(void **state)
{
	struct image i;
	struct es_uki uki;

	(void)state;
	i.len = es_test_pe_uki(i.bytes);
	es_test_put32(i.bytes, es_test_pe_at(CMDLINE, ES_TEST_PE_VSIZE), 0x201);
	assert_int_equal(find_in_file(&i, &uki), ES_FORMAT);
	es_test_put32(i.bytes, es_test_pe_at(CMDLINE, ES_TEST_PE_VSIZE), 0x200);
	assert_int_equal(find_in_file(&i, &uki), ES_OK);
	es_test_put32(i.bytes, es_test_pe_at(CMDLINE, ES_TEST_PE_RSIZE), 0);
	assert_int_equal(find_in_file(&i, &uki), ES_FORMAT);
}

static void refuses_a_doubled_section(void **state)
{
	static const struct es_test_pe_section sections[] = {
		{ ".text", 0x350, 0xc3 },  { ".linux", 0x300, 'L' },  { ".cmdline", 0x20, 'C' },
		{ ".initrd", 0x250, 'I' }, { ".cmdline", 0x20, 'X' },
	};
	struct image i;
	struct es_uki uki;

	(void)state;
	i.len = es_test_pe_make(sections, 5, i.bytes);
	assert_int_equal(find_in_file(&i, &uki), ES_FORMAT);
	/* also if one of the two is empty: another reader may use the other */
	es_test_put32(i.bytes, es_test_pe_at(2, ES_TEST_PE_VSIZE), 0);
	assert_int_equal(find_in_file(&i, &uki), ES_FORMAT);
}

static void says_what_is_missing(void **state)
{
	static const unsigned required[] = { LINUX, CMDLINE, INITRD };
	static const int which[] = { ES_UKI_LINUX, ES_UKI_CMDLINE, ES_UKI_INITRD };

	(void)state;
	for (int n = 0; n < 3; n++) {
		struct image i;
		struct es_uki uki;

		i.len = es_test_pe_uki(i.bytes);
		i.bytes[es_test_pe_at(required[n], 1)] = 'x';
		assert_int_equal(find_in_file(&i, &uki), ES_MISSING);
		for (int s = 0; s < 3; s++)
			assert_int_equal(uki.present[which[s]], s != n);
	}
}

static void counts_an_empty_section_as_missing(void **state)
{
	struct image i;
	struct es_uki uki;

	(void)state;
	i.len = es_test_pe_uki(i.bytes);
	es_test_put32(i.bytes, es_test_pe_at(CMDLINE, ES_TEST_PE_VSIZE), 0);
	assert_int_equal(find_in_file(&i, &uki), ES_MISSING);
	assert_false(uki.present[ES_UKI_CMDLINE]);
}

/* systemd-stub of Debian 12 compares only the length of its own name: it would take ".initrd2" for ".initrd". */
static void matches_whole_names_only(void **state)
{
	struct image i;
	struct es_uki uki;

	(void)state;
	i.len = es_test_pe_uki(i.bytes);
	i.bytes[es_test_pe_at(INITRD, 7)] = '2';
	assert_int_equal(find_in_file(&i, &uki), ES_MISSING);
	assert_false(uki.present[ES_UKI_INITRD]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_sections_of_a_file),
		cmocka_unit_test(finds_the_same_once_loaded),
		cmocka_unit_test(uses_the_virtual_size_once_loaded),
		cmocka_unit_test(refuses_a_files_section_that_is_shorter_on_disk),
		cmocka_unit_test(refuses_a_doubled_section),
		cmocka_unit_test(says_what_is_missing),
		cmocka_unit_test(counts_an_empty_section_as_missing),
		cmocka_unit_test(matches_whole_names_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
