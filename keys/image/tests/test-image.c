/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/event_log.h"
#include "keys/core/hex.h"
#include "keys/core/labels.h"
#include "keys/crypto/hash.h"
#include "keys/image/image.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/pe_image.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char systemd_stub[] = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

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
	enum es_reason r = es_image_build(parts, &image, said);

	assert_string_equal(said, detail);
	assert_int_equal(r, expected);
	assert_null(image.data);
}

static void builds_an_image_that_inspect_reads_back(void **state)
{
	struct es_uki_parts parts = usual_parts();
	char detail[ES_IMAGE_DETAIL];
	struct es_uki uki;
	struct es_pe pe;
	ES_BUF image = { 0 };

	(void)state;
	put_text(&parts, ES_UKI_OSREL, "ID=debian\nNAME=\"Debi\xc3\xa4n\"\n");
	put_text(&parts, ES_UKI_UNAME, "6.1.0-56-amd64");
	put_text(&parts, ES_UKI_SBAT, "sbat,1,SBAT Version\n");
	assert_int_equal(es_image_build(&parts, &image, detail), ES_OK);
	assert_string_equal(detail, "");
	assert_int_equal(es_pe_open(es_buf_span(&image), ES_PE_FILE, &pe), ES_OK);
	assert_int_equal(es_uki_find(&pe, ES_PE_FILE, &uki), ES_OK);
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		assert_int_equal(uki.present[i], parts.present[i]);
		assert_int_equal(uki.section[i].len, parts.section[i].len);
		if (parts.present[i])
			assert_memory_equal(uki.section[i].data, parts.section[i].data, parts.section[i].len);
	}
}

/* A bzImage header with its release at 0x300. */
/* The parts that systemd-measure of Debian 12 supports. */
static const struct {
	enum es_uki_section which;
	const char *option, *content;
} measured[] = {
	{ ES_UKI_LINUX, "linux", "kernel" },
	{ ES_UKI_OSREL, "osrel", "ID=debian\n" },
	{ ES_UKI_CMDLINE, "cmdline", "quiet" },
	{ ES_UKI_INITRD, "initrd", "initrd of some bytes" },
	{ ES_UKI_SPLASH, "splash", "BM splash" },
	{ ES_UKI_DTB, "dtb",
	  "\xd0\x0d\xfe\xed"
	  "dtb" },
	{ ES_UKI_PCRPKEY, "pcrpkey", "-----BEGIN PUBLIC KEY-----\n" },
};

enum { MEASURED = sizeof measured / sizeof measured[0] };

static void assert_as_systemd_measure(void **state, unsigned subset)
{
	char options[512] = "", hex[65], line[128];
	struct es_uki uki = { 0 };
	struct es_digest pcr;
	struct es_buf said;

	for (unsigned i = 0; i < MEASURED; i++) {
		size_t n = strlen(options);

		if ((subset & 1u << i) == 0)
			continue;
		uki.present[measured[i].which] = true;
		uki.section[measured[i].which] = es_text_span(measured[i].content);
		snprintf(options + n, sizeof options - n, " --%s=%s", measured[i].option, measured[i].option);
	}
	assert_int_equal(
	    oracle_shell(state, "/usr/lib/systemd/systemd-measure calculate --bank=sha256 --phase=%s >said", options),
	    0);
	said = oracle_read(state, "said");
	assert_int_equal(es_image_predict_pcr11(&uki, &pcr), ES_OK);
	es_hex_encode(pcr.bytes, sizeof pcr.bytes, hex);
	snprintf(line, sizeof line, "11:sha256=%s\n", hex);
	assert_int_equal(said.len, strlen(line));
	assert_memory_equal(said.data, line, said.len);
	es_buf_free(&said);
}

static void predicts_pcr_11_as_systemd_measure_does(void **state)
{
	for (unsigned i = 0; i < MEASURED; i++)
		oracle_write(state, measured[i].option, es_text_span(measured[i].content));
	/* each includes the kernel, which it requires */
	for (unsigned subset = 1; subset < 1u << MEASURED; subset += 2)
		assert_as_systemd_measure(state, subset);
}

/* Sections that systemd-measure of Debian 12 doesn't know: as FORMAT.md, "Measurements", orders them; .pcrsig never. */
static void predicts_the_newer_sections_in_their_order(void **state)
{
	static const enum es_uki_section order[] = { ES_UKI_LINUX, ES_UKI_INITRD, ES_UKI_UCODE, ES_UKI_SPLASH,
						     ES_UKI_DTB,   ES_UKI_UNAME,  ES_UKI_SBAT,  ES_UKI_PCRPKEY };
	static const char *const names[] = { ".linux", ".initrd", ".ucode", ".splash",
					     ".dtb",   ".uname",  ".sbat",  ".pcrpkey" };
	struct es_digest expected = { 0 }, pcr;
	struct es_uki uki = { .present = { [ES_UKI_PCRSIG] = true } };

	(void)state;
	uki.section[ES_UKI_PCRSIG] = es_text_span("{}");
	for (unsigned i = 0; i < 8; i++) {
		struct es_span name = { (const uint8_t *)names[i], strlen(names[i]) + 1 };

		uki.present[order[i]] = true;
		uki.section[order[i]] = es_text_span(names[7 - i]);
		assert_true(es_pcr_event(&expected, name, es_sha256));
		assert_true(es_pcr_event(&expected, uki.section[order[i]], es_sha256));
	}
	assert_int_equal(es_image_predict_pcr11(&uki, &pcr), ES_OK);
	assert_true(es_digest_equal(&pcr, &expected));
}

/* sha256(zeros || sha256(UTF-16LE including its NUL)), computed with openssl and iconv. */
static void predicts_pcr_12_as_openssl_computes_it(void **state)
{
	struct es_digest pcr, zeros = { 0 };
	struct es_uki none = { 0 };
	struct es_buf said;

	assert_int_equal(oracle_shell(state,
				      "step() { { cat pcr; openssl dgst -sha256 -binary; } | openssl dgst -sha256 "
				      "-binary >new && mv new pcr; }; "
				      "head -c32 /dev/zero >pcr; printf '%s' | step; cp pcr recovery; "
				      "printf 'quiet init=/bin/sh\\0' | iconv -f ASCII -t UTF-16LE | step",
				      ES_RECOVERY_EVENT),
			 0);
	said = oracle_read(state, "pcr");
	assert_int_equal(es_image_predict_pcr12(&none, "quiet init=/bin/sh", true, &pcr), ES_OK);
	assert_memory_equal(said.data, pcr.bytes, 32);
	es_buf_free(&said);
	said = oracle_read(state, "recovery");
	assert_int_equal(es_image_predict_pcr12(&none, "", true, &pcr), ES_OK);
	assert_memory_equal(said.data, pcr.bytes, 32);
	es_buf_free(&said);
	assert_int_equal(es_image_predict_pcr12(&none, "", false, &pcr), ES_OK);
	assert_true(es_digest_equal(&pcr, &zeros));
	assert_int_equal(es_image_predict_pcr12(&none, "k\xc3\xa4se", false, &pcr), ES_ARGUMENT);
}

/* systemd-boot's own event in the recorded boot, which precedes the stub's. */
static bool is_of_the_menu(const struct es_event *event)
{
	return event->index == 26;
}

/* What the stub measured in OVMF, with these options and a recovery key among them: keys/core/tests/fixtures. */
static void predicts_pcr_12_as_the_stub_left_it(void **state)
{
	static uint8_t bytes[16384];
	FILE *f = fopen("keys/core/tests/fixtures/ovmf-etcseal-recovery.log", "rb");
	struct es_pcr_values values;
	struct es_uki none = { 0 };
	struct es_digest pcr;
	size_t len;

	(void)state;
	assert_non_null(f); /* run from the top folder */
	len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	assert_int_equal(es_event_log_replay((struct es_span){ bytes, len }, es_sha256, is_of_the_menu, &values),
			 ES_OK);
	assert_int_equal(es_image_predict_pcr12(&none, "debug extra=1", true, &pcr), ES_OK);
	assert_true(es_digest_equal(&pcr, &values.value[ES_PCR_OPTIONS]));
}

/* How the stub changes options before it measures them. */
static void predicts_pcr_12_of_options_that_the_stub_cleans(void **state)
{
	struct es_uki none = { 0 }, uki = { 0 };
	struct es_digest clean, pcr, zeros = { 0 };

	(void)state;
	uki.present[ES_UKI_CMDLINE] = true;
	uki.section[ES_UKI_CMDLINE] = es_text_span(" quiet root=x\n");
	assert_int_equal(es_image_predict_pcr12(&none, "quiet root=x", false, &clean), ES_OK);
	assert_int_equal(es_image_predict_pcr12(&none, "\t quiet\troot=x\n ", false, &pcr), ES_OK);
	assert_true(es_digest_equal(&pcr, &clean));
	assert_int_equal(es_image_predict_pcr12(&uki, "quiet root=x ", false, &pcr), ES_OK);
	assert_true(es_digest_equal(&pcr, &zeros));
	assert_int_equal(es_image_predict_pcr12(&uki, "quiet root=y", false, &pcr), ES_OK);
	assert_false(es_digest_equal(&pcr, &zeros));
	assert_int_equal(es_image_predict_pcr12(&uki, "  ", false, &pcr), ES_OK);
	assert_true(es_digest_equal(&pcr, &zeros));
}

/* Debian's own kernel with systemd's stub; the release is the one in the file's name. */
static void builds_from_debians_kernel(void **state)
{
	struct es_uki_parts parts = usual_parts();
	char detail[ES_IMAGE_DETAIL], release[ES_KERNEL_RELEASE];
	struct es_buf stub, kernel;
	ES_BUF image = { 0 };
	const char *name;
	glob_t found;

	assert_int_equal(glob("/boot/vmlinuz-*", 0, NULL, &found), 0);
	name = strrchr(found.gl_pathv[0], '/') + 1;
	assert_int_equal(oracle_shell(state, "cp %s kernel && cp %s stub", found.gl_pathv[0], systemd_stub), 0);
	stub = oracle_read(state, "stub");
	kernel = oracle_read(state, "kernel");
	parts.stub = es_buf_span(&stub);
	parts.section[ES_UKI_LINUX] = es_buf_span(&kernel);
	assert_int_equal(es_image_build(&parts, &image, detail), ES_OK);
	assert_true(es_image_kernel_release(es_buf_span(&kernel), release));
	assert_string_equal(release, name + strlen("vmlinuz-"));
	parts.section[ES_UKI_LINUX].len /= 2;
	assert_refused(&parts, ES_PART_KERNEL, ".linux is truncated, or was built without CONFIG_EFI_STUB");
	assert_false(es_image_kernel_release((struct es_span){ kernel.data, 0x210 }, release));
	assert_false(es_image_kernel_release(es_text_span("no kernel"), release));
	es_buf_free(&stub);
	es_buf_free(&kernel);
	globfree(&found);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_an_image_that_inspect_reads_back),
		cmocka_unit_test(predicts_pcr_11_as_systemd_measure_does),
		cmocka_unit_test(predicts_the_newer_sections_in_their_order),
		cmocka_unit_test(predicts_pcr_12_as_openssl_computes_it),
		cmocka_unit_test(predicts_pcr_12_as_the_stub_left_it),
		cmocka_unit_test(predicts_pcr_12_of_options_that_the_stub_cleans),
		cmocka_unit_test(builds_from_debians_kernel),
	};

	return cmocka_run_group_tests(tests, oracle_folder_make, oracle_folder_remove);
}
