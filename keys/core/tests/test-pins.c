/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/pins.h"

#include <string.h>

#define NAME_HEX                                                                                                       \
	"000b3db6eb1959b670076d432ac8481b70c2814116"                                                                   \
	"87bef77ae1355937bc219434bb"
#define KEY_A "0011223344556677"
#define KEY_B "8899aabbccddeeff"
#define HOST  "0190b8f4-0000-4000-8000-00000000aaaa"

static struct es_span span(const char *text)
{
	return (struct es_span){ (const uint8_t *)text, strlen(text) };
}

static struct es_pins parsed(const char *options)
{
	char detail[ES_PINS_DETAIL];
	struct es_pins pins;

	assert_int_equal(es_pins_parse(span(options), &pins, detail), ES_OK);
	assert_string_equal(detail, "");
	return pins;
}

static void options_without_pins_pin_to_nothing(void **state)
{
	static const uint8_t any[ES_KEY_ID_LEN] = { 1 };
	struct es_pins pins =
	    parsed("root=/dev/sda2 etcseal.device=/dev/sda1 xetcseal.srk=1 etcseal.srkx etcseal.hosts=q");

	(void)state;
	assert_false(pins.has_srk);
	assert_false(pins.first_boot);
	assert_true(es_pins_accept_key(&pins, any));
	assert_true(es_pins_accept_host(&pins, HOST));
	assert_false(es_pins_expect_config(&pins));
}

static void each_pin_is_read(void **state)
{
	static const uint8_t a[] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77 };
	static const uint8_t b[] = { 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
	static const uint8_t c[ES_KEY_ID_LEN] = { 0 };
	struct es_pins pins =
	    parsed("ro etcseal.srk=" NAME_HEX " \"etcseal.key-id=" KEY_A "," KEY_B "\" etcseal.host=\""
		   "0190B8F4-0000-4000-8000-00000000AAAA\" etcseal.first-boot quiet");

	(void)state;
	assert_true(pins.has_srk);
	assert_int_equal(pins.srk_name[1], 0x0b);
	assert_int_equal(pins.srk_name[33], 0xbb);
	assert_int_equal(pins.key_count, 2);
	assert_true(es_pins_accept_key(&pins, a));
	assert_true(es_pins_accept_key(&pins, b));
	assert_false(es_pins_accept_key(&pins, c));
	assert_true(es_pins_accept_host(&pins, HOST));
	assert_false(es_pins_accept_host(&pins, ""));
	assert_false(es_pins_accept_host(&pins, "0190b8f4-0000-4000-8000-00000000aaab"));
	assert_true(pins.first_boot);
	assert_true(es_pins_expect_config(&pins));
}

static void the_last_of_two_pins_wins(void **state)
{
	struct es_pins pins = parsed("etcseal.key-id=" KEY_A " etcseal.key-id=" KEY_B);

	(void)state;
	assert_int_equal(pins.key_count, 1);
	assert_int_equal(pins.key_id[0][0], 0x88);
}

static void a_malformed_pin_is_refused_and_named(void **state)
{
	static const struct {
		const char *options, *named;
	} rows[] = {
		{ "etcseal.srk=", "etcseal.srk" },
		{ "etcseal.srk", "etcseal.srk" },
		{ "etcseal.srk=000b", "etcseal.srk" },
		{ "etcseal.srk=0004" NAME_HEX, "etcseal.srk" },
		{ "etcseal.srk=" NAME_HEX "00", "etcseal.srk" },
		/* SHA-384 */
		{ "etcseal.srk=000c3db6eb1959b670076d432ac8481b70c281411687bef77ae1355937bc219434bb", "etcseal.srk" },
		{ "etcseal.key-id=", "etcseal.key-id" },
		{ "etcseal.key-id", "etcseal.key-id" },
		{ "etcseal.key-id=" KEY_A " etcseal.key-id", "etcseal.key-id" },
		{ "etcseal.key-id=001122334455667", "etcseal.key-id" },
		{ "etcseal.key-id=00112233445566778", "etcseal.key-id" },
		{ "etcseal.key-id=001122334455667g", "etcseal.key-id" },
		{ "etcseal.key-id=" KEY_A ",", "etcseal.key-id" },
		{ "etcseal.key-id=," KEY_A, "etcseal.key-id" },
		{ "etcseal.key-id=" KEY_A ";" KEY_B, "etcseal.key-id" },
		{ "etcseal.key-id=" KEY_A "," KEY_A "," KEY_A "," KEY_A "," KEY_B, "etcseal.key-id" },
		{ "etcseal.host=", "etcseal.host" },
		{ "etcseal.host", "etcseal.host" },
		{ "etcseal.host=0190b8f4-0000-4000-8000-00000000aaa", "etcseal.host" },
		{ "etcseal.host=0190b8f4-0000-4000-8000-00000000aaaa0", "etcseal.host" },
		{ "etcseal.host=0190b8f4_0000-4000-8000-00000000aaaa", "etcseal.host" },
		{ "etcseal.host=0190b8f4-0000-4000-8000-00000000aaag", "etcseal.host" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char detail[ES_PINS_DETAIL];
		struct es_pins pins;

		if (es_pins_parse(span(rows[i].options), &pins, detail) != ES_BAD_PINS)
			fail_msg("taken: %s", rows[i].options);
		assert_string_equal(detail, rows[i].named);
	}
}

static void written_pins_are_read_back_and_stripped(void **state)
{
	static const char *const before[] = { "ro quiet", "", "root=/dev/sda2 \"x y\" init=/sbin/init" };
	struct es_pins pins = parsed("etcseal.srk=" NAME_HEX " etcseal.key-id=" KEY_A "," KEY_B " etcseal.host=" HOST),
		       again;
	char text[512], detail[ES_PINS_DETAIL];

	(void)state;
	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
		struct es_writer w = { .data = (uint8_t *)text, .cap = sizeof text };
		size_t len;

		es_write_text(&w, before[i]);
		es_pins_write(&pins, &w);
		assert_false(w.bad);
		len = w.pos;
		assert_int_equal(es_pins_parse((struct es_span){ (uint8_t *)text, len }, &again, detail), ES_OK);
		assert_memory_equal(&again, &pins, sizeof pins);
		es_pins_strip(text, &len);
		assert_int_equal(len, strlen(before[i]));
		assert_memory_equal(text, before[i], len);
	}
}

static void stripping_leaves_all_other_options(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "etcseal.srk=1", "" },
		{ "etcseal.srk etcseal.host", "" },
		{ "ro etcseal.srk=1 quiet", "ro quiet" },
		{ "etcseal.key-id=1 ro  etcseal.host=\"a b\"  quiet etcseal.key-id=2", "ro  quiet" },
		{ "ro quiet ", "ro quiet " },
		{ "xetcseal.srk=1 etcseal.srkx=2 etcseal.first-boot",
		  "xetcseal.srk=1 etcseal.srkx=2 etcseal.first-boot" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[128];
		size_t len = strlen(rows[i].from);

		memcpy(text, rows[i].from, len);
		es_pins_strip(text, &len);
		if (len != strlen(rows[i].to) || memcmp(text, rows[i].to, len) != 0)
			fail_msg("<%s> left <%.*s>", rows[i].from, (int)len, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_without_pins_pin_to_nothing),
		cmocka_unit_test(each_pin_is_read),
		cmocka_unit_test(the_last_of_two_pins_wins),
		cmocka_unit_test(a_malformed_pin_is_refused_and_named),
		cmocka_unit_test(written_pins_are_read_back_and_stripped),
		cmocka_unit_test(stripping_leaves_all_other_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
