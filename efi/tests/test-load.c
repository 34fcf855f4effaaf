/* SPDX-License-Identifier: Apache-2.0 */
/* Laying out images: sound ones, and one defect each. The room is of the very size, so that ASan sees a byte too
 * far. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/load.h"
#include "keys/tests/lib/pe_image.h"

#include <stdlib.h>
#include <string.h>

enum {
	TEXT_AT = 0x1000,
	RELOC_AT = 0x2000,
	DATA_AT = 0x3000,
	RELOC_SECTION = 1,
	DATA_SECTION = 2,
	DIRECTORY_RELOC = ES_TEST_PE_OPTIONAL + 112 + 5 * 8,
	IMAGE_BASE = ES_TEST_PE_OPTIONAL + 24,
};

static uint8_t file[ES_TEST_PE_MAX];
static size_t file_len;

static int start(void **state)
{
	(void)state;
	file_len = es_test_pe_stub(file);
	return 0;
}

/* The caller frees *ret. */
static EFI_STATUS load(uint8_t **ret, struct es_pe *pe)
{
	assert_int_equal(es_pe_open((struct es_span){ file, file_len }, ES_PE_FILE, pe), ES_OK);
	*ret = calloc(1, pe->image_size);
	assert_non_null(*ret);
	return es_load(pe, *ret, pe->image_size);
}

static void assert_loads(bool well)
{
	struct es_pe pe;
	uint8_t *room;
	EFI_STATUS status = load(&room, &pe);

	free(room);
	assert_int_equal(status, well ? EFI_SUCCESS : EFI_LOAD_ERROR);
}

/* A block for one page with its entries, in the place of .reloc; the directory's size is theirs. */
static void set_relocations(uint32_t page, uint32_t block_size, const uint16_t *entries, size_t count)
{
	uint32_t raw = es_test_get32(file, es_test_pe_at(RELOC_SECTION, ES_TEST_PE_ROFF));

	es_test_put32(file, DIRECTORY_RELOC, RELOC_AT);
	es_test_put32(file, DIRECTORY_RELOC + 4, (uint32_t)(8 + 2 * count));
	es_test_put32(file, es_test_pe_at(RELOC_SECTION, ES_TEST_PE_VSIZE), (uint32_t)(8 + 2 * count));
	es_test_put32(file, raw, page);
	es_test_put32(file, raw + 4, block_size);
	for (size_t i = 0; i < count; i++)
		es_test_put16(file, raw + 8 + 2 * i, entries[i]);
}

static void loads_as_the_other_loader(void **state)
{
	size_t len;
	uint8_t *expected = es_test_pe_load((struct es_span){ file, file_len }, &len), *room;
	struct es_pe pe;

	(void)state;
	assert_non_null(expected);
	assert_int_equal(load(&room, &pe), EFI_SUCCESS);
	assert_int_equal(pe.image_size, len);
	assert_memory_equal(room, expected, len);
	free(room);
	free(expected);
}

static void what_the_file_lacks_is_zeros(void **state)
{
	struct es_pe pe;
	uint8_t *room;

	(void)state;
	es_test_put32(file, es_test_pe_at(DATA_SECTION, ES_TEST_PE_RSIZE), 0x200);
	assert_int_equal(load(&room, &pe), EFI_SUCCESS);
	assert_int_equal(room[DATA_AT + 0x1ff], 0xda);
	assert_int_equal(room[DATA_AT + 0x200], 0);
	free(room);
}

static void padding_on_disk_stays_there(void **state)
{
	struct es_pe pe;
	uint8_t *room;

	(void)state;
	es_test_put32(file, es_test_pe_at(DATA_SECTION, ES_TEST_PE_VSIZE), 0x40);
	assert_int_equal(load(&room, &pe), EFI_SUCCESS);
	assert_int_equal(room[DATA_AT + 0x3f], 0xda);
	assert_int_equal(room[DATA_AT + 0x40], 0);
	free(room);
}

static void raw_size_over_the_image_is_cut_to_the_section(void **state)
{
	(void)state;
	/* 0xfff bytes in memory are all that is left of the image; more than that is on disk */
	memset(file + file_len, 0x77, 0x2000);
	es_test_put32(file, es_test_pe_at(DATA_SECTION, ES_TEST_PE_VSIZE), 0xfff);
	es_test_put32(file, es_test_pe_at(DATA_SECTION, ES_TEST_PE_RSIZE), 0x2000);
	file_len += 0x2000;
	assert_loads(true);
}

static void relocations_are_applied(void **state)
{
	static const uint16_t entries[] = { 10 << 12 | 8, 0, 10 << 12 | 0x6f8, 0 };
	uint32_t raw = es_test_get32(file, es_test_pe_at(DATA_SECTION, ES_TEST_PE_ROFF));
	struct es_pe pe;
	uint64_t value;
	uint8_t *room;

	(void)state;
	set_relocations(DATA_AT, 16, entries, 4);
	es_test_put32(file, IMAGE_BASE, 0x40000000);
	es_test_put32(file, raw + 8, 0x40001010);
	es_test_put32(file, raw + 12, 0);
	assert_int_equal(load(&room, &pe), EFI_SUCCESS);
	memcpy(&value, room + DATA_AT + 8, sizeof value);
	assert_int_equal(value, (uint64_t)(uintptr_t)room + 0x1010);
	memcpy(&value, room + DATA_AT + 0x6f8, sizeof value);
	assert_int_equal(value, 0xdadadadadadadadaull + (uint64_t)(uintptr_t)room - 0x40000000);
	free(room);
}

static void relocation_over_the_images_end_is_refused(void **state)
{
	static const uint16_t last[] = { 10 << 12 | 0xff9 }, fits[] = { 10 << 12 | 0xff8 };

	(void)state;
	set_relocations(DATA_AT, 10, fits, 1);
	assert_loads(true);
	set_relocations(DATA_AT, 10, last, 1);
	assert_loads(false);
	set_relocations(0xfffff000, 10, last, 1);
	assert_loads(false);
}

static void relocation_of_unknown_kind_is_refused(void **state)
{
	static const uint16_t high_low[] = { 3 << 12 };

	(void)state;
	set_relocations(DATA_AT, 10, high_low, 1);
	assert_loads(false);
}

static void block_size_that_doesnt_fit_is_refused(void **state)
{
	static const uint16_t entry[] = { 10 << 12 };
	static const uint32_t sizes[] = { 0, 7, 9, 12, 0xfffffffe };

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		set_relocations(DATA_AT, sizes[i], entry, 1);
		assert_loads(false);
	}
}

static void half_a_block_is_refused(void **state)
{
	static const uint16_t entry[] = { 10 << 12 };

	(void)state;
	set_relocations(DATA_AT, 10, entry, 1);
	es_test_put32(file, DIRECTORY_RELOC + 4, 14); /* four bytes more: a page address, and no size */
	assert_loads(false);
}

static void smaller_room_is_refused(void **state)
{
	struct es_pe pe;
	uint8_t room[16];

	(void)state;
	assert_int_equal(es_pe_open((struct es_span){ file, file_len }, ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_load(&pe, room, sizeof room), EFI_LOAD_ERROR);
}

static void tells_what_bears_nx(void **state)
{
	struct es_pe pe;

	(void)state;
	assert_int_equal(es_pe_open((struct es_span){ file, file_len }, ES_PE_FILE, &pe), ES_OK);
	assert_false(es_load_is_nx_compatible(&pe));
	es_test_put16(file, ES_TEST_PE_OPTIONAL + 70, 0x100);
	assert_true(es_load_is_nx_compatible(&pe));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(loads_as_the_other_loader, start),
		cmocka_unit_test_setup(what_the_file_lacks_is_zeros, start),
		cmocka_unit_test_setup(padding_on_disk_stays_there, start),
		cmocka_unit_test_setup(raw_size_over_the_image_is_cut_to_the_section, start),
		cmocka_unit_test_setup(relocations_are_applied, start),
		cmocka_unit_test_setup(relocation_over_the_images_end_is_refused, start),
		cmocka_unit_test_setup(relocation_of_unknown_kind_is_refused, start),
		cmocka_unit_test_setup(block_size_that_doesnt_fit_is_refused, start),
		cmocka_unit_test_setup(half_a_block_is_refused, start),
		cmocka_unit_test_setup(smaller_room_is_refused, start),
		cmocka_unit_test_setup(tells_what_bears_nx, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
