/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/file.h"
#include "keys/store/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int folder(char path[static 32])
{
	strcpy(path, "/tmp/test-names.XXXXXX");
	assert_non_null(mkdtemp(path));
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void names_are_sorted_bytes_and_capped(void **state)
{
	static const char *const made[] = { "b", "a", "\xff", "B", ".hidden" };
	static const char *const sorted[] = { ".hidden", "B", "a", "b", "\xff" };
	char path[32], line[64];
	ES_FD fd = folder(path);
	ES_NAMES n = { 0 };
	ES_NAMES few = { 0 };

	(void)state;
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(es_file_write(fd, made[i], es_text_span("x")), ES_OK);
	assert_int_equal(es_names_read(fd, 5, &n), ES_OK);
	assert_int_equal(n.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(n.name[i], sorted[i]);
	assert_int_equal(es_names_read(fd, 4, &few), ES_TOO_LARGE);
	snprintf(line, sizeof line, "rm -r %s", path);
	assert_int_equal(system(line), 0);
}

static void an_empty_folder_has_none_and_a_file_is_refused(void **state)
{
	char path[32];
	ES_FD fd = folder(path);
	ES_FD null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ES_NAMES n = { 0 };

	(void)state;
	assert_int_equal(es_names_read(fd, 4, &n), ES_OK);
	assert_int_equal(n.count, 0);
	assert_int_not_equal(es_names_read(null, 4, &n), ES_OK);
	rmdir(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_sorted_bytes_and_capped),
		cmocka_unit_test(an_empty_folder_has_none_and_a_file_is_refused),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
