/* SPDX-License-Identifier: Apache-2.0 */
/* Each way of the stub back to the firmware, once it has measured: PCR 11 and 12 are spoilt first. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/tests/lib/mock_boot.h"

#include <string.h>

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table);

static void handover_that_cannot_be_made_spoils_the_pcrs(void **state)
{
	unsigned left = 0;

	do { /* the first step that isn't part of measuring any more */
		mock_boot_start(state);
		mock_boot.mock.allocations_left = left++;
		assert_true(EFI_ERROR(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table)));
	} while (!strstr(mock_boot.mock.console, "can't prepare the handover to the boot helper") && left < 40);
	assert_non_null(strstr(mock_boot.mock.console, "can't prepare the handover to the boot helper"));
	assert_int_equal(mock_boot.kernel.starts, 0);
	mock_boot_assert_spoilt();
}

static void initrd_that_cannot_be_offered_spoils_the_pcrs(void **state)
{
	static const uint8_t path[] = { 4,    3,    20,   0,    0x27, 0xe4, 0x68, 0x55, 0xfc, 0x68, 0x3d, 0x4f,
					0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68, 0x7f, 0xff, 4,    0 };
	const EFI_GUID device_path = EFI_DEVICE_PATH_PROTOCOL_GUID, load_file2 = ES_LOAD_FILE2_GUID;

	(void)state;
	mock_boot.mock.stuck = mock_new_handle(&mock_boot.mock);
	mock_add(&mock_boot.mock, mock_boot.mock.stuck, device_path, (void *)(uintptr_t)path);
	mock_add(&mock_boot.mock, mock_boot.mock.stuck, load_file2, &mock_boot.mock);
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_ALREADY_STARTED);
	assert_int_equal(mock_boot.kernel.starts, 0);
	mock_boot_assert_spoilt();
	mock_boot.mock.protocols[3].handle = mock_boot.mock.protocols[4].handle = NULL; /* not ours to remove */
}

static void kernel_that_is_none_spoils_the_pcrs(void **state)
{
	(void)state;
	mock_boot.loaded[es_test_get32(mock_boot.loaded, es_test_pe_at(1, ES_TEST_PE_VADDR))] ^= 1; /* its "MZ" */
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_LOAD_ERROR);
	assert_int_equal(mock_boot.kernel.starts, 0);
	assert_non_null(strstr(mock_boot.mock.console, "isn't an EFI program"));
	mock_boot_assert_spoilt();
}

static void kernel_without_memory_spoils_the_pcrs(void **state)
{
	unsigned left = 39;

	do {
		mock_boot_start(state);
		mock_boot.mock.allocations_left = left--;
		(void)efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table);
	} while (mock_boot.kernel.starts > 0 && left > 0);
	assert_non_null(strstr(mock_boot.mock.console, "can't load the kernel"));
	mock_boot_assert_spoilt();
}

static void kernel_that_returns_spoils_the_pcrs(void **state)
{
	(void)state;
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_int_equal(mock_boot.kernel.starts, 1);
	assert_int_equal(mock_boot.tpm.count, mock_boot.kernel.events + 2);
	mock_boot_assert_spoilt();
}

static void kernel_that_exits_spoils_the_pcrs(void **state)
{
	(void)state;
	mock_boot_load(true, NULL);
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_int_equal(mock_boot.kernel.starts, 1);
	mock_boot_assert_spoilt();
}

/* It knows our handle as its parent's. The firmware would end us with it, past everything we have still to do. */
static void kernel_that_exits_in_our_name_spoils_the_pcrs(void **state)
{
	(void)state;
	mock_boot.kernel.exits_as_us = true;
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_ABORTED);
	assert_int_equal(mock_boot.kernel.starts, 1);
	mock_boot_assert_spoilt();
}

static void without_a_tpm_nothing_is_spoilt_or_said(void **state)
{
	(void)state;
	mock_boot.tpm.absent = true;
	assert_int_equal(efi_main(mock_boot.mock.fw.image, &mock_boot.mock.table), EFI_UNSUPPORTED);
	assert_int_equal(mock_boot.tpm.count, 0);
	assert_null(strstr(mock_boot.mock.console, "can't open the seal"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(handover_that_cannot_be_made_spoils_the_pcrs, mock_boot_start,
						mock_boot_end),
		cmocka_unit_test_setup_teardown(initrd_that_cannot_be_offered_spoils_the_pcrs, mock_boot_start,
						mock_boot_end),
		cmocka_unit_test_setup_teardown(kernel_that_is_none_spoils_the_pcrs, mock_boot_start, mock_boot_end),
		cmocka_unit_test_setup_teardown(kernel_without_memory_spoils_the_pcrs, mock_boot_start, mock_boot_end),
		cmocka_unit_test_setup_teardown(kernel_that_returns_spoils_the_pcrs, mock_boot_start, mock_boot_end),
		cmocka_unit_test_setup_teardown(kernel_that_exits_spoils_the_pcrs, mock_boot_start, mock_boot_end),
		cmocka_unit_test_setup_teardown(kernel_that_exits_in_our_name_spoils_the_pcrs, mock_boot_start,
						mock_boot_end),
		cmocka_unit_test_setup_teardown(without_a_tpm_nothing_is_spoilt_or_said, mock_boot_start,
						mock_boot_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
