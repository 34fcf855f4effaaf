/* SPDX-License-Identifier: Apache-2.0 */
/* The whole stub, from a loaded image to a kernel that looks at what it was given. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/testlib/mock_kernel.h"
#include "efi/testlib/mock_tpm.h"
#include "efi/testlib/mock_volume.h"
#include "keys/core/labels.h"

#include <stdlib.h>
#include <string.h>

#define KEY                                                                                                            \
	"478269-039194-473926-430939-686855-231401-642208-184477-"                                                     \
	"602511-225586-551660-586542-338394-092578-687140-267425"

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table);

static struct mock mock;
static struct mock_registers tpm;
static struct mock_volume volume;
static uint8_t *loaded;
static uint8_t options[1024];

/* What the kernel saw. */
static struct {
	char options[256];
	uint8_t initrd[64 << 10];
	size_t initrd_len;
	unsigned starts;
} kernel;

static EFI_STATUS look(EFI_HANDLE handle)
{
	static uint8_t path[] = { 4,    3,    20,   0,    0x27, 0xe4, 0x68, 0x55, 0xfc, 0x68, 0x3d, 0x4f,
				  0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68, 0x7f, 0xff, 4,    0 };
	EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID, file_guid = ES_LOAD_FILE2_GUID;
	EFI_DEVICE_PATH *at = (EFI_DEVICE_PATH *)path, *end = (EFI_DEVICE_PATH *)(path + 20);
	EFI_LOADED_IMAGE_PROTOCOL *image;
	EFI_LOAD_FILE_PROTOCOL *file;
	UINTN len = sizeof kernel.initrd;
	EFI_HANDLE initrd;
	void *found;

	kernel.starts++;
	assert_int_equal(mock.boot.HandleProtocol(handle, &image_guid, &found), EFI_SUCCESS);
	image = found;
	for (size_t i = 0; 2 * i < image->LoadOptionsSize; i++)
		kernel.options[i] = (char)((CHAR16 *)image->LoadOptions)[i];
	assert_int_equal(mock.boot.LocateDevicePath(&file_guid, &at, &initrd), EFI_SUCCESS);
	assert_int_equal(mock.boot.HandleProtocol(initrd, &file_guid, &found), EFI_SUCCESS);
	file = found;
	assert_int_equal(file->LoadFile(file, end, 0, &len, kernel.initrd), EFI_SUCCESS);
	kernel.initrd_len = len;
	return EFI_UNSUPPORTED;
}

/* The image as firmware has it in memory; without one section, if that is named. */
static void load_image(const char *without)
{
	static uint8_t linux_file[ES_TEST_PE_MAX], image[ES_TEST_PE_MAX];
	const uint32_t linux_len = (uint32_t)mock_kernel_make(false, linux_file);
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
	free(loaded);
	loaded = es_test_pe_load((struct es_span){ image, file_len }, &len);
	assert_non_null(loaded);
	mock.loaded.ImageBase = loaded;
	mock.loaded.ImageSize = len;
}

static int start(void **state)
{
	const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;

	(void)state;
	mock_start(&mock);
	mock.canary = KEY;
	mock_add(&mock, mock.fw.image, guid, &mock.loaded);
	mock_volume_start(&volume, &mock);
	mock_tpm_start(&tpm);
	mock_tpm_offer(&mock, &tpm);
	mock_kernel_start(&mock, look);
	memset(&kernel, 0, sizeof kernel);
	load_image(NULL);
	return 0;
}

/* Everything is given back, and no page with the key still in it. */
static int nothing_left(void **state)
{
	(void)state;
	free(loaded);
	loaded = NULL;
	assert_int_equal(mock.allocated, 0);
	assert_int_equal(volume.open, 0);
	assert_int_equal(mock_installed(&mock), 3); /* what start installed */
	assert_false(mock.leaked);
	return 0;
}

static void give(const char *text)
{
	memset(options, 0, sizeof options);
	for (size_t i = 0; text[i]; i++)
		options[2 * i] = (uint8_t)text[i];
	mock.loaded.LoadOptions = options;
	mock.loaded.LoadOptionsSize = (UINT32)(2 * strlen(text) + 2);
}

static bool initrd_has(const char *text)
{
	return memmem(kernel.initrd, kernel.initrd_len, text, strlen(text)) != NULL;
}

static unsigned events_in(unsigned pcr)
{
	unsigned n = 0;

	for (unsigned i = 0; i < tpm.count; i++)
		n += tpm.events[i].pcr == pcr;
	return n;
}

static void add_bank(void)
{
	mock_volume_add(&volume, "\\etcseal\\bank0", NULL, SIZE_MAX);
	mock_volume_add(&volume, "\\etcseal\\bank0\\encryption.info", "the info", 8);
	mock_volume_add(&volume, "\\etcseal\\bank0\\measured.log", "", 0);
}

static void plain_boot(void **state)
{
	(void)state;
	add_bank();
	assert_int_equal(efi_main(mock.fw.image, &mock.table), EFI_UNSUPPORTED);
	assert_int_equal(kernel.starts, 1);
	assert_string_equal(kernel.options, "root=/dev/vda quiet");
	assert_memory_equal(kernel.initrd,
			    "microcode\0\0\0initrd\0\0"
			    "070701",
			    26);
	assert_true(initrd_has(".extra/etcseal/bank0/encryption.info"));
	assert_true(initrd_has("the info"));
	assert_true(initrd_has(".extra/etcseal/bank0/measured.log"));
	assert_true(initrd_has("\"measured\": \"yes\", \"outside_options\": \"none\""));
	assert_true(initrd_has(".extra/os-release"));
	assert_false(initrd_has("recovery-key"));
	assert_int_equal(events_in(11), 2 * 5);
	assert_int_equal(events_in(12), 0);
	assert_int_equal(events_in(13), 1); /* nothing to hash is no event */
}

static void outside_options_take_the_place_of_the_images(void **state)
{
	(void)state;
	give("root=/dev/vdb single");
	assert_int_equal(efi_main(mock.fw.image, &mock.table), EFI_UNSUPPORTED);
	assert_string_equal(kernel.options, "root=/dev/vdb single");
	assert_int_equal(events_in(12), 1);
	assert_int_equal(tpm.events[10].len, 2 * 21);
	assert_true(initrd_has("\"outside_options\": \"used\""));
}

static void secure_boot_keeps_to_the_images(void **state)
{
	(void)state;
	mock_set_variable(&mock, "SecureBoot", "\1", 1);
	mock_set_variable(&mock, "SetupMode", "\0", 1);
	give("init=/bin/sh");
	assert_int_equal(efi_main(mock.fw.image, &mock.table), EFI_UNSUPPORTED);
	assert_string_equal(kernel.options, "root=/dev/vda quiet");
	assert_int_equal(events_in(12), 0);
	assert_true(initrd_has("\"outside_options\": \"dropped\""));
	assert_true(initrd_has("\"secure_boot\": true"));
}

static void recovery_key_goes_into_one_file_only(void **state)
{
	(void)state;
	give("etcseal.recovery=" KEY);
	assert_int_equal(efi_main(mock.fw.image, &mock.table), EFI_UNSUPPORTED);
	assert_string_equal(kernel.options, "root=/dev/vda quiet");
	assert_true(initrd_has(".extra/etcseal/recovery-key"));
	assert_true(initrd_has(KEY));
	assert_true(initrd_has("\"outside_options\": \"none\""));
	assert_true(initrd_has("\"recovery\": true"));
	assert_int_equal(events_in(12), 1);
	assert_memory_equal(tpm.events[10].data, ES_RECOVERY_EVENT, strlen(ES_RECOVERY_EVENT));
	assert_null(strstr(mock.console, "478269"));
	for (size_t i = 0; i < sizeof options; i++)
		assert_int_equal(options[i], 0);
}

static void recovery_event_stands_before_the_options(void **state)
{
	(void)state;
	give("single encryptionRecoveryKey=" KEY);
	assert_int_equal(efi_main(mock.fw.image, &mock.table), EFI_UNSUPPORTED);
	assert_int_equal(events_in(12), 2);
	assert_memory_equal(tpm.events[10].data, ES_RECOVERY_EVENT, strlen(ES_RECOVERY_EVENT));
	assert_int_equal(tpm.events[11].pcr, 12);
	assert_memory_equal(tpm.events[11].data, u"single", 14);
}

static void failed_measurement_boots_on_and_is_told(void **state)
{
	(void)state;
	tpm.fails_at = 3;
	tpm.fails_with = EFI_DEVICE_ERROR;
	assert_int_equal(efi_main(mock.fw.image, &mock.table), EFI_UNSUPPORTED);
	assert_int_equal(kernel.starts, 1);
	assert_true(initrd_has("\"measured\": \"failed\""));
	assert_non_null(strstr(mock.console, "seal stays shut"));
}

static void image_without_a_part_is_refused_unmeasured(void **state)
{
	const char *parts[] = { ".linux", ".cmdline", ".initrd" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		start(NULL);
		load_image(parts[i]);
		assert_int_equal(efi_main(mock.fw.image, &mock.table), EFI_LOAD_ERROR);
		assert_int_equal(kernel.starts, 0);
		assert_int_equal(tpm.count, 0);
		assert_non_null(strstr(mock.console, "no .linux, .initrd or .cmdline section"));
	}
}

static void damaged_image_is_refused(void **state)
{
	(void)state;
	es_test_put32(loaded, es_test_pe_at(1, ES_TEST_PE_VADDR), 0x00ffffff);
	assert_int_equal(efi_main(mock.fw.image, &mock.table), EFI_LOAD_ERROR);
	assert_int_equal(kernel.starts, 0);
	assert_non_null(strstr(mock.console, "sections are damaged"));
}

static void no_memory_at_any_step_leaves_nothing(void **state)
{
	(void)state;
	for (unsigned left = 0; left < 40; left++) {
		start(NULL);
		add_bank();
		give("single etcseal.recovery=" KEY);
		mock.allocations_left = left;
		assert_true(EFI_ERROR(efi_main(mock.fw.image, &mock.table)));
		assert_int_equal(mock.allocated, 0);
		assert_int_equal(volume.open, 0);
		assert_int_equal(mock_installed(&mock), 3);
		assert_false(mock.leaked);
	}
	assert_int_equal(kernel.starts, 1); /* 40 are enough, so every step had its turn */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain_boot, start, nothing_left),
		cmocka_unit_test_setup_teardown(outside_options_take_the_place_of_the_images, start, nothing_left),
		cmocka_unit_test_setup_teardown(secure_boot_keeps_to_the_images, start, nothing_left),
		cmocka_unit_test_setup_teardown(recovery_key_goes_into_one_file_only, start, nothing_left),
		cmocka_unit_test_setup_teardown(recovery_event_stands_before_the_options, start, nothing_left),
		cmocka_unit_test_setup_teardown(failed_measurement_boots_on_and_is_told, start, nothing_left),
		cmocka_unit_test_setup_teardown(image_without_a_part_is_refused_unmeasured, start, nothing_left),
		cmocka_unit_test_setup_teardown(damaged_image_is_refused, start, nothing_left),
		cmocka_unit_test_setup_teardown(no_memory_at_any_step_leaves_nothing, start, nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
