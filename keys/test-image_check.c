/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/options.h"
#include "keys/image.h"
#include "keys/testlib/pe_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t stub_bytes[ES_TEST_PE_MAX], kernel_bytes[ES_TEST_PE_MAX];

static struct es_uki_parts usual_parts(void)
{
	struct es_uki_parts p = { .stub = { stub_bytes, es_test_pe_stub(stub_bytes) } };

	p.present[ES_UKI_LINUX] = p.present[ES_UKI_CMDLINE] = p.present[ES_UKI_INITRD] = true;
	p.section[ES_UKI_LINUX] = (struct es_span){ kernel_bytes, es_test_pe_stub(kernel_bytes) };
	p.section[ES_UKI_CMDLINE] = es_text_span("console=ttyS0 quiet");
	p.section[ES_UKI_INITRD] = es_text_span("070701 and so on");
	return p;
}

static void put_text(struct es_uki_parts *p, enum es_uki_section which, const char *text)
{
	p->present[which] = true;
	p->section[which] = es_text_span(text);
}

static void assert_refused(const struct es_uki_parts *parts, enum es_reason expected, const char *detail)
{
	char said[ES_IMAGE_DETAIL];
	struct es_buf image = { 0 };
	enum es_reason r = es_image_build(parts, &image, said);

	assert_string_equal(said, detail);
	assert_int_equal(r, expected);
	assert_null(image.data);
}

static void refuses_text(enum es_uki_section which, const char *text, enum es_reason expected, const char *detail)
{
	struct es_uki_parts parts = usual_parts();

	put_text(&parts, which, text);
	assert_refused(&parts, expected, detail);
}

static void names_the_part_that_is_missing_or_empty(void **state)
{
	struct es_uki_parts parts = usual_parts();

	(void)state;
	parts.present[ES_UKI_INITRD] = false;
	assert_refused(&parts, ES_ARGUMENT, ".initrd is missing");
	parts = usual_parts();
	parts.present[ES_UKI_CMDLINE] = false;
	assert_refused(&parts, ES_ARGUMENT, ".cmdline is missing");
	parts = usual_parts();
	parts.present[ES_UKI_LINUX] = false;
	assert_refused(&parts, ES_ARGUMENT, ".linux is missing");
	refuses_text(ES_UKI_LINUX, "", ES_FORMAT, ".linux is empty");
	refuses_text(ES_UKI_CMDLINE, "", ES_ARGUMENT, ".cmdline is empty");
}

static void refuses_what_is_no_kernel(void **state)
{
	static const struct es_test_pe_section inner[] = { { ".text", 16, 1 }, { ".linux", 16, 'L' } };
	struct es_uki_parts parts = usual_parts();
	uint8_t uki[ES_TEST_PE_MAX];

	(void)state;
	refuses_text(ES_UKI_LINUX, "#!/bin/sh", ES_FORMAT, ".linux is no kernel with an EFI stub");
	refuses_text(ES_UKI_LINUX,
		     "\x7f"
		     "ELF\x02",
		     ES_FORMAT, ".linux is an ELF file; the boot image needs the bzImage, as it lies in /boot");
	parts.section[ES_UKI_LINUX].len -= 1;
	memcpy(kernel_bytes + 0x202, "HdrS", 4);
	assert_refused(&parts, ES_FORMAT, ".linux is truncated, or was built without CONFIG_EFI_STUB");
	parts = usual_parts();
	es_test_put16(kernel_bytes, ES_TEST_PE_COFF + 4, ES_PE_MACHINE_ARM64);
	assert_refused(&parts, ES_FORMAT, ".linux is for another machine than the stub");
	es_test_put16(kernel_bytes, ES_TEST_PE_COFF + 4, 0x14c);
	assert_refused(&parts, ES_FORMAT, ".linux is for a machine that isn't supported");
	parts = usual_parts();
	es_test_put16(kernel_bytes, ES_TEST_PE_OPTIONAL + 68, 12);
	assert_refused(&parts, ES_FORMAT, ".linux is no kernel with an EFI stub");
	parts = usual_parts();
	parts.section[ES_UKI_LINUX] = (struct es_span){ uki, es_test_pe_uki(uki) };
	assert_refused(&parts, ES_FORMAT, ".linux is a boot image (UKI) and no kernel");
	parts.section[ES_UKI_LINUX].len = es_test_pe_make(inner, 2, uki); /* also one that lacks the rest */
	assert_refused(&parts, ES_FORMAT, ".linux is a boot image (UKI) and no kernel");
}

static void refuses_what_is_no_stub(void **state)
{
	static const struct es_test_pe_section sbat[] = { { ".text", 16, 1 }, { ".sbat", 16, 's' } };
	static const struct es_test_pe_section doubled[] = { { ".text", 16, 1 },
							     { ".sbat", 16, 's' },
							     { ".sbat", 16, 's' } };
	struct es_uki_parts parts = usual_parts();

	(void)state;
	parts.stub = es_text_span("no stub");
	assert_refused(&parts, ES_FORMAT, "the stub is no EFI program, or a truncated one");
	parts = usual_parts();
	parts.stub.len -= 1;
	assert_refused(&parts, ES_FORMAT, "the stub is no EFI program, or a truncated one");
	parts = usual_parts();
	parts.stub.len = es_test_pe_uki(stub_bytes);
	assert_refused(&parts, ES_FORMAT, "the stub is a whole boot image already");
	parts = usual_parts();
	memcpy(stub_bytes + 0x202, "HdrS", 4);
	assert_refused(&parts, ES_FORMAT, "the stub is a kernel");
	parts = usual_parts();
	es_test_put16(stub_bytes, ES_TEST_PE_OPTIONAL + 68, 11);
	assert_refused(&parts, ES_FORMAT, "the stub is an EFI driver");
	parts = usual_parts();
	es_test_put32(stub_bytes, ES_TEST_PE_OPTIONAL, 0x10b);
	assert_refused(&parts, ES_FORMAT, "the stub is an EFI program for a machine that isn't supported");
	parts = usual_parts();
	es_test_put32(stub_bytes, ES_TEST_PE_OPTIONAL + 112 + 32, (uint32_t)parts.stub.len);
	es_test_put32(stub_bytes, ES_TEST_PE_OPTIONAL + 112 + 36, 8);
	parts.stub.len += 8;
	assert_refused(&parts, ES_FORMAT, "the stub is signed; sign the finished image instead");
	parts = usual_parts();
	parts.stub.len = es_test_pe_make(doubled, 3, stub_bytes);
	assert_refused(&parts, ES_FORMAT, "the stub has a doubled or truncated section");
	parts = usual_parts();
	parts.stub.len = es_test_pe_make(sbat, 2, stub_bytes);
	put_text(&parts, ES_UKI_SBAT, "sbat,1\n");
	assert_refused(&parts, ES_FORMAT, "the stub has a .sbat section of its own, which stays");
}

static void refuses_options_that_no_kernel_should_get(void **state)
{
	static char longest[ES_OPTIONS_MAX + 1];
	struct es_uki_parts parts = usual_parts();

	(void)state;
	refuses_text(ES_UKI_CMDLINE, "quiet\n", ES_ARGUMENT,
		     ".cmdline has a line end or another control character in it");
	parts.section[ES_UKI_CMDLINE] = (struct es_span){ (const uint8_t *)"a\0b", 3 };
	assert_refused(&parts, ES_ARGUMENT, ".cmdline has a line end or another control character in it");
	refuses_text(ES_UKI_CMDLINE, "k\xc3\xa4se", ES_ARGUMENT, ".cmdline has a character beyond ASCII in it");
	memset(longest, 'x', ES_OPTIONS_MAX);
	refuses_text(ES_UKI_CMDLINE, longest, ES_ARGUMENT, ".cmdline is longer than a kernel takes");
	refuses_text(ES_UKI_CMDLINE, "quiet etcseal.recovery=123", ES_ARGUMENT,
		     ".cmdline holds a recovery key, which everybody could read there");
	refuses_text(ES_UKI_CMDLINE, "encryptionRecoveryKey=123", ES_ARGUMENT,
		     ".cmdline holds a recovery key, which everybody could read there");
}

static void refuses_each_part_that_is_something_else(void **state)
{
	(void)state;
	refuses_text(ES_UKI_INITRD, "no archive", ES_FORMAT, ".initrd is neither a cpio archive nor a compressed one");
	refuses_text(ES_UKI_OSREL, "\x01", ES_FORMAT, ".osrel is no text");
	refuses_text(ES_UKI_UCODE, "\x1f\x8b", ES_FORMAT,
		     ".ucode is no uncompressed cpio archive, the only form the kernel takes");
	refuses_text(ES_UKI_SPLASH, "\x89PNG", ES_FORMAT, ".splash is no BMP picture");
	refuses_text(ES_UKI_DTB, "/dts-v1/;", ES_FORMAT, ".dtb is no compiled device tree");
	refuses_text(ES_UKI_UNAME, "6.1 amd64", ES_ARGUMENT,
		     ".uname is no kernel release (one word, as uname -r prints it)");
	refuses_text(ES_UKI_SBAT, "name,1\n", ES_FORMAT, ".sbat is no SBAT table (its first line begins with sbat,)");
	refuses_text(ES_UKI_PCRPKEY, "-----BEGIN PRIVATE KEY-----", ES_FORMAT, ".pcrpkey is no public key in PEM form");
	refuses_text(ES_UKI_PCRSIG, "sha256", ES_FORMAT, ".pcrsig is no JSON object");
}

static void takes_every_initrd_that_the_kernel_unpacks(void **state)
{
	static const struct es_span kinds[] = {
		{ (const uint8_t *)"070701", 6 },
		{ (const uint8_t *)"070702", 6 },
		{ (const uint8_t *)"\0\0\0\0"
				   "070701",
		  10 },
		{ (const uint8_t *)"\x1f\x8b\x08", 3 },
		{ (const uint8_t *)"\x28\xb5\x2f\xfd", 4 },
		{ (const uint8_t *)"\xfd\x37zXZ\0", 6 },
		{ (const uint8_t *)"\x02\x21\x4c\x18", 4 },
		{ (const uint8_t *)"\x5d\0\0\x80", 4 },
		{ (const uint8_t *)"BZh9", 4 },
		{ (const uint8_t *)"\x89LZO", 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct es_uki_parts parts = usual_parts();
		char detail[ES_IMAGE_DETAIL];
		ES_BUF image = { 0 };

		parts.section[ES_UKI_INITRD] = kinds[i];
		assert_int_equal(es_image_build(&parts, &image, detail), ES_OK);
	}
}

static void takes_only_what_uname_could_print(void **state)
{
	static const char longest[] = "6.1.0-0123456789012345678901234567890123456789012345678901234567"; /* 64 */
	struct es_uki_parts parts = usual_parts();
	char detail[ES_IMAGE_DETAIL], longer[ES_KERNEL_RELEASE + 1];
	ES_BUF image = { 0 };

	(void)state;
	put_text(&parts, ES_UKI_UNAME, longest);
	assert_int_equal(es_image_build(&parts, &image, detail), ES_OK);
	snprintf(longer, sizeof longer, "%s8", longest);
	refuses_text(ES_UKI_UNAME, longer, ES_ARGUMENT, ".uname is longer than a kernel release can be");
	refuses_text(ES_UKI_UNAME, "6.1-\xc3\xa4", ES_ARGUMENT,
		     ".uname is no kernel release (one word, as uname -r prints it)");
	refuses_text(ES_UKI_UNAME, "6.1\n", ES_ARGUMENT,
		     ".uname is no kernel release (one word, as uname -r prints it)");
}

static void reads_a_release_only_where_there_is_one(void **state)
{
	uint8_t kernel[0x400] = { 0 };
	struct es_span s = { kernel, sizeof kernel };
	char release[ES_KERNEL_RELEASE] = "untouched";

	(void)state;
	memcpy(kernel + 0x202, "HdrS", 4);
	es_test_put16(kernel, 0x20e, 0x100);
	assert_false(es_image_kernel_release(s, release)); /* empty */
	strcpy((char *)kernel + 0x300, "6.1.0-test (build@host) #1");
	assert_true(es_image_kernel_release(s, release));
	assert_string_equal(release, "6.1.0-test");
	strcpy((char *)kernel + 0x300, "6.1\x7f");
	assert_false(es_image_kernel_release(s, release));
	memset(kernel + 0x300, 'x', 0x100); /* no end */
	assert_false(es_image_kernel_release(s, release));
	es_test_put16(kernel, 0x20e, 0xffff);
	assert_false(es_image_kernel_release(s, release));
	assert_string_equal(release, "6.1.0-test");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_part_that_is_missing_or_empty),
		cmocka_unit_test(refuses_what_is_no_kernel),
		cmocka_unit_test(refuses_what_is_no_stub),
		cmocka_unit_test(refuses_options_that_no_kernel_should_get),
		cmocka_unit_test(refuses_each_part_that_is_something_else),
		cmocka_unit_test(takes_every_initrd_that_the_kernel_unpacks),
		cmocka_unit_test(takes_only_what_uname_could_print),
		cmocka_unit_test(reads_a_release_only_where_there_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
