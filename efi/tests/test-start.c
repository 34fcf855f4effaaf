/* SPDX-License-Identifier: Apache-2.0 */
/* Small kernels of a few instructions are really started: one returns, one calls Exit. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/protocol.h"
#include "efi/start.h"
#include "efi/tests/lib/mock_kernel.h"

#include <string.h>

static struct mock mock;
static uint8_t file[ES_TEST_PE_MAX];
static size_t file_len;

/* The firmware's own Exit: a kernel that gets here came to the wrong one. */
static EFI_STATUS EFIAPI firmware_exit(EFI_HANDLE handle, EFI_STATUS status, UINTN size, CHAR16 *words)
{
	(void)handle, (void)status, (void)size, (void)words;
	return EFI_ABORTED;
}

static EFI_STATUS see_nothing(EFI_HANDLE handle)
{
	(void)handle;
	return EFI_UNSUPPORTED;
}

static int start(void **state)
{
	(void)state;
	mock_start(&mock);
	mock.boot.Exit = firmware_exit;
	mock_kernel_start(&mock, see_nothing);
	file_len = mock_kernel_make(false, file);
	return 0;
}

/* Whatever became of the kernel: no protocol stays installed, no page kept, Exit is the firmware's. */
static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(mock.allocated, 0);
	assert_ptr_equal(mock.boot.Exit, firmware_exit);
	return 0;
}

static EFI_STATUS run(void)
{
	const struct es_start_request request = { .kernel = { file, file_len },
						  .options = { (const uint8_t *)"root=/dev/vda quiet", 19 },
						  .machine = ES_PE_MACHINE_X64 };

	return es_start(&mock.fw, &request);
}

static void kernel_that_returns_is_said(void **state)
{
	(void)state;
	assert_int_equal(run(), EFI_UNSUPPORTED);
	assert_non_null(strstr(mock.console, "the kernel returned instead of starting (not supported)"));
	assert_int_equal(mock_installed(&mock), 0);
}

static void kernel_that_exits_comes_back_here(void **state)
{
	(void)state;
	file_len = mock_kernel_make(true, file);
	assert_int_equal(run(), EFI_UNSUPPORTED);
	assert_non_null(strstr(mock.console, "the kernel returned"));
	assert_int_equal(mock_installed(&mock), 0);
}

static EFI_STATUS return_success(EFI_HANDLE handle)
{
	(void)handle;
	return EFI_SUCCESS;
}

static void kernel_that_returns_success_is_no_success(void **state)
{
	(void)state;
	mock_kernel_start(&mock, return_success);
	assert_int_equal(run(), EFI_LOAD_ERROR);
}

static EFI_STATUS look_at_loaded_image(EFI_HANDLE handle)
{
	EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE_PROTOCOL *loaded;
	void *found;

	assert_ptr_not_equal(handle, mock.fw.image);
	assert_int_equal(mock.boot.HandleProtocol(handle, &guid, &found), EFI_SUCCESS);
	loaded = found;
	assert_int_equal(loaded->LoadOptionsSize, 40);
	assert_memory_equal(loaded->LoadOptions, u"root=/dev/vda quiet", 40);
	assert_ptr_equal(loaded->ParentHandle, mock.fw.image);
	assert_ptr_equal(loaded->SystemTable, &mock.table);
	assert_null(loaded->DeviceHandle);
	assert_memory_equal(loaded->ImageBase, "MZ", 2);
	assert_int_equal(loaded->ImageSize, 0x4000);
	assert_int_equal(((uintptr_t)loaded->ImageBase) % 4096, 0);
	return EFI_TIMEOUT;
}

static void kernel_is_an_image_with_its_options(void **state)
{
	(void)state;
	mock_kernel_start(&mock, look_at_loaded_image);
	assert_int_equal(run(), EFI_TIMEOUT);
}

static EFI_STATUS exit_somebody_else(EFI_HANDLE handle)
{
	(void)handle;
	return mock.boot.Exit((EFI_HANDLE)0x77, EFI_SUCCESS, 0, NULL);
}

static void exit_of_another_image_is_the_firmwares(void **state)
{
	(void)state;
	mock_kernel_start(&mock, exit_somebody_else);
	assert_int_equal(run(), EFI_ABORTED);
}

static void garbage_is_no_kernel(void **state)
{
	(void)state;
	file[0] = 'X';
	assert_int_equal(run(), EFI_LOAD_ERROR);
	assert_non_null(strstr(mock.console, "isn't an EFI program"));
	file_len = mock_kernel_make(false, file);
	file_len = 100;
	assert_int_equal(run(), EFI_LOAD_ERROR);
}

static void kernel_of_another_machine_is_refused(void **state)
{
	(void)state;
	es_test_put16(file, ES_TEST_PE_COFF + 4, ES_PE_MACHINE_ARM64);
	assert_int_equal(run(), EFI_LOAD_ERROR);
}

static void driver_is_no_kernel(void **state)
{
	(void)state;
	es_test_put16(file, ES_TEST_PE_OPTIONAL + 68, 11);
	assert_int_equal(run(), EFI_LOAD_ERROR);
}

static void no_memory_is_said(void **state)
{
	(void)state;
	for (unsigned left = 0; left < 2; left++) {
		start(NULL);
		mock.allocations_left = left;
		assert_int_equal(run(), EFI_OUT_OF_RESOURCES);
		assert_non_null(strstr(mock.console, "out of memory"));
		assert_int_equal(mock.allocated, 0);
	}
}

/* Firmware that lets nothing be both written and run. */
static struct {
	UINT64 read_only_at, read_only_len, executable_at, executable_len, freed_len;
} attributes;

static EFI_STATUS EFIAPI set_attributes(struct es_memory_attribute *self, UINT64 at, UINT64 len, UINT64 what)
{
	(void)self;
	assert_int_equal(what, ES_MEMORY_READ_ONLY);
	attributes.read_only_at = at;
	attributes.read_only_len = len;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI clear_attributes(struct es_memory_attribute *self, UINT64 at, UINT64 len, UINT64 what)
{
	(void)self;
	if (what & ES_MEMORY_NO_EXECUTE) {
		attributes.executable_at = at;
		attributes.executable_len = len;
	}
	if (what == ES_MEMORY_READ_ONLY)
		attributes.freed_len = len;
	return EFI_SUCCESS;
}

static void code_alone_may_run_where_firmware_asks_for_it(void **state)
{
	const EFI_GUID guid = ES_MEMORY_ATTRIBUTE_GUID;
	struct es_memory_attribute protocol = { .set = set_attributes, .clear = clear_attributes };

	(void)state;
	mock_add(&mock, mock_new_handle(&mock), guid, &protocol);
	es_test_put16(file, ES_TEST_PE_OPTIONAL + 70, 0x100); /* NX compatible */
	assert_int_equal(run(), EFI_UNSUPPORTED);
	assert_int_equal(attributes.read_only_len, 0x1000);
	assert_int_equal(attributes.executable_len, 0x1000);
	assert_int_equal(attributes.executable_at, attributes.read_only_at);
	assert_int_equal(attributes.freed_len, 0x4000); /* given back as it was had */
	es_test_put16(file, ES_TEST_PE_OPTIONAL + 70, 0);
	assert_int_equal(run(), EFI_UNSUPPORTED);
	assert_int_equal(attributes.executable_len, 0x4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(kernel_that_returns_is_said, start, nothing_left),
		cmocka_unit_test_setup_teardown(kernel_that_exits_comes_back_here, start, nothing_left),
		cmocka_unit_test_setup_teardown(kernel_that_returns_success_is_no_success, start, nothing_left),
		cmocka_unit_test_setup_teardown(kernel_is_an_image_with_its_options, start, nothing_left),
		cmocka_unit_test_setup_teardown(exit_of_another_image_is_the_firmwares, start, nothing_left),
		cmocka_unit_test_setup_teardown(garbage_is_no_kernel, start, nothing_left),
		cmocka_unit_test_setup_teardown(kernel_of_another_machine_is_refused, start, nothing_left),
		cmocka_unit_test_setup_teardown(driver_is_no_kernel, start, nothing_left),
		cmocka_unit_test_setup_teardown(no_memory_is_said, start, nothing_left),
		cmocka_unit_test_setup_teardown(code_alone_may_run_where_firmware_asks_for_it, start, nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
