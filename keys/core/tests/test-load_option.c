/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/load_option.h"
#include "keys/tests/lib/load_option_image.h"

#include <string.h>

static uint8_t bytes[1024];

static struct es_span made(const struct load_option *o)
{
	struct es_writer w = { .data = bytes, .cap = sizeof bytes };

	load_option_write(o, &w);
	assert_false(w.bad);
	return (struct es_span){ bytes, w.pos };
}

static void an_entry_is_read(void **state)
{
	struct load_option o = { .name = "etcseal", .file = "\\EFI\\etcseal\\a.efi", .options = "quiet" };
	struct es_load_option is;

	(void)state;
	assert_true(es_load_option_read(made(&o), &is));
	assert_true(is.active);
	assert_string_equal(is.name, "etcseal");
	assert_string_equal(is.file, "/EFI/etcseal/a.efi");
	assert_int_equal(is.options.len, 12);
	assert_memory_equal(is.options.data, "q\0u\0i\0e\0t\0\0", 12);
	o.inactive = true;
	o.file = o.options = NULL;
	assert_true(es_load_option_read(made(&o), &is));
	assert_false(is.active);
	assert_string_equal(is.file, "");
	assert_int_equal(is.options.len, 0);
}

static void a_firmwares_own_menu_is_not_tried_in_turn(void **state)
{
	struct es_load_option is;
	struct es_span v = made(&(struct load_option){ .name = "UiApp" });

	(void)state;
	bytes[1] = 1; /* LOAD_OPTION_CATEGORY_APP */
	assert_true(es_load_option_read(v, &is));
	assert_false(is.active);
}

static void names_are_shown_and_cut_off(void **state)
{
	char name[200];
	struct es_load_option is;

	(void)state;
	memset(name, 'x', sizeof name - 1);
	name[0] = '\n';
	name[sizeof name - 1] = '\0';
	assert_true(es_load_option_read(made(&(struct load_option){ .name = name }), &is));
	assert_int_equal(strlen(is.name), ES_LOAD_OPTION_NAME - 1);
	assert_memory_equal(is.name, "?xxx", 4);
}

static void what_is_cut_short_is_refused(void **state)
{
	struct es_span v = made(&(struct load_option){ .name = "etcseal", .file = "\\a.efi" });
	struct es_load_option is;

	(void)state;
	assert_true(es_load_option_read(v, &is));
	for (size_t len = 0; len < v.len; len++)
		assert_false(es_load_option_read((struct es_span){ v.data, len }, &is));
	bytes[4] = bytes[5] = 0xff;
	assert_false(es_load_option_read(v, &is));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_read),
		cmocka_unit_test(a_firmwares_own_menu_is_not_tried_in_turn),
		cmocka_unit_test(names_are_shown_and_cut_off),
		cmocka_unit_test(what_is_cut_short_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
