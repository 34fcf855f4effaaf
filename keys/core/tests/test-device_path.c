/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "keys/core/device_path.h"

#include <string.h>

/* Paths inside events are in test-event_read. */
static void only_a_file_node_names_a_file(void **state)
{
	char file[ES_PROGRAM_PATH];
	static const uint8_t disk[] = { 4, 1, 8, 0, 1, 2, 3, 4, 0x7f, 0xff, 4, 0 };
	static const uint8_t named[] = { 4, 4, 12, 0, '\\', 0, 'a', 0, 'b', 0, 0, 0, 0x7f, 0xff, 4, 0 };

	(void)state;
	assert_false(es_device_path_file((struct es_span){ disk, sizeof disk }, file));
	assert_true(es_device_path_file((struct es_span){ named, sizeof named }, file));
	assert_string_equal(file, "/ab");
	for (size_t len = 0; len < 12; len++)
		assert_false(es_device_path_file((struct es_span){ named, len }, file));
}

static void a_node_shorter_than_its_header_is_refused(void **state)
{
	static const uint8_t bad[] = { 4, 4, 3, 0, '\\', 0, 'a', 0, 0, 0 };
	char file[ES_PROGRAM_PATH];

	(void)state;
	assert_false(es_device_path_file((struct es_span){ bad, sizeof bad }, file));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_file_node_names_a_file),
		cmocka_unit_test(a_node_shorter_than_its_header_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
