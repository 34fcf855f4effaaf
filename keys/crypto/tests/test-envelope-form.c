/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope has only one form: no byte of it can be changed, added or removed unnoticed. */
#include "keys/crypto/envelope.h"

#include "keys/tests/lib/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define KEK_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
static const uint8_t key_id[8] = { 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8 };
static const char plain_text[] = "the configuration of a host";

/* Offsets of the fields of an envelope around plain_text: every length in it is below 128, except the outer two. */
enum {
	AT_TYPE = 5,
	AT_VERSION = 24,
	AT_SET = 25,
	SET_LEN = 74,
	AT_RECIPIENT_VERSION = 31,
	AT_KEY_ID = 36,
	AT_WRAP_OID = 48,
	AT_CONTENT = AT_SET + SET_LEN,
	AT_DATA_OID = AT_CONTENT + 4,
	AT_GCM_OID = AT_DATA_OID + 13,
	AT_NONCE_LEN = AT_GCM_OID + 12,
	AT_TAG_LEN = AT_NONCE_LEN + 15,
};

static struct es_buf seal_text(void)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	struct es_buf der = { NULL, 0 };

	assert_int_equal(es_envelope_seal(kek, key_id, es_text_span(plain_text), &der), ES_OK);
	return der;
}

static enum es_reason open_der(struct es_span der)
{
	ES_SECRET kek = hex_secret(KEK_HEX);
	ES_SECRET plain = NULL;
	enum es_reason r = es_envelope_open(kek, key_id, der, &plain);

	assert_true((plain != NULL) == (r == ES_OK));
	return r;
}

static void every_changed_bit_is_noticed(void **state)
{
	ES_BUF der = seal_text();

	(void)state;
	assert_int_equal(open_der(es_buf_span(&der)), ES_OK);
	for (size_t bit = 0; bit < 8 * der.len; bit++) {
		enum es_reason r;

		der.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		r = open_der(es_buf_span(&der));
		assert_true(r == ES_BAD_TAG || r == ES_FORMAT || r == ES_VERSION);
		der.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(open_der(es_buf_span(&der)), ES_OK);
}

/* A bit flip tries few of the 255 wrong values of a byte; in the unauthenticated header this tries all of them. */
static void every_other_value_of_a_header_byte_is_noticed(void **state)
{
	ES_BUF der = seal_text();

	(void)state;
	for (size_t at = 0; at < AT_TAG_LEN + 3; at++) {
		uint8_t right = der.data[at];

		for (int v = 0; v < 256; v++) {
			enum es_reason r;

			if (v == right)
				continue;
			der.data[at] = (uint8_t)v;
			r = open_der(es_buf_span(&der));
			assert_true(r == ES_BAD_TAG || r == ES_FORMAT || r == ES_VERSION);
		}
		der.data[at] = right;
	}
}

static void assert_changed_byte(size_t at, uint8_t from, uint8_t to, enum es_reason expected)
{
	ES_BUF der = seal_text();

	assert_int_equal(der.data[at], from);
	der.data[at] = to;
	assert_int_equal(open_der(es_buf_span(&der)), expected);
}

static void each_changed_field_has_its_reason(void **state)
{
	(void)state;
	assert_changed_byte(AT_TYPE + 10, 0x17, 0x18, ES_VERSION);
	assert_changed_byte(AT_VERSION, 0, 2, ES_VERSION);
	assert_changed_byte(AT_SET, 0x31, 0x30, ES_FORMAT);
	assert_changed_byte(AT_SET, 0x31, 0xa0, ES_VERSION);
	assert_changed_byte(AT_RECIPIENT_VERSION, 4, 3, ES_VERSION);
	assert_changed_byte(AT_KEY_ID, 0xa1, 0xa0, ES_BAD_TAG);
	assert_changed_byte(AT_WRAP_OID + 8, 0x2d, 0x19, ES_VERSION);
	assert_changed_byte(AT_DATA_OID + 8, 1, 2, ES_VERSION);
	assert_changed_byte(AT_GCM_OID + 8, 0x2e, 0x1a, ES_VERSION);
	assert_changed_byte(AT_TAG_LEN, 16, 12, ES_VERSION);
}

static void every_truncation_is_a_format_error(void **state)
{
	ES_BUF der = seal_text();

	(void)state;
	for (size_t len = 0; len < der.len; len++)
		assert_int_equal(open_der((struct es_span){ der.data, len }), ES_FORMAT);
}

static void trailing_data_is_a_format_error(void **state)
{
	ES_BUF der = seal_text();
	ES_BUF longer = { NULL, 0 };

	(void)state;
	assert_int_equal(es_buf_new(der.len + 2, &longer), ES_OK);
	memcpy(longer.data, der.data, der.len);
	assert_int_equal(open_der((struct es_span){ longer.data, der.len + 1 }), ES_FORMAT);
	assert_int_equal(open_der((struct es_span){ longer.data, der.len + 2 }), ES_FORMAT);
}

/* Inserts bytes at a position, and adds their number to the lengths around it: of the envelope, and of the given
 * fields. */
static struct es_buf with_inserted(size_t at, struct es_span bytes, const size_t *lengths, size_t count)
{
	ES_BUF der = seal_text();
	struct es_buf out = { NULL, 0 };

	assert_int_equal(es_buf_new(der.len + bytes.len, &out), ES_OK);
	memcpy(out.data, der.data, at);
	memcpy(out.data + at, bytes.data, bytes.len);
	memcpy(out.data + at + bytes.len, der.data + at, der.len - at);
	for (size_t i = 0; i < count; i++) {
		assert_true(out.data[lengths[i]] + bytes.len < 256);
		out.data[lengths[i]] = (uint8_t)(out.data[lengths[i]] + bytes.len);
	}
	return out;
}

/* Offsets of the lengths of info, explicit and envelope. The outermost and the two inner lengths have two bytes
 * each. */
#define OUTER 2, 18, 21

static void fields_that_no_tag_covers_are_refused(void **state)
{
	static const uint8_t attributes[] = { 0xa1, 0x02, 0x05, 0x00 }, unauthenticated[] = { 0xa2, 0x02, 0x05, 0x00 };
	static const uint8_t originator[] = { 0xa0, 0x00 }, date[] = { 0x18, 0x01, '2' }, null[] = { 0x05, 0x00 };
	static const uint8_t recipient[] = { 0xa2, 0x00 };
	static const size_t outer[] = { OUTER }, in_set[] = { OUTER, AT_SET + 1 },
			    in_id[] = { OUTER, AT_SET + 1, 28, 33 };
	static const size_t in_wrap[] = { OUTER, AT_SET + 1, 28, 45 };
	static const size_t in_kek[] = { OUTER, AT_SET + 1, 28 }, in_content[] = { OUTER, AT_CONTENT + 1 };
	static const size_t in_gcm[] = { OUTER, AT_CONTENT + 1, AT_GCM_OID - 3, AT_NONCE_LEN - 2 };
	ES_BUF der = seal_text();
	size_t tag_at = der.len - 18;
	const struct {
		const char *name;
		size_t at;
		struct es_span bytes;
		const size_t *lengths;
		size_t count;
		enum es_reason expected;
	} cases[] = {
		{ "authAttrs", tag_at, { attributes, 4 }, outer, 3, ES_VERSION },
		{ "unauthAttrs", der.len, { unauthenticated, 4 }, outer, 3, ES_VERSION },
		{ "originatorInfo", AT_SET, { originator, 2 }, outer, 3, ES_VERSION },
		{ "a second recipient", AT_CONTENT, { recipient, 2 }, in_set, 4, ES_VERSION },
		{ "date of the key id", AT_KEY_ID + 8, { date, 3 }, in_id, 6, ES_FORMAT },
		{ "parameter of the wrap", AT_WRAP_OID + 9, { null, 2 }, in_wrap, 6, ES_FORMAT },
		{ "a null after the tag", der.len, { null, 2 }, outer, 3, ES_FORMAT },
		{ "a null after the envelope", der.len, { null, 2 }, outer, 2, ES_FORMAT },
		{ "a null after the content", der.len, { null, 2 }, outer, 1, ES_FORMAT },
		{ "a null after the wrapped key", AT_CONTENT, { null, 2 }, in_kek, 5, ES_FORMAT },
		{ "a null after the ciphertext", tag_at, { null, 2 }, in_content, 4, ES_FORMAT },
		{ "a null after GCM's parameters", AT_TAG_LEN + 1, { null, 2 }, in_gcm, 5, ES_FORMAT },
		{ "a null within GCM's parameters", AT_TAG_LEN + 1, { null, 2 }, in_gcm, 6, ES_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ES_BUF changed = with_inserted(cases[i].at, cases[i].bytes, cases[i].lengths, cases[i].count);
		enum es_reason r = open_der(es_buf_span(&changed));

		if (r != cases[i].expected)
			fail_msg("%s: %d", cases[i].name, r);
	}
}

static void a_length_in_a_longer_form_is_a_format_error(void **state)
{
	/* BER: 81 before a length below 128 has the same value, but makes another file. */
	static const uint8_t longer[] = { 0x81 };
	static const size_t in_id[] = { OUTER, AT_SET + 1, 28, 33 };
	ES_BUF changed = with_inserted(AT_KEY_ID - 1, (struct es_span){ longer, 1 }, in_id, 6);

	(void)state;
	assert_int_equal(changed.data[AT_KEY_ID - 1], 0x81);
	assert_int_equal(open_der(es_buf_span(&changed)), ES_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_changed_bit_is_noticed),
		cmocka_unit_test(every_other_value_of_a_header_byte_is_noticed),
		cmocka_unit_test(each_changed_field_has_its_reason),
		cmocka_unit_test(every_truncation_is_a_format_error),
		cmocka_unit_test(trailing_data_is_a_format_error),
		cmocka_unit_test(fields_that_no_tag_covers_are_refused),
		cmocka_unit_test(a_length_in_a_longer_form_is_a_format_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
