/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/pe.h"
#include "keys/tests/lib/pe_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char systemd_stub[] = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

struct image {
	uint8_t bytes[ES_TEST_PE_MAX];
	size_t len;
};

static enum es_reason open_file(const struct image *i, struct es_pe *ret)
{
	return es_pe_open((struct es_span){ i->bytes, i->len }, ES_PE_FILE, ret);
}

/* Opens the sound stub with one number changed. */
static enum es_reason with32(size_t at, uint32_t v, enum es_pe_layout layout)
{
	struct image i;
	struct es_pe pe;
	size_t len;
	uint8_t *memory;
	enum es_reason r;

	i.len = es_test_pe_stub(i.bytes);
	if (layout == ES_PE_FILE) {
		es_test_put32(i.bytes, at, v);
		return open_file(&i, &pe);
	}
	memory = es_test_pe_load((struct es_span){ i.bytes, i.len }, &len);
	assert_non_null(memory);
	es_test_put32(memory, at, v);
	r = es_pe_open((struct es_span){ memory, len }, ES_PE_LOADED, &pe);
	free(memory);
	return r;
}

/* Refused in a file and in memory. */
static void refused(size_t at, uint32_t v)
{
	assert_int_equal(with32(at, v, ES_PE_FILE), ES_FORMAT);
	assert_int_equal(with32(at, v, ES_PE_LOADED), ES_FORMAT);
}

static void refused_on_disk(size_t at, uint32_t v)
{
	assert_int_equal(with32(at, v, ES_PE_FILE), ES_FORMAT);
	assert_int_equal(with32(at, v, ES_PE_LOADED), ES_OK);
}

static void reads_a_sound_image(void **state)
{
	struct image i;
	struct es_pe pe;

	(void)state;
	i.len = es_test_pe_stub(i.bytes);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 112 + 40, 0x2000);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 112 + 44, 0xc);
	assert_int_equal(open_file(&i, &pe), ES_OK);
	assert_int_equal(pe.machine, ES_PE_MACHINE_X64);
	assert_int_equal(pe.subsystem, ES_PE_SUBSYSTEM_EFI_APPLICATION);
	assert_int_equal(pe.entry, 0x1000);
	assert_int_equal(pe.image_size, 0x4000);
	assert_int_equal(pe.headers_size, 0x400);
	assert_int_equal(pe.section_table, ES_TEST_PE_TABLE);
	assert_int_equal(pe.reloc_rva, 0x2000);
	assert_int_equal(pe.reloc_size, 0xc);
	assert_int_equal(pe.cert_size, 0);
	assert_int_equal(pe.section_count, 3);
	assert_string_equal(pe.sections[2].name, ".data");
	assert_int_equal(pe.sections[2].virtual_address, 0x3000);
	assert_int_equal(pe.sections[2].virtual_size, 0x700);
	assert_int_equal(pe.sections[2].raw_offset, 0xa00);
	assert_int_equal(pe.sections[2].raw_size, 0x800);
}

static void reads_it_loaded(void **state)
{
	struct image i;
	struct es_pe pe;
	size_t len;
	uint8_t *memory;

	(void)state;
	i.len = es_test_pe_stub(i.bytes);
	memory = es_test_pe_load((struct es_span){ i.bytes, i.len }, &len);
	assert_non_null(memory);
	assert_int_equal(es_pe_open((struct es_span){ memory, len }, ES_PE_LOADED, &pe), ES_OK);
	assert_int_equal(es_pe_open((struct es_span){ memory, len - 1 }, ES_PE_LOADED, &pe), ES_FORMAT);
	free(memory);
}

static void accepts_a_name_of_eight_characters(void **state)
{
	static const struct es_test_pe_section sections[] = { { ".eightch", 16, 1 } };
	struct image i;
	struct es_pe pe;

	(void)state;
	i.len = es_test_pe_make(sections, 1, i.bytes);
	assert_int_equal(open_file(&i, &pe), ES_OK);
	assert_string_equal(pe.sections[0].name, ".eightch");
}

/* objdump is the oracle for each section's name, size and offset. */
static void agrees_with_objdump(const char *path)
{
	static uint8_t bytes[16 << 20];
	char command[256], line[256], name[16];
	unsigned long size, vma, offset;
	unsigned found = 0;
	struct es_pe pe;
	FILE *f = fopen(path, "rb");
	size_t len;

	assert_non_null(f);
	len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	assert_int_equal(es_pe_open((struct es_span){ bytes, len }, ES_PE_FILE, &pe), ES_OK);
	snprintf(command, sizeof command, "objdump -h %s", path);
	f = popen(command, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line, "%*u %15s %lx %lx %*x %lx", name, &size, &vma, &offset) != 4)
			continue;
		assert_true(found < pe.section_count);
		assert_string_equal(name, pe.sections[found].name);
		assert_true(size == pe.sections[found].virtual_size || size == pe.sections[found].raw_size);
		assert_int_equal(vma, pe.sections[found].virtual_address);
		assert_int_equal(offset, pe.sections[found].raw_offset);
		found++;
	}
	assert_int_equal(pclose(f), 0);
	assert_int_equal(found, pe.section_count);
}

static void reads_systemds_stub_as_objdump_does(void **state)
{
	(void)state;
	agrees_with_objdump(systemd_stub);
}

static void refuses_every_truncation(void **state)
{
	struct image i;
	struct es_pe pe;

	(void)state;
	i.len = es_test_pe_stub(i.bytes);
	for (size_t len = 0; len < i.len; len++) {
		uint8_t *cut = malloc(len > 0 ? len : 1); /* the exact size, so that ASan sees a read past it */

		assert_non_null(cut);
		memcpy(cut, i.bytes, len);
		assert_int_equal(es_pe_open((struct es_span){ cut, len }, ES_PE_FILE, &pe), ES_FORMAT);
		free(cut);
	}
}

static void refuses_wrong_magics(void **state)
{
	(void)state;
	refused(0, 0);
	refused(0x3c, 0);
	refused(0x3c, 0xffffffff);
	refused(0x3c, 0x7fffffff);
	refused(ES_TEST_PE_COFF, 0x4551);
	refused(ES_TEST_PE_OPTIONAL, 0x107);
}

static void distinguishes_another_kind_from_a_malformed_image(void **state)
{
	(void)state;
	assert_int_equal(with32(ES_TEST_PE_OPTIONAL, 0x10b, ES_PE_FILE), ES_VERSION);
	/* i386; the same four bytes include the section count */
	assert_int_equal(with32(ES_TEST_PE_COFF + 4, 0x3014c, ES_PE_FILE), ES_VERSION);
}

static void refuses_section_counts_out_of_range(void **state)
{
	(void)state;
	refused(ES_TEST_PE_COFF + 4, 0x00008664);
	refused(ES_TEST_PE_COFF + 4, 97u << 16 | 0x8664);
	refused(ES_TEST_PE_COFF + 4, 0xffff8664);
}

/* Every bound is reached to the last byte. */
static void accepts_what_just_fits(void **state)
{
	static struct es_test_pe_section many[ES_PE_SECTIONS_MAX];
	struct image i;
	struct es_pe pe;

	(void)state;
	assert_int_equal(with32(es_test_pe_at(0, ES_TEST_PE_VSIZE), 0x1000, ES_PE_LOADED), ES_OK);
	assert_int_equal(with32(es_test_pe_at(2, ES_TEST_PE_VSIZE), 0x1000, ES_PE_LOADED), ES_OK);
	i.len = es_test_pe_stub(i.bytes);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 112 + 40, 0x3000);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 112 + 44, 0x1000);
	assert_int_equal(open_file(&i, &pe), ES_OK);
	for (unsigned n = 0; n < ES_PE_SECTIONS_MAX; n++)
		many[n] = (struct es_test_pe_section){ ".s", 0, 0 };
	es_test_pe_make(many, ES_PE_SECTIONS_MAX, i.bytes);
	for (unsigned n = 0; n < ES_PE_SECTIONS_MAX; n++)
		es_test_put32(i.bytes, es_test_pe_at(n, ES_TEST_PE_VADDR), n == 0 ? 0x2000 : 0x2010);
	es_test_put32(i.bytes, es_test_pe_at(0, ES_TEST_PE_VSIZE), 0x10);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 16, 0x2000);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 56, 0x3000);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 60, 0x1200);
	i.len = 0x1200;
	assert_int_equal(open_file(&i, &pe), ES_OK);
	assert_int_equal(pe.section_count, ES_PE_SECTIONS_MAX);
}

static void refuses_a_section_table_outside_the_headers(void **state)
{
	(void)state;
	refused(ES_TEST_PE_OPTIONAL + 60, ES_TEST_PE_TABLE + 3 * 40 - 1);
	refused(ES_TEST_PE_COFF + 4, 60u << 16 | 0x8664);
	assert_int_equal(with32(ES_TEST_PE_OPTIONAL + 60, ES_TEST_PE_TABLE + 3 * 40, ES_PE_FILE), ES_OK);
}

static void refuses_bad_alignments(void **state)
{
	(void)state;
	refused(ES_TEST_PE_OPTIONAL + 32, 0);
	refused(ES_TEST_PE_OPTIONAL + 32, 0x1800);
	refused(ES_TEST_PE_OPTIONAL + 32, 0x80000000);
	refused(ES_TEST_PE_OPTIONAL + 32, 0x100); /* below the file alignment */
	refused(ES_TEST_PE_OPTIONAL + 36, 0);
	refused(ES_TEST_PE_OPTIONAL + 36, 0x201);
	refused(ES_TEST_PE_OPTIONAL + 32, 0x400000);
	assert_int_equal(with32(ES_TEST_PE_OPTIONAL + 32, 0x200000, ES_PE_FILE), ES_OK);
}

static void refuses_headers_over_the_sections_or_the_image(void **state)
{
	(void)state;
	refused(ES_TEST_PE_OPTIONAL + 60, 0x1001);
	refused(ES_TEST_PE_OPTIONAL + 60, 0xffffffff);
	refused(ES_TEST_PE_OPTIONAL + 60, 0);
}

static void refuses_a_section_beyond_the_image(void **state)
{
	(void)state;
	refused(ES_TEST_PE_OPTIONAL + 56, 0x36ff);
	refused(ES_TEST_PE_OPTIONAL + 56, 0);
	refused(es_test_pe_at(2, ES_TEST_PE_VSIZE), 0x1001);
	refused(es_test_pe_at(2, ES_TEST_PE_VADDR), 0xfffff000); /* the sum wraps in 32 bits */
	refused(es_test_pe_at(2, ES_TEST_PE_VSIZE), 0xffffd000);
}

static void refuses_overlapping_and_unsorted_sections(void **state)
{
	(void)state;
	refused(es_test_pe_at(0, ES_TEST_PE_VSIZE), 0x1001);
	refused(es_test_pe_at(2, ES_TEST_PE_VADDR), 0x2000);
	refused(es_test_pe_at(2, ES_TEST_PE_VADDR), 0);
	refused(es_test_pe_at(1, ES_TEST_PE_VADDR), 0x3800);
}

/* A loader that uses the size on disk where the size in memory is zero would overwrite the next section. */
static void uses_the_size_on_disk_where_the_size_in_memory_is_zero(void **state)
{
	struct image i;
	struct es_pe pe;

	(void)state;
	i.len = es_test_pe_stub(i.bytes);
	es_test_put32(i.bytes, es_test_pe_at(1, ES_TEST_PE_VSIZE), 0);
	assert_int_equal(open_file(&i, &pe), ES_OK);
	es_test_put32(i.bytes, es_test_pe_at(1, ES_TEST_PE_VADDR), 0x2f00);
	assert_int_equal(open_file(&i, &pe), ES_FORMAT);
}

static void refuses_raw_data_that_overlaps_or_is_outside(void **state)
{
	(void)state;
	refused_on_disk(es_test_pe_at(1, ES_TEST_PE_ROFF), 0x600);
	refused_on_disk(es_test_pe_at(1, ES_TEST_PE_ROFF), 0x3ff);
	refused_on_disk(es_test_pe_at(1, ES_TEST_PE_ROFF), 0);
	refused_on_disk(es_test_pe_at(2, ES_TEST_PE_RSIZE), 0x801);
	refused_on_disk(es_test_pe_at(2, ES_TEST_PE_ROFF), 0xffffff00);
	refused_on_disk(es_test_pe_at(2, ES_TEST_PE_RSIZE), 0xfffff800);
}

static void refuses_an_entry_outside_the_sections(void **state)
{
	(void)state;
	refused(ES_TEST_PE_OPTIONAL + 16, 0);
	refused(ES_TEST_PE_OPTIONAL + 16, 0x200);
	refused(ES_TEST_PE_OPTIONAL + 16, 0x1350);
	refused(ES_TEST_PE_OPTIONAL + 16, 0xffffffff);
}

static void refuses_directories_that_do_not_fit(void **state)
{
	(void)state;
	refused(ES_TEST_PE_OPTIONAL + 108, 17);
	refused(ES_TEST_PE_OPTIONAL + 108, 0xffffffff);
	refused(ES_TEST_PE_COFF + 20, 111);
	refused(ES_TEST_PE_COFF + 20, 0xffff);
	refused(ES_TEST_PE_OPTIONAL + 112 + 44, 0x4001); /* relocations beyond the image */
}

static void refuses_certificates_outside_the_file_or_in_a_section(void **state)
{
	struct image i;
	struct es_pe pe;

	(void)state;
	i.len = es_test_pe_stub(i.bytes);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 112 + 32, (uint32_t)i.len);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 112 + 36, 0x100);
	assert_int_equal(open_file(&i, &pe), ES_FORMAT);
	i.len += 0x100;
	assert_int_equal(open_file(&i, &pe), ES_OK);
	assert_int_equal(pe.cert_size, 0x100);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 112 + 32, 0xa00);
	assert_int_equal(open_file(&i, &pe), ES_FORMAT);
	es_test_put32(i.bytes, ES_TEST_PE_OPTIONAL + 112 + 32, 0xffffffff);
	assert_int_equal(open_file(&i, &pe), ES_FORMAT);
}

static void refuses_a_name_with_something_after_its_nul(void **state)
{
	(void)state;
	refused(es_test_pe_at(0, 4), 0x78000074); /* ".text\0\0x" */
}

static void leaves_the_result_alone_when_it_refuses(void **state)
{
	struct es_pe pe = { .machine = 7 };

	(void)state;
	assert_int_equal(es_pe_open((struct es_span){ NULL, 0 }, ES_PE_FILE, &pe), ES_FORMAT);
	assert_int_equal(pe.machine, 7);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_sound_image),
		cmocka_unit_test(reads_it_loaded),
		cmocka_unit_test(accepts_a_name_of_eight_characters),
		cmocka_unit_test(reads_systemds_stub_as_objdump_does),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(refuses_wrong_magics),
		cmocka_unit_test(distinguishes_another_kind_from_a_malformed_image),
		cmocka_unit_test(refuses_section_counts_out_of_range),
		cmocka_unit_test(accepts_what_just_fits),
		cmocka_unit_test(refuses_a_section_table_outside_the_headers),
		cmocka_unit_test(refuses_bad_alignments),
		cmocka_unit_test(refuses_headers_over_the_sections_or_the_image),
		cmocka_unit_test(refuses_a_section_beyond_the_image),
		cmocka_unit_test(refuses_overlapping_and_unsorted_sections),
		cmocka_unit_test(uses_the_size_on_disk_where_the_size_in_memory_is_zero),
		cmocka_unit_test(refuses_raw_data_that_overlaps_or_is_outside),
		cmocka_unit_test(refuses_an_entry_outside_the_sections),
		cmocka_unit_test(refuses_directories_that_do_not_fit),
		cmocka_unit_test(refuses_certificates_outside_the_file_or_in_a_section),
		cmocka_unit_test(refuses_a_name_with_something_after_its_nul),
		cmocka_unit_test(leaves_the_result_alone_when_it_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
