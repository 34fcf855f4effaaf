/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/signature_list.h"
#include "keys/tests/lib/oracle.h"

#include <string.h>

enum { LIST_SIZE_AT = 16, HEADER_SIZE_AT = 20, ENTRY_SIZE_AT = 24, HEADER = 28 };

static void reads_what_efitools_write(void **state)
{
	ES_BUF lists = { NULL, 0 };
	ES_BUF der = { NULL, 0 };
	struct es_signature_list list;
	struct es_signature s;

	assert_int_equal(oracle_shell(state, "%s",
				      "for n in a b; do openssl req -x509 -newkey rsa:2048 -nodes -keyout $n.key "
				      "-subj /CN=$n -out $n.pem; done; "
				      "openssl x509 -in b.pem -outform DER -out b.der; "
				      "cert-to-efi-sig-list -g 7b3f0d52-0a4e-4b61-9d6e-2f10c7a0e501 a.pem a.esl && "
				      "cert-to-efi-sig-list -g 7b3f0d52-0a4e-4b61-9d6e-2f10c7a0e501 b.pem b.esl && "
				      "cert-to-efi-hash-list -s 256 -t 0 b.pem c.esl && cat a.esl b.esl c.esl >all"),
			 0);
	lists = oracle_read(state, "all");
	der = oracle_read(state, "b.der");
	es_signature_list_open(es_buf_span(&lists), &list);
	assert_int_equal(es_signature_list_next(&list, &s), ES_OK);
	assert_int_equal(s.kind, ES_SIGNATURE_X509);
	assert_int_equal(es_signature_list_next(&list, &s), ES_OK);
	assert_int_equal(s.kind, ES_SIGNATURE_X509);
	assert_int_equal(s.data.len, der.len);
	assert_memory_equal(s.data.data, der.data, der.len);
	assert_int_equal(s.entry.len, der.len + ES_SIGNATURE_OWNER);
	assert_memory_equal(s.entry.data, "\x52\x0d\x3f\x7b\x4e\x0a\x61\x4b\x9d\x6e\x2f\x10\xc7\xa0\xe5\x01", 16);
	assert_int_equal(es_signature_list_next(&list, &s), ES_OK);
	assert_int_equal(s.kind, ES_SIGNATURE_TBS_SHA256);
	assert_int_equal(s.data.len, 32 + 16);
	assert_int_equal(es_signature_list_next(&list, &s), ES_MISSING);
	assert_int_equal(es_signature_list_next(&list, &s), ES_MISSING);
}

/* One list: a list header, then two hashes. */
static size_t hashes(uint8_t out[static 256])
{
	struct es_writer w = { .data = out, .cap = 256 };

	es_write_bytes(&w, "\x26\x16\xc4\xc1\x4c\x50\x92\x40\xac\xa9\x41\xf9\x36\x93\x43\x28", 16);
	es_write_le32(&w, HEADER + 4 + 2 * 48);
	es_write_le32(&w, 4);
	es_write_le32(&w, 48);
	es_write_text(&w, "head");
	for (uint8_t fill = 1; fill <= 2; fill++) {
		es_write_zeros(&w, 16);
		for (int i = 0; i < 32; i++)
			es_write_bytes(&w, &fill, 1);
	}
	assert_false(w.bad);
	return w.pos;
}

static enum es_reason walk(const uint8_t *bytes, size_t len, unsigned *ret_count, struct es_signature *ret_last)
{
	struct es_signature_list list;
	enum es_reason r;

	*ret_count = 0;
	es_signature_list_open((struct es_span){ bytes, len }, &list);
	while ((r = es_signature_list_next(&list, ret_last)) == ES_OK)
		++*ret_count;
	return r;
}

static void reads_several_entries_of_a_list(void **state)
{
	uint8_t bytes[256];
	size_t len = hashes(bytes);
	struct es_signature last;
	unsigned count;

	(void)state;
	assert_int_equal(walk(bytes, len, &count, &last), ES_MISSING);
	assert_int_equal(count, 2);
	assert_int_equal(last.kind, ES_SIGNATURE_SHA256);
	assert_int_equal(last.data.len, 32);
	assert_int_equal(last.data.data[0], 2);
	assert_int_equal(walk(bytes, 0, &count, &last), ES_MISSING);
}

static void refuses_false_lengths(void **state)
{
	static const struct {
		int at;
		uint8_t value;
	} bad[] = {
		{ LIST_SIZE_AT, HEADER - 1 }, { LIST_SIZE_AT, HEADER + 4 + 2 * 48 + 1 },
		{ LIST_SIZE_AT + 3, 0x80 },   { HEADER_SIZE_AT, 5 },
		{ HEADER_SIZE_AT + 3, 0xff }, { ENTRY_SIZE_AT, 0 },
		{ ENTRY_SIZE_AT, 15 },        { ENTRY_SIZE_AT, 47 },
		{ ENTRY_SIZE_AT + 3, 0xff },
	};
	struct es_signature last;
	unsigned count;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint8_t bytes[256];
		size_t len = hashes(bytes);

		bytes[bad[i].at] = bad[i].value;
		if (walk(bytes, len, &count, &last) != ES_FORMAT)
			fail_msg("row %d", (int)i);
	}
	for (size_t cut = 1; cut < 128; cut++) {
		uint8_t bytes[256];

		assert_int_equal(hashes(bytes), 128);
		assert_int_equal(walk(bytes, cut, &count, &last), ES_FORMAT);
	}
}

static void an_entry_of_the_wrong_length_is_of_another_kind(void **state)
{
	uint8_t bytes[256];
	size_t len = hashes(bytes);
	struct es_signature last;
	unsigned count;

	(void)state;
	bytes[ENTRY_SIZE_AT] = 96;
	assert_int_equal(walk(bytes, len, &count, &last), ES_MISSING);
	assert_int_equal(count, 1);
	assert_int_equal(last.kind, ES_SIGNATURE_OTHER);
	hashes(bytes);
	bytes[0] ^= 1;
	assert_int_equal(walk(bytes, len, &count, &last), ES_MISSING);
	assert_int_equal(last.kind, ES_SIGNATURE_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_what_efitools_write, oracle_folder_make, oracle_folder_remove),
		cmocka_unit_test(reads_several_entries_of_a_list),
		cmocka_unit_test(refuses_false_lengths),
		cmocka_unit_test(an_entry_of_the_wrong_length_is_of_another_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
