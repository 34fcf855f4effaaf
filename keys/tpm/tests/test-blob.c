/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/blob.h"

#include "keys/tests/lib/tpm_fixture.h"
#include "keys/tpm/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Offsets in a serialised SRK: handle, Name (2 + 34), kind, TPM2B_PUBLIC. */
enum { AT_NAME = 4, AT_KIND = 4 + 2 + 34, AT_PUBLIC = AT_KIND + 4 };

typedef bool read_fn(struct es_span in);

static bool read_srk(struct es_span in)
{
	TPM2B_PUBLIC p = { 0 };

	return es_srk_blob_read(in, &p);
}

static bool read_public(struct es_span in)
{
	TPM2B_PUBLIC p = { 0 };

	return es_sealed_public_read(in, &p);
}

static bool read_private(struct es_span in)
{
	TPM2B_PRIVATE p = { 0 };

	return es_sealed_private_read(in, &p);
}

/* Truncated anywhere, or with a byte after it, it is refused; complete it isn't. Exact copies, so that ASan sees an
 * overread. */
static void assert_exact(struct es_buf *blob, read_fn *read)
{
	uint8_t *longer = malloc(blob->len + 1);

	assert_true(read(es_buf_span(blob)));
	assert_non_null(longer);
	memcpy(longer, blob->data, blob->len);
	longer[blob->len] = 0;
	assert_false(read((struct es_span){ longer, blob->len + 1 }));
	free(longer);
	for (size_t len = 0; len < blob->len; len++) {
		ES_BUF cut = { 0 };

		assert_int_equal(es_buf_copy((struct es_span){ blob->data, len }, &cut), ES_OK);
		assert_false(read(es_buf_span(&cut)));
	}
	assert_false(read((struct es_span){ NULL, 0 }));
}

static void a_truncated_or_too_long_blob_is_refused(void **state)
{
	struct tpm_fixture *f = *state;

	assert_exact(&f->srk, read_srk);
	assert_exact(&f->public_part, read_public);
	assert_exact(&f->private_part, read_private);
}

static bool srk_with(struct tpm_fixture *f, size_t at, uint8_t value)
{
	ES_BUF blob = { 0 };

	assert_int_equal(es_buf_copy(es_buf_span(&f->srk), &blob), ES_OK);
	assert_true(at < blob.len && blob.data[at] != value);
	blob.data[at] = value;
	return read_srk(es_buf_span(&blob));
}

static void an_srk_at_another_handle_is_refused(void **state)
{
	assert_false(srk_with(*state, 3, 0x02));
	assert_false(srk_with(*state, 0, 0x80));
}

static void a_name_of_another_size_is_refused(void **state)
{
	assert_false(srk_with(*state, AT_NAME + 1, 33));
	assert_false(srk_with(*state, AT_NAME, 0xff));
}

static void an_nv_index_is_refused_as_an_srk(void **state)
{
	assert_false(srk_with(*state, AT_KIND + 3, 2));
}

static void a_written_nv_index_is_read_back_and_accepted_by_esapi(void **state)
{
	const TPMS_NV_PUBLIC public = es_counter_template(0x0180e5ea);
	const TPM2B_NAME name = { .size = 2 + ES_SHA256_LEN };
	uint8_t bytes[ES_NV_BLOB_MAX];
	TPMS_NV_PUBLIC got = { 0 };
	size_t len = es_nv_blob_write(&public, &name, bytes);

	(void)state;
	assert_true(len > 0 && len <= sizeof bytes);
	assert_true(es_nv_blob_read((struct es_span){ bytes, len }, &got));
	assert_int_equal(got.nvIndex, public.nvIndex);
	assert_int_equal(got.attributes, public.attributes);
	assert_int_equal(got.dataSize, public.dataSize);
	assert_false(es_nv_blob_read((struct es_span){ bytes, len - 1 }, &got));
}

static void a_public_size_beyond_the_end_is_refused(void **state)
{
	assert_false(srk_with(*state, AT_PUBLIC, 0xff));
	assert_false(srk_with(*state, AT_PUBLIC + 1, 0xff));
}

static void a_key_type_that_does_not_fit_is_refused(void **state)
{
	assert_false(srk_with(*state, AT_PUBLIC + 3, 0x08)); /* KEYEDHASH */
	assert_false(srk_with(*state, AT_PUBLIC + 3, 0x01)); /* RSA with an ECC key's bytes */
	assert_false(srk_with(*state, AT_PUBLIC + 5, 0x04)); /* named with SHA-1 */
}

static void a_sealed_object_that_is_a_key_is_refused(void **state)
{
	struct tpm_fixture *f = *state;

	/* Well-formed on its own: the SRK's own public area. */
	assert_false(read_public((struct es_span){ f->srk.data + AT_PUBLIC, f->srk.len - AT_PUBLIC }));
	f->public_part.data[3] = 0x23; /* ECC */
	assert_false(read_public(es_buf_span(&f->public_part)));
}

static void over_the_cap_is_refused(void **state)
{
	static uint8_t zeros[ES_TPM_PUBLIC_MAX + 1];
	const struct es_span big = { zeros, sizeof zeros };

	(void)state;
	assert_false(read_srk(big));
	assert_false(read_public(big));
	assert_false(read_private(big));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tpm_fixture_make, tpm_fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_truncated_or_too_long_blob_is_refused),
		TEST(an_srk_at_another_handle_is_refused),
		TEST(a_name_of_another_size_is_refused),
		TEST(an_nv_index_is_refused_as_an_srk),
		cmocka_unit_test(a_written_nv_index_is_read_back_and_accepted_by_esapi),
		TEST(a_public_size_beyond_the_end_is_refused),
		TEST(a_key_type_that_does_not_fit_is_refused),
		TEST(a_sealed_object_that_is_a_key_is_refused),
		cmocka_unit_test(over_the_cap_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
