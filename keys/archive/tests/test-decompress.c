/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/decompress.h"

#include "keys/tests/lib/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct {
	const char *program;
	enum es_compression kind;
} programs[] = {
	{ "gzip", ES_COMPRESSION_GZIP }, { "bzip2", ES_COMPRESSION_BZIP2 },     { "xz", ES_COMPRESSION_XZ },
	{ "lzma", ES_COMPRESSION_LZMA }, { "zstd -q -c", ES_COMPRESSION_ZSTD }, { "lz4 -l -c", ES_COMPRESSION_LZ4 },
};

static void a_stream_is_read_in_pieces_to_its_own_end(void **state)
{
	assert_int_equal(oracle_shell(state, "seq 100000 >plain"), 0);
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		ES_DECOMPRESSOR d = NULL;
		ES_BUF plain = oracle_read(state, "plain"), packed = { NULL, 0 };
		uint8_t piece[1000];
		size_t have, at = 0;

		assert_int_equal(oracle_shell(state, "%s <plain >one && (cat one; head -c 512 /dev/zero) >packed",
					      programs[i].program),
				 0);
		packed = oracle_read(state, "packed");
		assert_int_equal(es_compression_of(es_buf_span(&packed)), programs[i].kind);
		assert_int_equal(es_decompress_open(programs[i].kind, es_buf_span(&packed), &d), ES_OK);
		do {
			assert_int_equal(es_decompress_read(d, piece, sizeof piece, &have), ES_OK);
			assert_true(have <= plain.len - at);
			assert_memory_equal(piece, plain.data + at, have);
			at += have;
		} while (have == sizeof piece);
		assert_int_equal(at, plain.len);
		assert_int_equal(es_decompress_used(d), packed.len - 512);
	}
}

static void a_truncated_stream_is_damaged(void **state)
{
	assert_int_equal(oracle_shell(state, "seq 100000 >plain"), 0);
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		ES_DECOMPRESSOR d = NULL;
		ES_BUF packed = { NULL, 0 }, out = { NULL, 0 };
		size_t have;

		assert_int_equal(oracle_shell(state, "%s <plain | head -c 5000 >packed", programs[i].program), 0);
		packed = oracle_read(state, "packed");
		assert_int_equal(es_buf_new(1 << 20, &out), ES_OK);
		assert_int_equal(es_decompress_open(programs[i].kind, es_buf_span(&packed), &d), ES_OK);
		assert_int_equal(es_decompress_read(d, out.data, out.len, &have), ES_FORMAT);
	}
}

static void what_cannot_be_read_is_refused(void **state)
{
	struct es_span text = es_text_span("no archive"), lzo = es_text_span("\x89LZO\n");
	struct es_decompressor *d = NULL;

	(void)state;
	assert_int_equal(es_compression_of(text), ES_COMPRESSION_NONE);
	assert_int_equal(es_compression_of((struct es_span){ NULL, 0 }), ES_COMPRESSION_NONE);
	assert_int_equal(es_compression_of(lzo), ES_COMPRESSION_LZO);
	assert_int_equal(es_decompress_open(ES_COMPRESSION_LZO, lzo, &d), ES_VERSION);
	assert_int_equal(es_decompress_open(ES_COMPRESSION_NONE, text, &d), ES_VERSION);
	assert_null(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_stream_is_read_in_pieces_to_its_own_end, oracle_folder_make,
						oracle_folder_remove),
		cmocka_unit_test_setup_teardown(a_truncated_stream_is_damaged, oracle_folder_make,
						oracle_folder_remove),
		cmocka_unit_test(what_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
