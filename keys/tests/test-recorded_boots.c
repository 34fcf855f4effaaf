/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the logs of real boots (keys/core/tests/fixtures), without their images, which are large: what vouched for the
 * program that was loaded last, shim's part in it, and the judgement as far as it goes. With the images: tests-ovmf.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/hex.h"
#include "keys/image/booted.h"
#include "keys/image/secure_boot.h"
#include "keys/store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL "sbat,1,2025021800\nshim,4\ngrub,5\n"

struct recorded {
	struct es_buf log;
	struct es_pcr_values read;
};

static void read_fixture(const char *name, const char *suffix, struct es_buf *ret)
{
	char path[128];

	snprintf(path, sizeof path, "keys/core/tests/fixtures/%s%s", name, suffix);
	assert_int_equal(es_file_read(AT_FDCWD, path, 65536, ret), ES_OK); /* run from the top folder */
}

static void load(const char *name, struct recorded *ret)
{
	ES_BUF pcrs = { NULL, 0 };
	char text[1024], *rest = NULL;

	memset(ret, 0, sizeof *ret);
	read_fixture(name, ".log", &ret->log);
	read_fixture(name, ".pcrs", &pcrs);
	assert_true(pcrs.len < sizeof text);
	memcpy(text, pcrs.data, pcrs.len);
	text[pcrs.len] = '\0';
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		unsigned pcr;
		char hex[65];

		assert_int_equal(sscanf(line, "%u %64s", &pcr, hex), 2);
		assert_true(es_hex_decode(hex, ret->read.value[pcr].bytes, ES_SHA256_LEN));
		ret->read.present |= ES_PCR_BIT(pcr);
	}
}

static void judges_a_recorded_boot_as_far_as_its_log_allows(void **state)
{
	static const struct {
		const char *name;
		enum es_secure_boot_state is;
		const char *detail;
	} rows[] = {
		{ "ovmf-shim-mok", ES_SECURE_BOOT_NO_FILE,
		  "/EFI/BOOT/grubx64.efi; a MOK vouched for what was loaded last" },
		{ "ovmf-shim-hash", ES_SECURE_BOOT_NO_FILE,
		  "/EFI/BOOT/grubx64.efi; a hash vouched for what was loaded last" },
		{ "ovmf-db-hash", ES_SECURE_BOOT_NO_FILE,
		  "/EFI/BOOT/BOOTX64.EFI; a hash vouched for what was loaded last" },
		{ "ovmf-shim-checks-nothing", ES_SECURE_BOOT_SHIM_OFF, "" },
		{ "ovmf-setup-mode", ES_SECURE_BOOT_SETUP, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct es_secure_boot_request q = { .stub = true, .variable_on = true };
		struct es_secure_boot judged;
		struct recorded r;

		load(rows[i].name, &r);
		q.log = es_buf_span(&r.log);
		q.read = &r.read;
		es_secure_boot_judge(&q, &judged);
		if (judged.state != rows[i].is)
			fail_msg("%s: %s (%s)", rows[i].name, es_secure_boot_words(judged.state)->id, judged.detail);
		assert_string_equal(judged.detail, rows[i].detail);
		es_buf_free(&r.log);
	}
}

static void finds_shims_part_and_its_sbat_level(void **state)
{
	static const struct {
		const char *name;
		bool shim;
	} rows[] = { { "ovmf-shim-mok", true },
		     { "ovmf-shim-hash", true },
		     { "ovmf-shim-checks-nothing", true },
		     { "ovmf-db-hash", false },
		     { "ovmf-setup-mode", false } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct es_shim_part part;
		struct recorded r;

		load(rows[i].name, &r);
		es_shim_part(es_buf_span(&r.log), &part);
		assert_int_equal(part.present, rows[i].shim);
		assert_int_equal(part.loaded_last, rows[i].shim);
		assert_int_equal(part.has_level, rows[i].shim);
		if (rows[i].shim) {
			assert_int_equal(part.level.len, strlen(LEVEL));
			assert_memory_equal(part.level.data, LEVEL, strlen(LEVEL));
		}
		es_buf_free(&r.log);
	}
}

static void finds_the_entry_that_vouched_last(void **state)
{
	static const struct {
		const char *name;
		bool found, direct, is_hash;
		enum es_authority_list list;
	} rows[] = {
		{ "ovmf-shim-mok", true, true, false, ES_AUTHORITY_MOK },
		{ "ovmf-shim-hash", true, true, true, ES_AUTHORITY_MOK },
		{ "ovmf-db-hash", true, true, true, ES_AUTHORITY_DB },
		{ "ovmf-shim-checks-nothing", true, false, false, ES_AUTHORITY_DB }, /* for shim itself */
		{ "ovmf-setup-mode", false, false, false, ES_AUTHORITY_DB },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct es_authority authority = { .is_hash = false };
		struct recorded r;
		bool direct;

		load(rows[i].name, &r);
		assert_int_equal(es_authority_last(es_buf_span(&r.log), &authority, &direct), rows[i].found);
		assert_int_equal(direct, rows[i].direct);
		if (rows[i].found) {
			assert_int_equal(authority.is_hash, rows[i].is_hash);
			assert_int_equal(authority.list, rows[i].list);
			assert_int_equal(authority.entry.len, authority.data.len + 16);
		}
		es_buf_free(&r.log);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_a_recorded_boot_as_far_as_its_log_allows),
		cmocka_unit_test(finds_shims_part_and_its_sbat_level),
		cmocka_unit_test(finds_the_entry_that_vouched_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
