/* SPDX-License-Identifier: Apache-2.0 */
/* A boot volume that anybody can have written. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/banks.h"
#include "efi/tests/lib/mock_volume.h"

#include <string.h>

enum { INFO, ARCHIVE, LOG };

static struct mock mock;
static struct mock_volume volume;

static int start(void **state)
{
	(void)state;
	mock_start(&mock);
	mock_volume_start(&volume, &mock);
	return 0;
}

/* Whatever happened: no file stays open, no page is kept. */
static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(volume.open, 0);
	assert_int_equal(mock.allocated, 0);
	return 0;
}

static struct mock_file *add_bank0(void)
{
	mock_volume_add(&volume, "\\etcseal\\bank0", NULL, SIZE_MAX);
	mock_volume_add(&volume, "\\etcseal\\bank0\\encryption.info", "info", 4);
	return mock_volume_add(&volume, "\\etcseal\\bank0\\config.cms", NULL, 3 << 20);
}

static void assert_archive_left_out(void)
{
	ES_BANKS banks;

	es_banks_read(&mock.fw, &banks);
	assert_true(banks.present[0]);
	assert_true(banks.refused[0]);
	assert_non_null(banks.file[0][INFO].data);
	assert_null(banks.file[0][ARCHIVE].data);
	assert_non_null(strstr(mock.console, "etcseal: \\etcseal\\bank0\\config.cms "));
}

static void takes_in_both_banks(void **state)
{
	ES_BANKS banks;

	(void)state;
	add_bank0();
	mock_volume_add(&volume, "\\etcseal\\bank1", NULL, SIZE_MAX);
	mock_volume_add(&volume, "\\etcseal\\bank1\\measured.log", "log", 3);
	es_banks_read(&mock.fw, &banks);
	assert_true(banks.present[0] && banks.present[1]);
	assert_false(banks.refused[0] || banks.refused[1]);
	assert_int_equal(banks.file[0][INFO].len, 4);
	assert_memory_equal(banks.file[0][INFO].data, "info", 4);
	assert_int_equal(banks.file[0][ARCHIVE].len, 3 << 20);
	for (size_t i = 0; i < 3 << 20; i++)
		assert_int_equal(banks.file[0][ARCHIVE].data[i], (uint8_t)i);
	assert_null(banks.file[0][LOG].data);
	assert_memory_equal(banks.file[1][LOG].data, "log", 3);
	assert_string_equal(mock.console, "");
}

static void no_volume_is_no_bank(void **state)
{
	ES_BANKS banks;

	(void)state;
	mock.loaded.DeviceHandle = NULL;
	es_banks_read(&mock.fw, &banks);
	assert_false(banks.present[0] || banks.present[1] || banks.refused[0] || banks.refused[1]);
}

static void volume_that_cant_be_opened_is_said(void **state)
{
	ES_BANKS banks;

	(void)state;
	volume.open_fails = EFI_VOLUME_CORRUPTED;
	es_banks_read(&mock.fw, &banks);
	assert_false(banks.present[0] || banks.present[1]);
	assert_non_null(strstr(mock.console, "file system damaged"));
}

static void folder_that_cant_be_opened_is_a_refused_bank(void **state)
{
	ES_BANKS banks;

	(void)state;
	mock_volume_add(&volume, "\\etcseal\\bank1", NULL, SIZE_MAX)->open_fails = EFI_DEVICE_ERROR;
	es_banks_read(&mock.fw, &banks);
	assert_false(banks.present[1]);
	assert_true(banks.refused[1]);
	assert_false(banks.refused[0]);
}

static void empty_file_is_handed_over_empty(void **state)
{
	ES_BANKS banks;

	(void)state;
	mock_volume_add(&volume, "\\etcseal\\bank0", NULL, SIZE_MAX);
	mock_volume_add(&volume, "\\etcseal\\bank0\\measured.log", "", 0);
	es_banks_read(&mock.fw, &banks);
	assert_true(banks.present[0]);
	assert_false(banks.refused[0]);
	assert_non_null(banks.file[0][LOG].data);
	assert_int_equal(banks.file[0][LOG].len, 0);
}

static void short_reads_are_put_together(void **state)
{
	ES_BANKS banks;

	(void)state;
	add_bank0()->at_a_time = 70001;
	es_banks_read(&mock.fw, &banks);
	assert_false(banks.refused[0]);
	for (size_t i = 0; i < 3 << 20; i++)
		assert_int_equal(banks.file[0][ARCHIVE].data[i], (uint8_t)i);
}

static void file_shorter_than_it_says_is_left_out(void **state)
{
	(void)state;
	add_bank0()->said_len++;
	assert_archive_left_out();
}

static void file_longer_than_it_says_is_left_out(void **state)
{
	(void)state;
	add_bank0()->said_len--;
	assert_archive_left_out();
}

static void file_over_its_cap_is_left_out_unread(void **state)
{
	(void)state;
	add_bank0()->said_len = ES_ARCHIVE_MAX + 1;
	mock.allocations_left = 1; /* for encryption.info */
	assert_archive_left_out();
	assert_non_null(strstr(mock.console, "too large"));
}

static void size_near_2_to_64_is_left_out(void **state)
{
	(void)state;
	add_bank0()->said_len = UINT64_MAX;
	assert_archive_left_out();
}

static void file_at_its_cap_is_taken(void **state)
{
	ES_BANKS banks;

	(void)state;
	mock_volume_add(&volume, "\\etcseal\\bank0", NULL, SIZE_MAX);
	mock_volume_add(&volume, "\\etcseal\\bank0\\encryption.info", NULL, ES_INFO_MAX);
	es_banks_read(&mock.fw, &banks);
	assert_int_equal(banks.file[0][INFO].len, ES_INFO_MAX);
	assert_false(banks.refused[0]);
}

static void folder_in_a_files_place_is_left_out(void **state)
{
	(void)state;
	add_bank0()->folder = true;
	assert_archive_left_out();
}

static void read_error_is_left_out(void **state)
{
	(void)state;
	add_bank0()->read_fails = true;
	assert_archive_left_out();
}

static void read_that_claims_more_than_asked_is_left_out(void **state)
{
	(void)state;
	add_bank0()->read_overshoots = true;
	assert_archive_left_out();
}

static void file_that_tells_no_size_is_left_out(void **state)
{
	(void)state;
	add_bank0()->info_fails = EFI_BUFFER_TOO_SMALL;
	assert_archive_left_out();
}

static void no_memory_is_left_out(void **state)
{
	(void)state;
	add_bank0();
	mock.allocations_left = 1;
	assert_archive_left_out();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_in_both_banks, start, nothing_left),
		cmocka_unit_test_setup_teardown(no_volume_is_no_bank, start, nothing_left),
		cmocka_unit_test_setup_teardown(volume_that_cant_be_opened_is_said, start, nothing_left),
		cmocka_unit_test_setup_teardown(folder_that_cant_be_opened_is_a_refused_bank, start, nothing_left),
		cmocka_unit_test_setup_teardown(empty_file_is_handed_over_empty, start, nothing_left),
		cmocka_unit_test_setup_teardown(short_reads_are_put_together, start, nothing_left),
		cmocka_unit_test_setup_teardown(file_shorter_than_it_says_is_left_out, start, nothing_left),
		cmocka_unit_test_setup_teardown(file_longer_than_it_says_is_left_out, start, nothing_left),
		cmocka_unit_test_setup_teardown(file_over_its_cap_is_left_out_unread, start, nothing_left),
		cmocka_unit_test_setup_teardown(size_near_2_to_64_is_left_out, start, nothing_left),
		cmocka_unit_test_setup_teardown(file_at_its_cap_is_taken, start, nothing_left),
		cmocka_unit_test_setup_teardown(folder_in_a_files_place_is_left_out, start, nothing_left),
		cmocka_unit_test_setup_teardown(read_error_is_left_out, start, nothing_left),
		cmocka_unit_test_setup_teardown(read_that_claims_more_than_asked_is_left_out, start, nothing_left),
		cmocka_unit_test_setup_teardown(file_that_tells_no_size_is_left_out, start, nothing_left),
		cmocka_unit_test_setup_teardown(no_memory_is_left_out, start, nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
