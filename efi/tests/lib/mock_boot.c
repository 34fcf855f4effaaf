/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/tests/lib/mock_boot.h"

#include <stdlib.h>
#include <string.h>

struct mock_boot mock_boot;

static EFI_STATUS look(EFI_HANDLE handle)
{
	static uint8_t path[] = { 4,    3,    20,   0,    0x27, 0xe4, 0x68, 0x55, 0xfc, 0x68, 0x3d, 0x4f,
				  0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68, 0x7f, 0xff, 4,    0 };
	EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID, file_guid = ES_LOAD_FILE2_GUID;
	EFI_DEVICE_PATH *at = (EFI_DEVICE_PATH *)path, *end = (EFI_DEVICE_PATH *)(path + 20);
	EFI_LOADED_IMAGE_PROTOCOL *image;
	EFI_LOAD_FILE_PROTOCOL *file;
	UINTN len = sizeof mock_boot.kernel.initrd;
	EFI_HANDLE initrd;
	void *found;

	mock_boot.kernel.starts++;
	mock_boot.kernel.events = mock_boot.tpm.count;
	assert_int_equal(mock_boot.mock.boot.HandleProtocol(handle, &image_guid, &found), EFI_SUCCESS);
	image = found;
	for (size_t i = 0; 2 * i < image->LoadOptionsSize; i++)
		mock_boot.kernel.options[i] = (char)((CHAR16 *)image->LoadOptions)[i];
	assert_int_equal(mock_boot.mock.boot.LocateDevicePath(&file_guid, &at, &initrd), EFI_SUCCESS);
	assert_int_equal(mock_boot.mock.boot.HandleProtocol(initrd, &file_guid, &found), EFI_SUCCESS);
	file = found;
	assert_int_equal(file->LoadFile(file, end, 0, &len, mock_boot.kernel.initrd), EFI_SUCCESS);
	mock_boot.kernel.initrd_len = len;
	if (mock_boot.kernel.exits_as_us)
		mock_boot.mock.boot.Exit(mock_boot.mock.fw.image, EFI_ABORTED, 0, NULL);
	return EFI_UNSUPPORTED;
}

void mock_boot_load(bool exits, const char *without)
{
	static uint8_t linux_file[ES_TEST_PE_MAX], image[ES_TEST_PE_MAX];
	const uint32_t linux_len = (uint32_t)mock_kernel_make(exits, linux_file);
	const struct {
		const char *name;
		const void *content;
		uint32_t len;
	} all[] = {
		{ ".text", "code", 4 },          { ".linux", linux_file, linux_len },
		{ ".osrel", "ID=debian\n", 10 }, { ".cmdline", "root=/dev/vda quiet\n", 20 },
		{ ".ucode", "microcode", 9 },    { ".initrd", "initrd", 6 },
	};
	struct es_test_pe_section sections[6];
	unsigned count = 0;
	size_t len, file_len;

	for (size_t i = 0; i < 6; i++)
		if (!without || strcmp(all[i].name, without) != 0)
			sections[count++] = (struct es_test_pe_section){ all[i].name, all[i].len, 0 };
	file_len = es_test_pe_make(sections, count, image);
	count = 0;
	for (size_t i = 0; i < 6; i++)
		if (!without || strcmp(all[i].name, without) != 0)
			memcpy(image + es_test_get32(image, es_test_pe_at(count++, ES_TEST_PE_ROFF)), all[i].content,
			       all[i].len);
	free(mock_boot.loaded);
	mock_boot.loaded = es_test_pe_load((struct es_span){ image, file_len }, &len);
	assert_non_null(mock_boot.loaded);
	mock_boot.mock.loaded.ImageBase = mock_boot.loaded;
	mock_boot.mock.loaded.ImageSize = len;
}

int mock_boot_start(void **state)
{
	const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;

	(void)state;
	mock_start(&mock_boot.mock);
	mock_boot.mock.canary = MOCK_BOOT_KEY;
	mock_add(&mock_boot.mock, mock_boot.mock.fw.image, guid, &mock_boot.mock.loaded);
	mock_volume_start(&mock_boot.volume, &mock_boot.mock);
	mock_tpm_start(&mock_boot.tpm);
	mock_tpm_offer(&mock_boot.mock, &mock_boot.tpm);
	mock_kernel_start(&mock_boot.mock, look);
	memset(&mock_boot.kernel, 0, sizeof mock_boot.kernel);
	mock_boot_load(false, NULL);
	return 0;
}

void mock_boot_assert_spoilt(void)
{
	static const char text[] = "etcseal/v1/returned-to-firmware";

	assert_true(mock_boot.tpm.count >= 2);
	for (unsigned i = 0; i < 2; i++) {
		const struct mock_event *e = &mock_boot.tpm.events[mock_boot.tpm.count - 2 + i];

		assert_int_equal(e->pcr, 11 + i);
		assert_int_equal(e->len, sizeof text - 1);
		assert_memory_equal(e->data, text, e->len);
	}
	assert_non_null(strstr(mock_boot.mock.console, "the program that starts next can't open the seal"));
}

int mock_boot_end(void **state)
{
	(void)state;
	if (mock_boot.tpm.count > 0 && mock_boot.tpm.fails_at == 0)
		mock_boot_assert_spoilt();
	free(mock_boot.loaded);
	mock_boot.loaded = NULL;
	assert_int_equal(mock_boot.mock.allocated, 0);
	assert_int_equal(mock_boot.volume.open, 0);
	assert_int_equal(mock_installed(&mock_boot.mock), 3); /* what start installed */
	assert_false(mock_boot.mock.leaked);
	return 0;
}

void mock_boot_give(const char *text)
{
	memset(mock_boot.options, 0, sizeof mock_boot.options);
	for (size_t i = 0; text[i]; i++)
		mock_boot.options[2 * i] = (uint8_t)text[i];
	mock_boot.mock.loaded.LoadOptions = mock_boot.options;
	mock_boot.mock.loaded.LoadOptionsSize = (UINT32)(2 * strlen(text) + 2);
}

bool mock_boot_initrd_has(const char *text)
{
	return memmem(mock_boot.kernel.initrd, mock_boot.kernel.initrd_len, text, strlen(text)) != NULL;
}

unsigned mock_boot_events(unsigned pcr)
{
	unsigned n = 0;

	assert_int_equal(mock_boot.tpm.count, mock_boot.kernel.events + 2); /* and since then the two that spoil it */
	for (unsigned i = 0; i < mock_boot.kernel.events; i++)
		n += mock_boot.tpm.events[i].pcr == pcr;
	return n;
}
