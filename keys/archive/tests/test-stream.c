/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/stream.h"

#include "keys/tests/lib/oracle.h"
#include "keys/tests/lib/tar_image.h"

#include <archive_entry.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Reads all of it; ES_MISSING is a sound end. *ret_members is their number. */
static enum es_reason read_all(struct es_span packed, unsigned *ret_members)
{
	ES_TAR tar = NULL;
	struct archive_entry *e;
	enum es_reason r = es_tar_open(packed, &tar);

	*ret_members = 0;
	while (r == ES_OK) {
		uint8_t data[4096];
		size_t n = 1;

		r = es_tar_next(tar, &e);
		*ret_members += r == ES_OK;
		while (r == ES_OK && n > 0)
			r = es_tar_read(tar, data, sizeof data, &n);
	}
	return r;
}

static void ends(const struct tar_image *t, enum es_reason reason, unsigned members)
{
	ES_BUF packed = tar_packed(t);
	unsigned n;

	assert_int_equal(read_all(es_buf_span(&packed), &n), reason);
	assert_int_equal(n, members);
}

static void three_members(struct tar_image *t)
{
	tar_manifest(t, "[\"/etc\"]");
	tar_folder(t, "tree/etc/");
	tar_file(t, "tree/etc/x", "text");
}

static void a_sound_tar_is_read_to_its_end(void **state)
{
	static const char zeros[20480];
	TAR_IMAGE t = { 0 };

	(void)state;
	three_members(&t);
	tar_end(&t);
	ends(&t, ES_MISSING, 3);
	tar_raw(&t, zeros, sizeof zeros); /* as GNU tar fills its records */
	ends(&t, ES_MISSING, 3);
}

static void a_tar_without_an_end_is_refused(void **state)
{
	static const char zeros[512];
	TAR_IMAGE t = { 0 };

	(void)state;
	three_members(&t);
	ends(&t, ES_FORMAT, 3);
	tar_raw(&t, zeros, sizeof zeros); /* half of it */
	ends(&t, ES_FORMAT, 3);
}

static void nothing_hides_after_the_end(void **state)
{
	static const char zeros[200 << 10];
	TAR_IMAGE near = { 0 };
	TAR_IMAGE far = { 0 };
	TAR_IMAGE more = { 0 };

	(void)state;
	three_members(&near);
	tar_end(&near);
	tar_raw(&near, "x", 1);
	ends(&near, ES_FORMAT, 3);
	tar_raw(&near, zeros, 2048);
	ends(&near, ES_FORMAT, 3);
	three_members(&far);
	tar_end(&far);
	tar_raw(&far, zeros, sizeof zeros);
	tar_raw(&far, "x", 1);
	tar_raw(&far, zeros, sizeof zeros);
	ends(&far, ES_FORMAT, 3);
	three_members(&more);
	tar_end(&more);
	three_members(&more);
	tar_end(&more);
	ends(&more, ES_FORMAT, 3);
}

static void every_truncated_frame_is_refused(void **state)
{
	TAR_IMAGE t = { 0 };
	unsigned n;

	(void)state;
	three_members(&t);
	tar_end(&t);
	ES_BUF packed = tar_packed(&t);
	for (size_t len = 0; len < packed.len; len++)
		assert_int_equal(read_all((struct es_span){ packed.data, len }, &n), ES_FORMAT);
}

static void every_truncated_tar_is_refused(void **state)
{
	TAR_IMAGE t = { 0 };
	unsigned n;

	(void)state;
	tar_pax(&t, "mtime", es_text_span("5.5"));
	three_members(&t);
	tar_end(&t);
	for (size_t len = 0; len < t.len; len++) {
		ES_BUF packed = zstd_packed((struct es_span){ t.tar.data, len });

		assert_int_equal(read_all(es_buf_span(&packed), &n), ES_FORMAT);
	}
}

static void anything_after_the_first_frame_is_refused(void **state)
{
	TAR_IMAGE t = { 0 };
	ES_BUF twice = { NULL, 0 };
	unsigned n;

	(void)state;
	three_members(&t);
	tar_end(&t);
	ES_BUF packed = tar_packed(&t);
	assert_int_equal(es_buf_new(2 * packed.len, &twice), ES_OK);
	memcpy(twice.data, packed.data, packed.len);
	memcpy(twice.data + packed.len, packed.data, packed.len);
	assert_int_equal(read_all(es_buf_span(&twice), &n), ES_FORMAT);
	assert_int_equal(read_all((struct es_span){ twice.data, packed.len + 1 }, &n), ES_FORMAT);
	assert_int_equal(read_all((struct es_span){ twice.data, packed.len }, &n), ES_MISSING);
}

static void other_formats_and_filters_are_not_read(void **state)
{
	static const char *const made[] = { "tar -cf out x", "tar -czf out x",
					    "echo x | cpio -o --quiet | zstd -qc >out", "zstd -qc x >out",
					    "ar rc - x 2>/dev/null | zstd -qc >out; echo >>out" };
	unsigned n;

	oracle_write(state, "x", es_text_span("text\n"));
	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
		assert_int_equal(oracle_shell(state, "%s", made[i]), 0);
		ES_BUF out = oracle_read(state, "out");
		if (read_all(es_buf_span(&out), &n) != ES_FORMAT)
			fail_msg("read: %s", made[i]);
	}
	assert_int_equal(oracle_shell(state, "tar -c --zstd -f out x"), 0);
	ES_BUF out = oracle_read(state, "out");
	assert_int_equal(read_all(es_buf_span(&out), &n), ES_MISSING);
}

static void half_understood_headers_are_refused(void **state)
{
	TAR_IMAGE sum = { 0 };
	TAR_IMAGE pax = { 0 };
	TAR_IMAGE huge = { 0 };
	ES_BUF value = { NULL, 0 };

	(void)state;
	three_members(&sum);
	tar_end(&sum);
	sum.tar.data[149] ^= 1; /* a digit of the first checksum */
	ends(&sum, ES_FORMAT, 0);
	tar_add(&pax, &(struct tar_member){ .name = "pax", .type = 'x', .data = es_text_span("99 path=tree/x\n") });
	three_members(&pax);
	tar_end(&pax);
	ends(&pax, ES_FORMAT, 0);
	assert_int_equal(es_buf_new(2 << 20, &value), ES_OK);
	memset(value.data, 'v', value.len);
	tar_pax(&huge, "comment", es_buf_span(&value));
	three_members(&huge);
	tar_end(&huge);
	ends(&huge, ES_FORMAT, 0);
}

static void a_chain_of_headers_does_not_exhaust_the_stack(void **state)
{
	TAR_IMAGE t = { 0 };

	(void)state;
	for (int i = 0; i < 20000; i++)
		tar_add(&t, &(struct tar_member){ .name = "pax", .type = 'x', .data = es_text_span("10 a=bcde\n") });
	three_members(&t);
	tar_end(&t);
	ends(&t, ES_FORMAT, 0);
}

static void a_bomb_is_capped(void **state)
{
	unsigned n;

	/* 3 GiB of zeros in some 100 KiB: before the tar's end, and after it */
	assert_int_equal(oracle_shell(state, "head -c 3G /dev/zero | zstd -q -o out"), 0);
	ES_BUF out = oracle_read(state, "out");
	assert_int_equal(read_all(es_buf_span(&out), &n), ES_TOO_LARGE);
}

static void a_window_that_would_exhaust_memory_is_refused(void **state)
{
	unsigned n;

	assert_int_equal(oracle_shell(state, "echo x >x; (tar -c x; head -c 300M /dev/zero) | "
					     "zstd -q --ultra -1 --zstd=wlog=27 --long=27 -o out"),
			 0);
	ES_BUF out = oracle_read(state, "out");
	assert_int_equal(read_all(es_buf_span(&out), &n), ES_FORMAT);
}

static void names_are_bytes_in_every_locale(void **state)
{
	ES_LOCALE locale = { NULL, NULL };
	const char *before = setlocale(LC_ALL, "C.UTF-8");

	(void)state;
	assert_non_null(before);
	assert_int_equal(MB_CUR_MAX, 6);
	assert_int_equal(es_locale_c(&locale), ES_OK);
	assert_int_equal(MB_CUR_MAX, 1);
	es_locale_restore(&locale);
	assert_int_equal(MB_CUR_MAX, 6);
	es_locale_restore(&locale);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, oracle_folder_make, oracle_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_tar_is_read_to_its_end),
		cmocka_unit_test(a_tar_without_an_end_is_refused),
		cmocka_unit_test(nothing_hides_after_the_end),
		cmocka_unit_test(every_truncated_frame_is_refused),
		cmocka_unit_test(every_truncated_tar_is_refused),
		cmocka_unit_test(anything_after_the_first_frame_is_refused),
		IN_FOLDER(other_formats_and_filters_are_not_read),
		cmocka_unit_test(half_understood_headers_are_refused),
		cmocka_unit_test(a_chain_of_headers_does_not_exhaust_the_stack),
		IN_FOLDER(a_bomb_is_capped),
		IN_FOLDER(a_window_that_would_exhaust_memory_is_refused),
		cmocka_unit_test(names_are_bytes_in_every_locale),
	};

	return cmocka_run_group_tests_name("archive_stream", tests, NULL, NULL);
}
