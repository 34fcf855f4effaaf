/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/out.h"

#include "keys/tests/lib/oracle.h"

#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void entry_free(struct archive_entry **e)
{
	archive_entry_free(*e);
}
#define ENTRY ES_SCOPED(entry_free) struct archive_entry *

static enum es_reason add(struct es_tar_out *out, const char *name, struct es_span data)
{
	ENTRY e = archive_entry_new();

	assert_non_null(e);
	archive_entry_copy_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_size(e, (la_int64_t)data.len);
	return es_tar_out_add(out, e, data);
}

/* Incompressible bytes. */
static struct es_buf noise(size_t len)
{
	struct es_buf b = { NULL, 0 };
	uint64_t x = 88172645463325252u;

	assert_int_equal(es_buf_new(len, &b), ES_OK);
	for (size_t i = 0; i + 8 <= len; i += 8) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(b.data + i, &x, 8);
	}
	return b;
}

static void gnu_tar_and_zstd_read_it(void **state)
{
	ES_TAR_OUT out = NULL;
	ES_BUF packed = { NULL, 0 };
	ES_BUF large = noise(3 << 20); /* more than one step of growth */

	assert_int_equal(es_tar_out_new(&out), ES_OK);
	assert_int_equal(add(out, "small", es_text_span("text")), ES_OK);
	assert_int_equal(add(out, "empty", es_text_span("")), ES_OK);
	assert_int_equal(add(out, "large", es_buf_span(&large)), ES_OK);
	assert_int_equal(es_tar_out_end(out, &packed), ES_OK);
	oracle_write(state, "out", es_buf_span(&packed));
	oracle_write(state, "want", es_buf_span(&large));
	assert_int_equal(oracle_shell(state, "zstd -tq out && tar --zstd -xf out && cmp large want && "
					     "test \"$(cat small)\" = text && test ! -s empty"),
			 0);
}

static void output_over_the_cap_is_too_large(void **state)
{
	ES_TAR_OUT out = NULL;
	ES_BUF large = noise(16 << 20);
	enum es_reason r = ES_OK;
	int n = 0;

	(void)state;
	assert_int_equal(es_tar_out_new(&out), ES_OK);
	while (r == ES_OK && n < 8) {
		r = add(out, "large", es_buf_span(&large));
		n++;
	}
	assert_int_equal(r, ES_TOO_LARGE);
	assert_in_range(n, 4, 5); /* the compressor holds some data back */
}

static void an_unfinished_archive_can_be_freed(void **state)
{
	ES_TAR_OUT out = NULL;
	ES_TAR_OUT none = NULL;

	(void)state;
	(void)none;
	assert_int_equal(es_tar_out_new(&out), ES_OK);
	assert_int_equal(add(out, "small", es_text_span("text")), ES_OK);
}

static void freeing_leaves_an_empty_buffer(void **state)
{
	struct es_buf b = { NULL, 0 };

	(void)state;
	es_plain_buf_free(&b);
	assert_int_equal(es_buf_copy(es_text_span("plain"), &b), ES_OK);
	es_plain_buf_free(&b);
	assert_null(b.data);
	assert_int_equal(b.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gnu_tar_and_zstd_read_it, oracle_folder_make, oracle_folder_remove),
		cmocka_unit_test(output_over_the_cap_is_too_large),
		cmocka_unit_test(an_unfinished_archive_can_be_freed),
		cmocka_unit_test(freeing_leaves_an_empty_buffer),
	};

	return cmocka_run_group_tests_name("archive_out", tests, NULL, NULL);
}
