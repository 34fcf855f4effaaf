/* SPDX-License-Identifier: Apache-2.0 */
/* The oracles: sbsign, whose signatures contain the hash; efitools; and OVMF, whose event log has the hash of the
 * programs it started. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/authenticode.h"
#include "keys/core/event_log.h"
#include "keys/core/hex.h"
#include "keys/crypto/hash.h"
#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/pe_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char systemd_boot[] = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi";
static const char systemd_stub[] = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

enum { CERTIFICATES = ES_TEST_PE_OPTIONAL + 112 + 32, CHECKSUM = ES_TEST_PE_OPTIONAL + 64 };

struct image {
	uint8_t bytes[ES_TEST_PE_MAX];
	size_t len;
};

static struct es_span span(const struct image *i)
{
	return (struct es_span){ i->bytes, i->len };
}

static void open_sound(struct es_span file, struct es_pe *ret)
{
	assert_int_equal(es_pe_open(file, ES_PE_FILE, ret), ES_OK);
}

static struct es_digest hash(struct es_span file)
{
	struct es_digest digest;
	struct es_pe pe;

	open_sound(file, &pe);
	assert_int_equal(es_authenticode(&pe, es_sha256, &digest), ES_OK);
	return digest;
}

static void assert_same(struct es_digest a, struct es_digest b)
{
	assert_memory_equal(a.bytes, b.bytes, sizeof a.bytes);
}

static void assert_differ(struct es_digest a, struct es_digest b)
{
	assert_memory_not_equal(a.bytes, b.bytes, sizeof a.bytes);
}

/* Signs the file with a fresh key; the caller frees the result. */
static struct es_buf sbsign(void **state, struct es_span file)
{
	oracle_write(state, "image", file);
	assert_int_equal(oracle_shell(state,
				      "[ -e key ] || openssl req -quiet -x509 -newkey rsa:2048 -noenc -keyout key "
				      "-subj /CN=signer -out cert || openssl req -x509 -newkey rsa:2048 -nodes "
				      "-keyout key -subj /CN=signer -out cert"),
			 0);
	assert_int_equal(oracle_shell(state, "sbsign --key key --cert cert --output signed image"), 0);
	return oracle_read(state, "signed");
}

static void assert_sbsign_has_the_same_hash(void **state, struct es_span file)
{
	struct es_digest before = hash(file);
	ES_BUF b = sbsign(state, file);
	struct es_span signature;
	struct es_pe pe;

	assert_same(before, hash(es_buf_span(&b)));
	open_sound(es_buf_span(&b), &pe);
	assert_int_equal(es_pe_signature(&pe, 0, &signature), ES_OK);
	assert_non_null(memmem(signature.data, signature.len, before.bytes, sizeof before.bytes));
	assert_int_equal(es_pe_signature(&pe, 1, &signature), ES_MISSING);
}

static void sbsign_signs_the_same_hash(void **state)
{
	struct image i;

	i.len = es_test_pe_uki(i.bytes);
	assert_sbsign_has_the_same_hash(state, span(&i));
}

/* Neither file's length is a multiple of 8: sbsign would first pad it with zeros, and sign another file than ours. So
 * both are padded here. */
static void sbsign_signs_the_same_hash_of_systemds_programs(void **state)
{
	static const char *const paths[] = { systemd_boot, systemd_stub };

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		ES_BUF file = { NULL, 0 };

		assert_int_equal(oracle_shell(state, "cp %s image && truncate -s %%8 image", paths[i]), 0);
		file = oracle_read(state, "image");
		assert_sbsign_has_the_same_hash(state, es_buf_span(&file));
	}
}

static void assert_efitools_have_the_same_hash(void **state, struct es_span file)
{
	struct es_digest digest = hash(file);
	ES_BUF list = { NULL, 0 };

	oracle_write(state, "image", file);
	assert_int_equal(oracle_shell(state, "hash-to-efi-sig-list image list >said"), 0);
	list = oracle_read(state, "list");
	assert_true(list.len > sizeof digest.bytes);
	assert_memory_equal(list.data + list.len - sizeof digest.bytes, digest.bytes, sizeof digest.bytes);
}

static size_t read_path(const char *path, uint8_t *out, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t len;

	assert_non_null(f); /* run from the top folder */
	len = fread(out, 1, cap, f);
	fclose(f);
	assert_true(len < cap);
	return len;
}

/* The recorded boot went through Debian's systemd-boot: the second EFI program that OVMF measured into PCR 4. */
static void ovmf_measured_the_same_hash(void **state)
{
	static uint8_t log_bytes[64 << 10], program[1 << 20];
	struct es_span log_span = { log_bytes, read_path("keys/core/tests/fixtures/ovmf-etcseal-recovery.log",
							 log_bytes, sizeof log_bytes) };
	struct es_digest digest = hash((struct es_span){ program, read_path(systemd_boot, program, sizeof program) });
	struct es_event_log log;
	struct es_event event;
	unsigned found = 0;

	(void)state;
	assert_int_equal(es_event_log_open(log_span, &log), ES_OK);
	while (es_event_log_next(&log, &event) == ES_OK)
		if (event.pcr == ES_PCR_BOOT_LOADER && (int)event.type == ES_EV_EFI_BOOT_SERVICES_APPLICATION &&
		    es_digest_equal(&event.sha256, &digest))
			found++;
	assert_int_equal(found, 1);
}

static bool counts(struct image *i, size_t at, uint8_t bit)
{
	struct es_digest before = hash(span(i)), after;

	i->bytes[at] ^= bit;
	after = hash(span(i));
	i->bytes[at] ^= bit;
	return !es_digest_equal(&before, &after);
}

static void leaves_out_only_what_signing_changes(void **state)
{
	struct image i;

	(void)state;
	i.len = es_test_pe_uki(i.bytes);
	assert_true(counts(&i, 2, 1));
	for (size_t at = CHECKSUM; at < CHECKSUM + 4; at++)
		assert_false(counts(&i, at, 0x80));
	assert_true(counts(&i, CHECKSUM - 16, 0x80)); /* version numbers, which nothing checks */
	assert_true(counts(&i, CHECKSUM + 4, 0x80));  /* the subsystem */
	assert_true(counts(&i, CERTIFICATES - 1, 0x80));
	for (size_t at = CERTIFICATES; at < CERTIFICATES + 4; at++)
		assert_false(counts(&i, at, 0x80));          /* an offset without a size */
	assert_true(counts(&i, CERTIFICATES + 8 + 8, 0x80)); /* the next directory but one */
	for (size_t at = ES_TEST_PE_HEADERS - 1; at < i.len; at += 97)
		assert_true(counts(&i, at, 1));
	assert_true(counts(&i, i.len - 1, 1));
}

static void takes_sections_in_file_order(void **state)
{
	struct image i, swapped;
	uint32_t off1, off2;

	(void)state;
	i.len = es_test_pe_make(
	    (const struct es_test_pe_section[]){ { ".text", 0x200, 1 }, { ".a", 0x200, 2 }, { ".b", 0x200, 3 } }, 3,
	    i.bytes);
	swapped = i;
	off1 = es_test_get32(i.bytes, es_test_pe_at(1, ES_TEST_PE_ROFF));
	off2 = es_test_get32(i.bytes, es_test_pe_at(2, ES_TEST_PE_ROFF));
	es_test_put32(swapped.bytes, es_test_pe_at(1, ES_TEST_PE_ROFF), off2);
	es_test_put32(swapped.bytes, es_test_pe_at(2, ES_TEST_PE_ROFF), off1);
	assert_int_equal(off1 + 0x200, off2);
	assert_efitools_have_the_same_hash(state, span(&swapped));
}

/* A gap between sections isn't hashed, and the rest is counted from the sum of the sizes, as the firmware does. */
static void agrees_on_a_gap(void **state)
{
	struct image i;

	i.len = es_test_pe_make((const struct es_test_pe_section[]){ { ".text", 0x200, 1 }, { ".a", 0x600, 2 } }, 2,
				i.bytes);
	es_test_put32(i.bytes, es_test_pe_at(1, ES_TEST_PE_RSIZE), 0x200);
	es_test_put32(i.bytes, es_test_pe_at(1, ES_TEST_PE_VSIZE), 0x200);
	es_test_put32(i.bytes, es_test_pe_at(1, ES_TEST_PE_ROFF),
		      es_test_get32(i.bytes, es_test_pe_at(1, ES_TEST_PE_ROFF)) + 0x200);
	assert_efitools_have_the_same_hash(state, span(&i));
}

static void hashes_data_after_the_last_section(void **state)
{
	struct image i;
	struct es_digest before;

	(void)state;
	i.len = es_test_pe_stub(i.bytes);
	before = hash(span(&i));
	memset(i.bytes + i.len, 7, 8);
	i.len += 8;
	assert_differ(before, hash(span(&i)));
	before = hash(span(&i));
	i.bytes[i.len - 1] ^= 1;
	assert_differ(before, hash(span(&i)));
}

/* Adds a certificate table of len bytes after the image; the caller fills it. */
static uint8_t *add_table(struct image *i, uint32_t len)
{
	uint8_t *table = i->bytes + i->len;

	memset(table, 0, len);
	es_test_put32(i->bytes, CERTIFICATES, (uint32_t)i->len);
	es_test_put32(i->bytes, CERTIFICATES + 4, len);
	i->len += len;
	return table;
}

static void put_certificate(uint8_t *at, uint32_t len, uint16_t revision, uint16_t type)
{
	es_test_put32(at, 0, len);
	es_test_put16(at, 4, revision);
	es_test_put16(at, 6, type);
}

static enum es_reason signature_of(const struct image *i, unsigned n, struct es_span *ret)
{
	struct es_pe pe;

	open_sound(span(i), &pe);
	return es_pe_signature(&pe, n, ret);
}

static void reads_several_signatures_in_order(void **state)
{
	struct es_span s;
	struct image i;
	uint8_t *table;

	(void)state;
	i.len = es_test_pe_stub(i.bytes);
	assert_int_equal(signature_of(&i, 0, &s), ES_MISSING);
	table = add_table(&i, 16 + 11);
	put_certificate(table, 13, 0x0200, 2);
	put_certificate(table + 16, 11, 0x0200, 2);
	assert_int_equal(signature_of(&i, 0, &s), ES_OK);
	assert_ptr_equal(s.data, table + 8);
	assert_int_equal(s.len, 5);
	assert_int_equal(signature_of(&i, 1, &s), ES_OK);
	assert_ptr_equal(s.data, table + 24);
	assert_int_equal(s.len, 3);
	assert_int_equal(signature_of(&i, 2, &s), ES_MISSING);
}

static void refuses_a_broken_table(void **state)
{
	static const struct {
		uint32_t len;
		uint16_t revision, type;
		enum es_reason reason;
	} bad[] = {
		{ 7, 0x0200, 2, ES_FORMAT },          { 0, 0x0200, 2, ES_FORMAT },   { 17, 0x0200, 2, ES_FORMAT },
		{ 0xffffffff, 0x0200, 2, ES_FORMAT }, { 16, 0x0100, 2, ES_VERSION }, { 16, 0x0200, 1, ES_VERSION },
	};
	struct es_span s;
	struct image i;

	(void)state;
	for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
		i.len = es_test_pe_stub(i.bytes);
		put_certificate(add_table(&i, 16), bad[n].len, bad[n].revision, bad[n].type);
		assert_int_equal(signature_of(&i, 0, &s), bad[n].reason);
	}
	i.len = es_test_pe_stub(i.bytes);
	add_table(&i, 3);
	assert_int_equal(signature_of(&i, 0, &s), ES_FORMAT);
}

static void refuses_bytes_after_the_signatures(void **state)
{
	struct es_digest digest;
	struct image i;
	struct es_pe pe;

	(void)state;
	i.len = es_test_pe_stub(i.bytes);
	put_certificate(add_table(&i, 16), 16, 0x0200, 2);
	open_sound(span(&i), &pe);
	assert_int_equal(es_authenticode(&pe, es_sha256, &digest), ES_OK);
	i.bytes[i.len++] = 0;
	open_sound(span(&i), &pe);
	assert_int_equal(es_authenticode(&pe, es_sha256, &digest), ES_FORMAT);
}

static bool no_hash(const struct es_span *parts, size_t count, struct es_digest *ret)
{
	(void)parts;
	(void)count;
	(void)ret;
	return false;
}

static void reports_a_hash_function_that_fails(void **state)
{
	struct es_digest digest;
	struct image i;
	struct es_pe pe;

	(void)state;
	i.len = es_test_pe_stub(i.bytes);
	open_sound(span(&i), &pe);
	assert_int_equal(es_authenticode(&pe, no_hash, &digest), ES_CRYPTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sbsign_signs_the_same_hash),
		cmocka_unit_test(sbsign_signs_the_same_hash_of_systemds_programs),
		cmocka_unit_test(ovmf_measured_the_same_hash),
		cmocka_unit_test(leaves_out_only_what_signing_changes),
		cmocka_unit_test(takes_sections_in_file_order),
		cmocka_unit_test(agrees_on_a_gap),
		cmocka_unit_test(hashes_data_after_the_last_section),
		cmocka_unit_test(reads_several_signatures_in_order),
		cmocka_unit_test(refuses_a_broken_table),
		cmocka_unit_test(refuses_bytes_after_the_signatures),
		cmocka_unit_test(reports_a_hash_function_that_fails),
	};

	return cmocka_run_group_tests(tests, oracle_folder_make, oracle_folder_remove);
}
