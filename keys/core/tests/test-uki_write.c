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
#include <unistd.h>

static const char systemd_stub[] = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

static struct es_span span_of(const void *data, size_t len)
{
	return (struct es_span){ data, len };
}

static void put_part(struct es_uki_parts *p, enum es_uki_section which, const char *text)
{
	p->present[which] = true;
	p->section[which] = span_of(text, strlen(text));
}

static struct es_uki_parts usual_parts(struct es_span stub)
{
	struct es_uki_parts p = { .stub = stub };

	put_part(&p, ES_UKI_LINUX, "the kernel, which is longer than the others");
	put_part(&p, ES_UKI_CMDLINE, "console=ttyS0");
	put_part(&p, ES_UKI_INITRD, "070701");
	return p;
}

/* Measures, then writes, as keys/image/image.c does. The caller frees the result. */
static uint8_t *write_uki(const struct es_uki_parts *parts, size_t *ret_len)
{
	struct es_writer w = { .cap = 0 };
	uint8_t *out;

	assert_int_equal(es_uki_write(parts, &w), ES_OK);
	out = malloc(w.pos);
	assert_non_null(out);
	*ret_len = w.pos;
	w = (struct es_writer){ .data = out, .cap = *ret_len };
	assert_int_equal(es_uki_write(parts, &w), ES_OK);
	assert_false(w.bad);
	assert_int_equal(w.pos, *ret_len);
	return out;
}

static enum es_reason try_write(const struct es_uki_parts *parts)
{
	struct es_writer w = { .cap = 0 };
	enum es_reason r = es_uki_write(parts, &w);

	if (r != ES_OK)
		assert_int_equal(w.pos, 0);
	return r;
}

static void assert_finds_parts(const struct es_uki_parts *parts, const uint8_t *image, size_t len)
{
	struct es_uki uki;
	struct es_pe pe;

	assert_int_equal(es_pe_open(span_of(image, len), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_FILE, &uki), ES_OK);
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		if (!parts->present[i])
			continue;
		assert_true(uki.present[i]);
		assert_int_equal(uki.section[i].len, parts->section[i].len);
		assert_memory_equal(uki.section[i].data, parts->section[i].data, parts->section[i].len);
	}
}

static void writes_sections_that_are_found_again(void **state)
{
	uint8_t stub[ES_TEST_PE_MAX], *image;
	struct es_uki_parts parts = usual_parts(span_of(stub, es_test_pe_stub(stub)));
	size_t len;

	(void)state;
	put_part(&parts, ES_UKI_OSREL, "ID=debian\n");
	put_part(&parts, ES_UKI_SBAT, "sbat,1\n");
	put_part(&parts, ES_UKI_PCRSIG, "{}");
	image = write_uki(&parts, &len);
	assert_finds_parts(&parts, image, len);
	free(image);
}

static void writes_sections_in_measuring_order(void **state)
{
	uint8_t stub[ES_TEST_PE_MAX], *image;
	struct es_uki_parts parts = { .stub = span_of(stub, es_test_pe_stub(stub)) };
	struct es_pe pe;
	size_t len;

	(void)state;
	for (int i = 0; i < ES_UKI_COUNT; i++)
		put_part(&parts, (enum es_uki_section)i, es_uki_section_names[i]);
	image = write_uki(&parts, &len);
	assert_int_equal(es_pe_open(span_of(image, len), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(pe.section_count, 3 + ES_UKI_COUNT);
	for (unsigned i = 0; i < ES_UKI_COUNT; i++) {
		assert_string_equal(pe.sections[3 + i].name, es_uki_section_names[i]);
		assert_int_equal(pe.sections[3 + i].virtual_address % 0x1000, 0);
		assert_int_equal(pe.sections[3 + i].raw_offset % 0x200, 0);
		assert_int_equal(pe.sections[3 + i].characteristics, 0x40000040);
	}
	free(image);
}

/* What the firmware runs is at the same address, and only the headers have grown. */
static void leaves_the_stub_where_it_is_in_memory(void **state)
{
	uint8_t stub[ES_TEST_PE_MAX], *image, *before, *after;
	struct es_uki_parts parts = { .stub = span_of(stub, es_test_pe_stub(stub)) };
	size_t len, before_len, after_len;
	struct es_pe pe;

	(void)state;
	for (int i = 0; i < ES_UKI_COUNT; i++)
		put_part(&parts, (enum es_uki_section)i, es_uki_section_names[i]);
	image = write_uki(&parts, &len);
	before = es_test_pe_load(parts.stub, &before_len);
	after = es_test_pe_load(span_of(image, len), &after_len);
	assert_non_null(before);
	assert_non_null(after);
	assert_memory_equal(before + 0x1000, after + 0x1000, before_len - 0x1000);
	assert_int_equal(es_pe_open(span_of(after, after_len), ES_PE_LOADED, &pe), ES_OK);
	assert_int_equal(pe.headers_size, 0x400); /* 14 sections still fit */
	assert_int_equal(pe.entry, 0x1000);
	free(before);
	free(after);
	free(image);
}

/* Byte for byte, except for the fields that more sections change. */
static void keeps_every_other_field_of_the_headers(void **state)
{
	static const struct {
		unsigned at, len;
	} changed[] = {
		{ ES_TEST_PE_COFF + 6, 2 },       /* sections */
		{ ES_TEST_PE_COFF + 12, 8 },      /* symbols: dropped */
		{ ES_TEST_PE_OPTIONAL + 8, 4 },   /* size of data */
		{ ES_TEST_PE_OPTIONAL + 56, 12 }, /* sizes of image and headers, checksum */
	};
	uint8_t stub[ES_TEST_PE_MAX], expected[ES_TEST_PE_TABLE], *image;
	struct es_uki_parts parts = usual_parts(span_of(stub, es_test_pe_stub(stub)));
	size_t len;

	(void)state;
	for (unsigned i = 0; i < ES_TEST_PE_TABLE; i++)
		if (stub[i] == 0 && (i < 0x3c || (i > ES_TEST_PE_COFF + 7 && i < ES_TEST_PE_COFF + 20)))
			stub[i] = (uint8_t)(i + 1); /* time and other fields that nothing reads */
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 2, 0x11223344);
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 8, 0x5000);
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 12, 0x55667788);
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 64, 0x99999999);
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 70, 0xaabbccdd);
	image = write_uki(&parts, &len);
	assert_int_equal(es_test_get32(image, ES_TEST_PE_OPTIONAL + 8), 0x5000 + 3 * 0x200);
	assert_int_equal(es_test_get32(image, ES_TEST_PE_OPTIONAL + 56), 0x7000);
	assert_int_equal(es_test_get32(image, ES_TEST_PE_OPTIONAL + 60), 0x400);
	assert_int_equal(es_test_get32(image, ES_TEST_PE_OPTIONAL + 64), 0);
	assert_int_equal(es_test_get32(image, ES_TEST_PE_COFF + 12), 0);
	memcpy(expected, stub, sizeof expected);
	for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++)
		memcpy(expected + changed[i].at, image + changed[i].at, changed[i].len);
	assert_memory_equal(image, expected, sizeof expected);
	free(image);
}

static void grows_the_headers_when_the_table_does(void **state)
{
	static const struct es_test_pe_section sections[] = {
		{ ".a", 16, 1 },  { ".b", 16, 2 },  { ".c", 16, 3 },  { ".d", 16, 4 },  { ".e", 16, 5 },
		{ ".f", 16, 6 },  { ".g", 16, 7 },  { ".h", 16, 8 },  { ".i", 16, 9 },  { ".j", 16, 10 },
		{ ".k", 16, 11 }, { ".l", 16, 12 }, { ".m", 16, 13 }, { ".n", 16, 14 },
	};
	uint8_t stub[ES_TEST_PE_MAX], *image;
	struct es_uki_parts parts = usual_parts(span_of(stub, es_test_pe_make(sections, 14, stub)));
	struct es_pe pe;
	size_t len;

	(void)state;
	image = write_uki(&parts, &len);
	assert_finds_parts(&parts, image, len);
	assert_int_equal(es_pe_open(span_of(image, len), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(pe.headers_size, 0x600);
	assert_int_equal(pe.sections[13].virtual_address, 0xe000);
	assert_int_equal(image[pe.sections[13].raw_offset], 14);
	free(image);
}

static void refuses_a_stub_with_no_room_for_headers(void **state)
{
	uint8_t stub[ES_TEST_PE_MAX];
	struct es_uki_parts parts = usual_parts(span_of(stub, es_test_pe_stub(stub)));

	(void)state;
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 32, 0x200);
	es_test_put32(stub, es_test_pe_at(0, ES_TEST_PE_VADDR), 0x400);
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 16, 0x400);
	assert_int_equal(try_write(&parts), ES_OK);
	for (int i = 0; i < ES_UKI_COUNT; i++)
		put_part(&parts, (enum es_uki_section)i, es_uki_section_names[i]);
	assert_int_equal(try_write(&parts), ES_OK); /* to the last byte: 0x188 + 14 * 40 < 0x400 */
	es_test_put32(stub, es_test_pe_at(0, ES_TEST_PE_VADDR), 0x3f0);
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 16, 0x3f0);
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 60, 0x3f0);
	assert_int_equal(try_write(&parts), ES_TOO_LARGE);
}

static void refuses_missing_empty_or_doubled_parts(void **state)
{
	static const struct es_test_pe_section empty[] = { { ".text", 0x350, 0xc3 }, { ".initrd", 0, 0 } };
	static const enum es_uki_section required[] = { ES_UKI_LINUX, ES_UKI_CMDLINE, ES_UKI_INITRD };
	uint8_t stub[ES_TEST_PE_MAX], uki[ES_TEST_PE_MAX];
	struct es_span stub_span = span_of(stub, es_test_pe_stub(stub));
	struct es_uki_parts parts;

	(void)state;
	for (int i = 0; i < 3; i++) {
		parts = usual_parts(stub_span);
		parts.present[required[i]] = false;
		assert_int_equal(try_write(&parts), ES_ARGUMENT);
	}
	parts = usual_parts(stub_span);
	put_part(&parts, ES_UKI_OSREL, "");
	assert_int_equal(try_write(&parts), ES_ARGUMENT);
	parts = usual_parts(span_of(uki, es_test_pe_uki(uki)));
	assert_int_equal(try_write(&parts), ES_ARGUMENT);
	parts = usual_parts(span_of(uki, es_test_pe_make(empty, 2, uki)));
	assert_int_equal(try_write(&parts), ES_ARGUMENT);
}

static void keeps_the_stubs_sbat_and_refuses_a_second(void **state)
{
	static const struct es_test_pe_section sections[] = { { ".text", 0x350, 0xc3 }, { ".sbat", 0x20, 's' } };
	uint8_t stub[ES_TEST_PE_MAX], *image;
	struct es_uki_parts parts = usual_parts(span_of(stub, es_test_pe_make(sections, 2, stub)));
	struct es_uki uki;
	struct es_pe pe;
	size_t len;

	(void)state;
	image = write_uki(&parts, &len);
	assert_int_equal(es_pe_open(span_of(image, len), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_FILE, &uki), ES_OK);
	assert_true(uki.present[ES_UKI_SBAT]);
	assert_int_equal(uki.section[ES_UKI_SBAT].len, 0x20);
	free(image);
	put_part(&parts, ES_UKI_SBAT, "sbat,1\n");
	assert_int_equal(try_write(&parts), ES_ARGUMENT);
}

static void refuses_a_signed_stub(void **state)
{
	uint8_t stub[ES_TEST_PE_MAX];
	size_t len = es_test_pe_stub(stub);
	struct es_uki_parts parts = usual_parts(span_of(stub, len + 0x100));

	(void)state;
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 112 + 32, (uint32_t)len);
	es_test_put32(stub, ES_TEST_PE_OPTIONAL + 112 + 36, 0x100);
	assert_int_equal(try_write(&parts), ES_ARGUMENT);
}

static void refuses_a_file_that_is_not_a_stub(void **state)
{
	struct es_uki_parts parts = usual_parts(span_of("no program", 10));
	uint8_t stub[ES_TEST_PE_MAX];

	(void)state;
	assert_int_equal(try_write(&parts), ES_FORMAT);
	parts = usual_parts(span_of(stub, es_test_pe_stub(stub) - 1));
	assert_int_equal(try_write(&parts), ES_FORMAT);
}

/* The size is found to be too large before any byte is read. */
static void refuses_more_than_4_gib(void **state)
{
	uint8_t stub[ES_TEST_PE_MAX];
	struct es_uki_parts parts = usual_parts(span_of(stub, es_test_pe_stub(stub)));

	(void)state;
	parts.section[ES_UKI_INITRD].len = (size_t)UINT32_MAX + 1;
	assert_int_equal(try_write(&parts), ES_TOO_LARGE);
	parts.section[ES_UKI_INITRD].len = UINT32_MAX - 0x2000;
	assert_int_equal(try_write(&parts), ES_TOO_LARGE);
	parts.section[ES_UKI_INITRD].len = SIZE_MAX;
	assert_int_equal(try_write(&parts), ES_TOO_LARGE);
}

static void refuses_more_sections_than_a_loader_accepts(void **state)
{
	struct es_test_pe_section sections[ES_PE_SECTIONS_MAX];
	uint8_t stub[ES_TEST_PE_MAX];
	struct es_uki_parts parts;

	(void)state;
	for (unsigned count = ES_PE_SECTIONS_MAX - 3; count <= ES_PE_SECTIONS_MAX - 2; count++) {
		for (unsigned i = 0; i < count; i++)
			sections[i] = (struct es_test_pe_section){ ".s", 0, 0 };
		es_test_pe_make(sections, count, stub);
		parts = usual_parts(span_of(stub, 0x1200)); /* room for the table, up to there */
		for (unsigned i = 0; i < count; i++)
			es_test_put32(stub, es_test_pe_at(i, ES_TEST_PE_VADDR), i == 0 ? 0x2000 : 0x2010);
		es_test_put32(stub, es_test_pe_at(0, ES_TEST_PE_VSIZE), 0x10);
		es_test_put32(stub, ES_TEST_PE_OPTIONAL + 16, 0x2000);
		es_test_put32(stub, ES_TEST_PE_OPTIONAL + 56, 0x3000);
		es_test_put32(stub, ES_TEST_PE_OPTIONAL + 60, 0x1200);
		assert_int_equal(try_write(&parts), count + 3 <= ES_PE_SECTIONS_MAX ? ES_OK : ES_TOO_LARGE);
	}
}

static size_t read_file(const char *path, uint8_t *out, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t len;

	assert_non_null(f);
	len = fread(out, 1, cap, f);
	fclose(f);
	return len;
}

/* objcopy is the oracle: it extracts the sections of an image made with systemd's stub. */
static void writes_an_image_that_objcopy_reads(void **state)
{
	static uint8_t stub[1 << 20];
	struct es_uki_parts parts = usual_parts(span_of(stub, read_file(systemd_stub, stub, sizeof stub)));
	char path[] = "/tmp/test-uki_write.XXXXXX", command[512], text[128] = "";
	size_t len;
	uint8_t *image = write_uki(&parts, &len);
	FILE *f = fdopen(mkstemp(path), "wb");

	(void)state;
	assert_non_null(f);
	assert_int_equal(fwrite(image, 1, len, f), len);
	fclose(f);
	snprintf(
	    command, sizeof command,
	    "for s in .linux .cmdline .initrd; do objcopy --dump-section $s=%s.part %s %s.out && cat %s.part; done; "
	    "rm -f %s.part %s.out",
	    path, path, path, path, path, path);
	f = popen(command, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof text - 1, f) > 0);
	assert_int_equal(pclose(f), 0);
	unlink(path);
	free(image);
	assert_string_equal(text, "the kernel, which is longer than the othersconsole=ttyS0070701");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_sections_that_are_found_again),
		cmocka_unit_test(writes_sections_in_measuring_order),
		cmocka_unit_test(leaves_the_stub_where_it_is_in_memory),
		cmocka_unit_test(keeps_every_other_field_of_the_headers),
		cmocka_unit_test(grows_the_headers_when_the_table_does),
		cmocka_unit_test(refuses_a_stub_with_no_room_for_headers),
		cmocka_unit_test(refuses_missing_empty_or_doubled_parts),
		cmocka_unit_test(keeps_the_stubs_sbat_and_refuses_a_second),
		cmocka_unit_test(refuses_a_signed_stub),
		cmocka_unit_test(refuses_a_file_that_is_not_a_stub),
		cmocka_unit_test(refuses_more_than_4_gib),
		cmocka_unit_test(refuses_more_sections_than_a_loader_accepts),
		cmocka_unit_test(writes_an_image_that_objcopy_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
