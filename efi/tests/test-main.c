/* SPDX-License-Identifier: Apache-2.0 */
/* The whole stub, from a loaded image to a kernel that looks at what it was given. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/tests/lib/mock_boot.h"
#include "keys/core/labels.h"

#include <string.h>

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table);

static void add_bank(void)
{
	mock_volume_add(&mock_boot.volume, "\\etcseal\\bank0", NULL, SIZE_MAX);
	mock_volume_add(&mock_boot.volume, "\\etcseal\\bank0\\encryption.info", "the info", 8);
	mock_volume_add(&mock_boot.volume, "\\etcseal\\bank0\\measured.log", "", 0);
}

static void plain_boot(void **state)
{
	(void)state;
	add_bank();
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_int_equal(mock_boot.kernel.starts, 1);
	assert_string_equal(mock_boot.kernel.options, "root=/dev/vda quiet");
	assert_memory_equal(mock_boot.kernel.initrd,
			    "microcode\0\0\0initrd\0\0"
			    "070701",
			    26);
	assert_true(mock_boot_initrd_has(".extra/etcseal/bank0/encryption.info"));
	assert_true(mock_boot_initrd_has("the info"));
	assert_true(mock_boot_initrd_has(".extra/etcseal/bank0/measured.log"));
	assert_true(
	    mock_boot_initrd_has("\"measured\": \"yes\", \"outside_options\": \"none\", \"firmware_options\": 0,"));
	assert_true(mock_boot_initrd_has(".extra/os-release"));
	assert_false(mock_boot_initrd_has("recovery-key"));
	assert_int_equal(mock_boot_events(11), 2 * 5);
	assert_int_equal(mock_boot_events(12), 0);
	assert_int_equal(mock_boot_events(13), 1); /* with nothing to hash, there isn't an event */
}

static void outside_options_take_the_place_of_the_images(void **state)
{
	(void)state;
	mock_boot_give("root=/dev/vdb single");
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_string_equal(mock_boot.kernel.options, "root=/dev/vdb single");
	assert_int_equal(mock_boot_events(12), 1);
	assert_int_equal(mock_boot.tpm.events[10].len, 2 * 21);
	assert_true(mock_boot_initrd_has("\"outside_options\": \"used\""));
}

static void secure_boot_keeps_to_the_images(void **state)
{
	(void)state;
	mock_set_variable(&mock_boot.mock, "SecureBoot", "\1", 1);
	mock_set_variable(&mock_boot.mock, "SetupMode", "\0", 1);
	mock_boot_give("init=/bin/sh");
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_string_equal(mock_boot.kernel.options, "root=/dev/vda quiet");
	assert_int_equal(mock_boot_events(12), 0);
	assert_true(mock_boot_initrd_has("\"outside_options\": \"dropped\""));
	assert_true(mock_boot_initrd_has("\"secure_boot\": true"));
}

static void recovery_key_goes_into_one_file_only(void **state)
{
	(void)state;
	mock_boot_give("etcseal.recovery=" MOCK_BOOT_KEY);
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_string_equal(mock_boot.kernel.options, "root=/dev/vda quiet");
	assert_true(mock_boot_initrd_has(".extra/etcseal/recovery-key"));
	assert_true(mock_boot_initrd_has(MOCK_BOOT_KEY));
	assert_true(mock_boot_initrd_has("\"outside_options\": \"none\""));
	assert_true(mock_boot_initrd_has("\"recovery\": true"));
	assert_int_equal(mock_boot_events(12), 1);
	assert_memory_equal(mock_boot.tpm.events[10].data, ES_RECOVERY_EVENT, strlen(ES_RECOVERY_EVENT));
	assert_null(strstr(mock_boot.mock.console, "478269"));
	for (size_t i = 0; i < sizeof mock_boot.options; i++)
		assert_int_equal(mock_boot.options[i], 0);
}

static void recovery_event_stands_before_the_options(void **state)
{
	(void)state;
	mock_boot_give("single encryptionRecoveryKey=" MOCK_BOOT_KEY);
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_int_equal(mock_boot_events(12), 2);
	assert_memory_equal(mock_boot.tpm.events[10].data, ES_RECOVERY_EVENT, strlen(ES_RECOVERY_EVENT));
	assert_int_equal(mock_boot.tpm.events[11].pcr, 12);
	assert_memory_equal(mock_boot.tpm.events[11].data, u"single", 14);
}

static void firmware_options_are_measured_last_and_counted(void **state)
{
	(void)state;
	mock_set_variable(&mock_boot.mock, "SystemdOptions", u"systemd.debug_shell", 40);
	mock_boot_give("single");
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_string_equal(mock_boot.kernel.options, "single"); /* what systemd reads from firmware isn't added */
	assert_int_equal(mock_boot_events(12), 2);
	assert_memory_equal(mock_boot.tpm.events[10].data, u"single", 14);
	assert_int_equal(mock_boot.tpm.events[11].pcr, 12);
	assert_memory_equal(mock_boot.tpm.events[11].data, "etcseal/v1/efi-variable", 24);
	assert_true(
	    mock_boot_initrd_has("\"measured\": \"yes\", \"outside_options\": \"used\", \"firmware_options\": 1,"));
}

static void firmware_option_that_cannot_be_read_shuts_the_seal(void **state)
{
	(void)state;
	mock_set_variable(&mock_boot.mock, "SystemdOptions", "", 0)->fails = EFI_DEVICE_ERROR;
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_int_equal(mock_boot.kernel.starts, 1);
	assert_true(mock_boot_initrd_has("\"measured\": \"failed\""));
}

static void failed_measurement_boots_on_and_is_told(void **state)
{
	(void)state;
	mock_boot.tpm.fails_at = 3;
	mock_boot.tpm.fails_with = EFI_DEVICE_ERROR;
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_int_equal(mock_boot.kernel.starts, 1);
	assert_true(mock_boot_initrd_has("\"measured\": \"failed\""));
	assert_non_null(strstr(mock_boot.mock.console, "seal stays shut"));
}

static void image_without_a_part_is_refused_unmeasured(void **state)
{
	const char *parts[] = { ".linux", ".cmdline", ".initrd" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		mock_boot_start(NULL);
		mock_boot_load(false, parts[i]);
		assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_LOAD_ERROR);
		assert_int_equal(mock_boot.kernel.starts, 0);
		assert_int_equal(mock_boot.tpm.count, 0);
		assert_non_null(strstr(mock_boot.mock.console, "no .linux, .initrd or .cmdline section"));
	}
}

static void damaged_image_is_refused(void **state)
{
	(void)state;
	es_test_put32(mock_boot.loaded, es_test_pe_at(1, ES_TEST_PE_VADDR), 0x00ffffff);
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_LOAD_ERROR);
	assert_int_equal(mock_boot.kernel.starts, 0);
	assert_non_null(strstr(mock_boot.mock.console, "sections are damaged"));
}

static void no_memory_at_any_step_leaves_nothing(void **state)
{
	(void)state;
	for (unsigned left = 0; left < 40; left++) {
		mock_boot_start(NULL);
		add_bank();
		mock_boot_give("single etcseal.recovery=" MOCK_BOOT_KEY);
		mock_boot.mock.allocations_left = left;
		assert_true(EFI_ERROR(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table)));
		assert_int_equal(mock_boot.mock.allocated, 0);
		assert_int_equal(mock_boot.volume.open, 0);
		assert_int_equal(mock_installed(&mock_boot.mock), 3);
		assert_false(mock_boot.mock.leaked);
		mock_boot_assert_spoilt();
	}
	assert_int_equal(mock_boot.kernel.starts, 1); /* 40 are enough, so every step had its turn */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain_boot, mock_boot_start, mock_boot_end),
		cmocka_unit_test_setup_teardown(outside_options_take_the_place_of_the_images, mock_boot_start,
						mock_boot_end),
		cmocka_unit_test_setup_teardown(secure_boot_keeps_to_the_images, mock_boot_start, mock_boot_end),
		cmocka_unit_test_setup_teardown(recovery_key_goes_into_one_file_only, mock_boot_start, mock_boot_end),
		cmocka_unit_test_setup_teardown(recovery_event_stands_before_the_options, mock_boot_start,
						mock_boot_end),
		cmocka_unit_test_setup_teardown(firmware_options_are_measured_last_and_counted, mock_boot_start,
						mock_boot_end),
		cmocka_unit_test_setup_teardown(firmware_option_that_cannot_be_read_shuts_the_seal, mock_boot_start,
						mock_boot_end),
		cmocka_unit_test_setup_teardown(failed_measurement_boots_on_and_is_told, mock_boot_start,
						mock_boot_end),
		cmocka_unit_test_setup_teardown(image_without_a_part_is_refused_unmeasured, mock_boot_start,
						mock_boot_end),
		cmocka_unit_test_setup_teardown(damaged_image_is_refused, mock_boot_start, mock_boot_end),
		cmocka_unit_test_setup_teardown(no_memory_at_any_step_leaves_nothing, mock_boot_start, mock_boot_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
