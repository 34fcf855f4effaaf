/* SPDX-License-Identifier: Apache-2.0 */
/* Variables that are hints, and device paths that anybody's driver made. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/tests/lib/mock.h"
#include "efi/variables.h"

#include <string.h>

static struct mock mock;
static char uuid[ES_PART_UUID_TEXT];

/* As OVMF makes it: PCI root, PCI device, partition 1 with a GUID, end. */
static uint8_t disk_path[] = {
	2,    1,    12,   0,    0xd0, 0x41, 3,    0x0a, 0,    0,    0,    0, /* PciRoot(0) */
	1,    1,    6,    0,    0,    1,                                     /* Pci(1,0) */
	4,    1,    42,   0,    1,    0,    0,    0,    0,    8,    0,    0,
	0,    0,    0,    0,    0x40, 0x0d, 3,    0,    0,    0,    0,    0, /* HD */
	0x9e, 0x2a, 0x5c, 0x0f, 0xd3, 0x91, 0x0c, 0x4d, 0x8a, 0x37, 0x5b, 0xe2,
	0xc4, 0xd6, 0xe8, 0x01, 2,    2,    0x7f, 0xff, 4,    0,
};
enum { HD_AT = 18, HD_LEN_AT = HD_AT + 2, HD_TYPE_AT = HD_AT + 41 };

static int start(void **state)
{
	const EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

	(void)state;
	mock_start(&mock);
	mock.loaded.DeviceHandle = mock_new_handle(&mock);
	mock_add(&mock, mock.loaded.DeviceHandle, guid, disk_path);
	disk_path[HD_LEN_AT] = 42;
	disk_path[HD_TYPE_AT] = 2;
	return 0;
}

static void partition_uuid_is_read_from_the_device_path(void **state)
{
	(void)state;
	es_partition_uuid(&mock.fw, uuid);
	assert_string_equal(uuid, "0f5c2a9e-91d3-4d0c-8a37-5be2c4d6e801");
}

static void no_gpt_partition_is_no_uuid(void **state)
{
	(void)state;
	disk_path[HD_TYPE_AT] = 1; /* MBR */
	es_partition_uuid(&mock.fw, uuid);
	assert_string_equal(uuid, "");
	mock.loaded.DeviceHandle = NULL;
	es_partition_uuid(&mock.fw, uuid);
	assert_string_equal(uuid, "");
}

static void broken_device_path_is_no_uuid(void **state)
{
	static const uint8_t lengths[] = { 0, 3, 41 };

	(void)state;
	for (size_t i = 0; i < sizeof lengths; i++) {
		disk_path[HD_LEN_AT] = lengths[i];
		if (lengths[i] == 41)
			disk_path[HD_AT + 41] = 0x7f; /* a shorter node, then an end */
		es_partition_uuid(&mock.fw, uuid);
		assert_string_equal(uuid, "");
	}
}

static uint8_t file_path[] = { 4,    4,    14, 0, '\\', 0, 'E', 0, 'F', 0, 'I', 0, 0, 0, /* \EFI */
			       4,    4,    10, 0, '\\', 0, 'u', 0, 0,   0,               /* \u */
			       0x7f, 0xff, 4,  0 };

static void sets_what_other_stubs_set(void **state)
{
	(void)state;
	mock.loaded.FilePath = (EFI_DEVICE_PATH *)file_path;
	es_variables_set(&mock.fw, "0f5c2a9e-91d3-4d0c-8a37-5be2c4d6e801");
	assert_string_equal(mock_variable_text(&mock, "StubInfo"), "etcseal-stub " ES_VERSION_TEXT);
	assert_string_equal(mock_variable_text(&mock, "StubDevicePartUUID"), "0f5c2a9e-91d3-4d0c-8a37-5be2c4d6e801");
	assert_string_equal(mock_variable_text(&mock, "LoaderDevicePartUUID"), "0f5c2a9e-91d3-4d0c-8a37-5be2c4d6e801");
	assert_string_equal(mock_variable_text(&mock, "LoaderImageIdentifier"), "\\EFI\\u");
	assert_null(mock_variable_text(&mock, "StubPcrKernelImage"));
}

static void leaves_what_a_loader_set(void **state)
{
	(void)state;
	mock.loaded.FilePath = (EFI_DEVICE_PATH *)file_path;
	mock_set_variable(&mock, "LoaderDevicePartUUID", u"mine", 10);
	mock_set_variable(&mock, "LoaderImageIdentifier", u"boot", 10);
	es_variables_set(&mock.fw, "0f5c2a9e-91d3-4d0c-8a37-5be2c4d6e801");
	assert_string_equal(mock_variable_text(&mock, "LoaderDevicePartUUID"), "mine");
	assert_string_equal(mock_variable_text(&mock, "LoaderImageIdentifier"), "boot");
}

static void without_a_partition_or_path_says_nothing_of_them(void **state)
{
	(void)state;
	es_variables_set(&mock.fw, "");
	assert_non_null(mock_variable_text(&mock, "StubInfo"));
	assert_null(mock_variable_text(&mock, "StubDevicePartUUID"));
	assert_null(mock_variable_text(&mock, "LoaderDevicePartUUID"));
	assert_null(mock_variable_text(&mock, "LoaderImageIdentifier"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(partition_uuid_is_read_from_the_device_path, start),
		cmocka_unit_test_setup(no_gpt_partition_is_no_uuid, start),
		cmocka_unit_test_setup(broken_device_path_is_no_uuid, start),
		cmocka_unit_test_setup(sets_what_other_stubs_set, start),
		cmocka_unit_test_setup(leaves_what_a_loader_set, start),
		cmocka_unit_test_setup(without_a_partition_or_path_says_nothing_of_them, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
