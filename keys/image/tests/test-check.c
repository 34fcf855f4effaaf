/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/options.h"
#include "keys/image/image.h"
#include "keys/tests/lib/pe_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t stub_bytes[ES_TEST_PE_MAX], kernel_bytes[ES_TEST_PE_MAX];

static struct es_uki_parts usual_parts(void)
{
	struct es_uki_parts p = { .stub = { stub_bytes, es_test_pe_stub(stub_bytes) } };

	p.present[ES_UKI_LINUX] = p.present[ES_UKI_CMDLINE] = p.present[ES_UKI_INITRD] = true;
	p.section[ES_UKI_LINUX] = (struct es_span){ kernel_bytes, es_test_pe_kernel(kernel_bytes) };
	p.section[ES_UKI_CMDLINE] = es_text_span("console=ttyS0 quiet");
	p.section[ES_UKI_INITRD] = es_test_initrd("and so on");
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
	enum es_reason r;

	said[0] = '\0';
	r = es_image_build(parts, &image, said);
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

static void names_a_missing_or_empty_part(void **state)
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
	refuses_text(ES_UKI_LINUX, "", ES_PART_KERNEL, ".linux is empty");
	refuses_text(ES_UKI_CMDLINE, "", ES_ARGUMENT, ".cmdline is empty");
}

static void F11_refuses_anything_but_a_kernel(void **state)
{
	static const struct es_test_pe_section inner[] = { { ".text", 16, 1 }, { ".linux", 16, 'L' } };
	struct es_uki_parts parts = usual_parts();
	uint8_t uki[ES_TEST_PE_MAX];

	(void)state;
	refuses_text(ES_UKI_LINUX, "#!/bin/sh", ES_PART_KERNEL, ".linux isn't an EFI program, or it is truncated");
	refuses_text(ES_UKI_LINUX,
		     "\x7f"
		     "ELF\x02",
		     ES_PART_KERNEL, ".linux is an ELF file; the boot image needs the bzImage, the file in /boot");
	refuses_text(ES_UKI_LINUX, "\x1f\x8b\x08", ES_PART_KERNEL,
		     ".linux is compressed; firmware starts only a kernel that unpacks itself");
	parts.section[ES_UKI_LINUX].len -= 1;
	assert_refused(&parts, ES_PART_KERNEL, ".linux is truncated, or was built without CONFIG_EFI_STUB");
	parts = usual_parts();
	es_test_put16(kernel_bytes, ES_TEST_PE_OPTIONAL + 68, 12);
	assert_refused(&parts, ES_PART_KERNEL, ".linux is an EFI driver");
	parts = usual_parts();
	memset(kernel_bytes + 0x202, 0, 4); /* sound, but nothing identifies it */
	assert_refused(&parts, ES_PART_KERNEL, ".linux is some other EFI program");
	parts.section[ES_UKI_LINUX] = parts.stub;
	assert_refused(&parts, ES_PART_KERNEL, ".linux is a stub");
	parts.section[ES_UKI_LINUX] = (struct es_span){ uki, es_test_pe_uki(uki) };
	assert_refused(&parts, ES_PART_KERNEL, ".linux is a whole boot image (UKI)");
	parts.section[ES_UKI_LINUX].len = es_test_pe_make(inner, 2, uki); /* also a stub that lacks the rest */
	assert_refused(&parts, ES_PART_KERNEL, ".linux is a whole boot image (UKI)");
}

static void make_for(uint8_t *program, uint16_t machine)
{
	es_test_put16(program, ES_TEST_PE_COFF + 4, machine);
}

static void F12_refuses_a_kernel_of_another_machine_type(void **state)
{
	struct es_uki_parts parts = usual_parts();
	char detail[ES_IMAGE_DETAIL];
	ES_BUF image = { 0 };

	(void)state;
	make_for(kernel_bytes, ES_PE_MACHINE_ARM64);
	assert_refused(&parts, ES_PART_KERNEL, ".linux is some other EFI program"); /* an x86 kernel's header */
	memcpy(kernel_bytes + 0x38, "ARM\x64", 4);
	assert_refused(&parts, ES_PART_MACHINE, ".linux is for arm64, and the stub for x86-64");
	make_for(stub_bytes, ES_PE_MACHINE_ARM64);
	assert_int_equal(es_image_build(&parts, &image, detail), ES_OK);
	memcpy(kernel_bytes + 0x38, "\xcd\x23\x82\x81", 4); /* a self-extracting one */
	es_buf_free(&image);
	assert_int_equal(es_image_build(&parts, &image, detail), ES_OK);
	parts = usual_parts();
	make_for(stub_bytes, ES_PE_MACHINE_ARM64);
	assert_refused(&parts, ES_PART_MACHINE, ".linux is for x86-64, and the stub for arm64");
	parts = usual_parts();
	make_for(kernel_bytes, 0x14c);
	assert_refused(&parts, ES_PART_UNSUPPORTED,
		       ".linux is an EFI program for a machine other than x86-64 and arm64");
	parts = usual_parts();
	es_test_put16(kernel_bytes, ES_TEST_PE_OPTIONAL, 0x10b);
	assert_refused(&parts, ES_PART_UNSUPPORTED,
		       ".linux is an EFI program for a machine other than x86-64 and arm64");
}

static void mark_stub(const char *mark)
{
	uint8_t *at = stub_bytes + es_test_get32(stub_bytes, es_test_pe_at(2, ES_TEST_PE_ROFF));

	memset(at, 0, 64);
	strcpy((char *)at, mark);
}

static void F11_refuses_anything_but_a_stub(void **state)
{
	static const struct es_test_pe_section doubled[] = { { ".text", 16, 1 },
							     { ".data", 16, 0 },
							     { ".sdmagic", 64, 's' },
							     { ".sbat", 16, 's' },
							     { ".sbat", 16, 's' } };
	static const char *const marks[][2] = {
		{ "#### LoaderInfo: systemd-addon 257 ####",
		  "the stub is an addon, which only gives a boot image more options" },
		{ "#### LoaderInfo: systemd-boot 252 ####", "the stub is a boot menu (systemd-boot)" },
		{ "#### LoaderInfo: another 1 ####", "the stub is some other EFI program" },
		{ "", "the stub is some other EFI program" },
	};
	struct es_uki_parts parts = usual_parts();

	(void)state;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		parts = usual_parts();
		mark_stub(marks[i][0]);
		assert_refused(&parts, ES_PART_STUB, marks[i][1]);
	}
	parts.stub = es_text_span("no stub");
	assert_refused(&parts, ES_PART_STUB, "the stub isn't an EFI program, or it is truncated");
	parts = usual_parts();
	parts.stub.len -= 1;
	assert_refused(&parts, ES_PART_STUB, "the stub isn't an EFI program, or it is truncated");
	parts = usual_parts();
	parts.stub.len = es_test_pe_uki(stub_bytes);
	assert_refused(&parts, ES_PART_STUB, "the stub is a whole boot image (UKI)");
	parts = usual_parts();
	parts.stub = parts.section[ES_UKI_LINUX];
	assert_refused(&parts, ES_PART_STUB, "the stub is a kernel");
	parts = usual_parts();
	es_test_put16(stub_bytes, ES_TEST_PE_OPTIONAL + 68, 11);
	assert_refused(&parts, ES_PART_STUB, "the stub is an EFI driver");
	parts = usual_parts();
	es_test_put32(stub_bytes, ES_TEST_PE_OPTIONAL, 0x10b);
	assert_refused(&parts, ES_PART_UNSUPPORTED,
		       "the stub is an EFI program for a machine other than x86-64 and arm64");
	parts.stub.len = es_test_pe_make(doubled, 5, stub_bytes);
	strcpy((char *)stub_bytes + es_test_get32(stub_bytes, es_test_pe_at(2, ES_TEST_PE_ROFF)),
	       "#### LoaderInfo: systemd-stub 252 ####");
	assert_refused(&parts, ES_PART_STUB, "the stub has a doubled or truncated section");
}

static void a_sound_stub_that_cannot_be_used_is_refused(void **state)
{
	static const struct es_test_pe_section sbat[] = { { ".text", 16, 1 },
							  { ".sdmagic", 64, 0 },
							  { ".sbat", 16, 's' } };
	struct es_uki_parts parts = usual_parts();
	uint8_t *mark;

	(void)state;
	es_test_put32(stub_bytes, ES_TEST_PE_OPTIONAL + 112 + 32, (uint32_t)parts.stub.len);
	es_test_put32(stub_bytes, ES_TEST_PE_OPTIONAL + 112 + 36, 8);
	parts.stub.len += 8;
	assert_refused(&parts, ES_PART_SIGNED, "the stub is signed");
	parts = usual_parts();
	parts.stub.len = es_test_pe_make(sbat, 3, stub_bytes);
	mark = stub_bytes + es_test_get32(stub_bytes, es_test_pe_at(1, ES_TEST_PE_ROFF));
	strcpy((char *)mark, "#### LoaderInfo: etcseal-stub 1 ####");
	put_text(&parts, ES_UKI_SBAT, "sbat,1\n");
	assert_refused(&parts, ES_ARGUMENT, "the stub has its own .sbat section, which is kept: leave --sbat out");
}

static void refuses_unsuitable_options(void **state)
{
	static char longest[ES_OPTIONS_MAX + 1];
	struct es_uki_parts parts = usual_parts();

	(void)state;
	refuses_text(ES_UKI_CMDLINE, "quiet\n", ES_ARGUMENT,
		     ".cmdline contains a newline or another control character");
	parts.section[ES_UKI_CMDLINE] = (struct es_span){ (const uint8_t *)"a\0b", 3 };
	assert_refused(&parts, ES_ARGUMENT, ".cmdline contains a newline or another control character");
	refuses_text(ES_UKI_CMDLINE, "k\xc3\xa4se", ES_ARGUMENT, ".cmdline contains a character that isn't ASCII");
	memset(longest, 'x', ES_OPTIONS_MAX);
	refuses_text(ES_UKI_CMDLINE, longest, ES_ARGUMENT, ".cmdline is longer than a kernel accepts");
	refuses_text(ES_UKI_CMDLINE, "quiet etcseal.recovery=123", ES_ARGUMENT,
		     ".cmdline contains a recovery key, which everybody could read there");
	refuses_text(ES_UKI_CMDLINE, "encryptionRecoveryKey=123", ES_ARGUMENT,
		     ".cmdline contains a recovery key, which everybody could read there");
	refuses_text(
	    ES_UKI_CMDLINE,
	    "quiet k=478269/039194/473926/430939/686855/231401/642208/184477/602511/225586/551660/586542/338394/"
	    "092578/687140/267425",
	    ES_ARGUMENT, ".cmdline contains a recovery key, which everybody could read there");
}

static void F12_refuses_each_part_that_is_something_else(void **state)
{
	struct es_uki_parts parts = usual_parts();

	(void)state;
	refuses_text(ES_UKI_INITRD, "no archive", ES_PART_INITRD,
		     ".initrd is neither a cpio archive nor a compressed one");
	refuses_text(ES_UKI_INITRD, "070707 old", ES_PART_INITRD,
		     ".initrd is a cpio archive in an old format; the kernel accepts what cpio -H newc writes");
	refuses_text(ES_UKI_INITRD, "070701 short", ES_PART_INITRD, ".initrd is a truncated or damaged archive");
	parts.section[ES_UKI_INITRD] = parts.section[ES_UKI_LINUX];
	assert_refused(&parts, ES_PART_INITRD, ".initrd is neither a cpio archive nor a compressed one");
	refuses_text(ES_UKI_OSREL, "\x01", ES_PART_KIND, ".osrel isn't text");
	refuses_text(ES_UKI_UCODE, "\x1f\x8b", ES_PART_KIND,
		     ".ucode isn't an uncompressed cpio archive containing kernel/x86/microcode, the only form the "
		     "kernel accepts");
	refuses_text(ES_UKI_SPLASH, "\x89PNG", ES_PART_KIND, ".splash isn't a BMP picture");
	refuses_text(ES_UKI_DTB, "/dts-v1/;", ES_PART_KIND, ".dtb isn't a compiled device tree");
	refuses_text(ES_UKI_UNAME, "6.1 amd64", ES_ARGUMENT,
		     ".uname isn't a kernel release (one word, as uname -r prints it)");
	refuses_text(ES_UKI_SBAT, "name,1\n", ES_PART_KIND,
		     ".sbat isn't an SBAT table (its first line begins with sbat,)");
	refuses_text(ES_UKI_PCRPKEY, "-----BEGIN PRIVATE KEY-----", ES_PART_KIND,
		     ".pcrpkey isn't a public key in PEM form");
	refuses_text(ES_UKI_PCRSIG, "sha256", ES_PART_KIND, ".pcrsig isn't a JSON object");
}

/* Head and detail form one statement, and the advice is about the same part. */
static void F12_head_detail_and_advice_agree(void **state)
{
	static const struct {
		enum es_reason reason;
		const char *head, *advice;
	} rows[] = {
		{ ES_PART_STUB, "stub", "--stub" },
		{ ES_PART_KERNEL, "kernel", "--linux" },
		{ ES_PART_INITRD, "initramfs", "--initrd" },
		{ ES_PART_KIND, "isn't of the kind that its option takes", "each option" },
		{ ES_PART_MACHINE, "different types of machine", "x86-64 or arm64" },
		{ ES_PART_UNSUPPORTED, "type of machine", "x86-64 or arm64" },
		{ ES_PART_SIGNED, "signed", "--sign-key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct es_words *words = es_reason_words(rows[i].reason);

		assert_non_null(strstr(words->what, rows[i].head));
		assert_non_null(strstr(words->next, rows[i].advice));
		assert_null(strstr(words->next, "good copy"));
	}
}

static void accepts_only_a_release_that_uname_could_print(void **state)
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
		     ".uname isn't a kernel release (one word, as uname -r prints it)");
	refuses_text(ES_UKI_UNAME, "6.1\n", ES_ARGUMENT,
		     ".uname isn't a kernel release (one word, as uname -r prints it)");
}

static void reads_a_release_only_if_there_is_one(void **state)
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
	memset(kernel + 0x300, 'x', 0x100); /* without an end */
	assert_false(es_image_kernel_release(s, release));
	es_test_put16(kernel, 0x20e, 0xffff);
	assert_false(es_image_kernel_release(s, release));
	assert_string_equal(release, "6.1.0-test");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_a_missing_or_empty_part),
		cmocka_unit_test(F11_refuses_anything_but_a_kernel),
		cmocka_unit_test(F12_refuses_a_kernel_of_another_machine_type),
		cmocka_unit_test(F11_refuses_anything_but_a_stub),
		cmocka_unit_test(a_sound_stub_that_cannot_be_used_is_refused),
		cmocka_unit_test(refuses_unsuitable_options),
		cmocka_unit_test(F12_refuses_each_part_that_is_something_else),
		cmocka_unit_test(F12_head_detail_and_advice_agree),
		cmocka_unit_test(accepts_only_a_release_that_uname_could_print),
		cmocka_unit_test(reads_a_release_only_if_there_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
