/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A boot menu for machines without hands: starts the images that the test names, the next if one is refused, with the
 * options that the test "typed". Both come through QEMU's fw_cfg, so that what was typed lies on no disk and in no EFI
 * variable. Why not another way: OVMF measures Boot#### with its options into PCR 1, and systemd-boot 252 measures an
 * entry's options into PCR 12, each as text in the TCG event log; the test that the recovery key is nowhere in that log
 * needs a menu that, as the UEFI shell, measures nothing itself. It stands before every boot, so that PCR 4 is the same
 * each time.
 */
#include <efi.h>
#include <efilib.h>

enum {
	FW_CFG_SELECT = 0x510,
	FW_CFG_DATA = 0x511,
	FW_CFG_DIRECTORY = 0x19,
	TEXT_MAX = 8192,
};

static void port_write16(UINT16 port, UINT16 value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static UINT8 port_read8(UINT16 port)
{
	UINT8 value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static UINT32 read_big_endian(unsigned bytes)
{
	UINT32 value = 0;
	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | port_read8(FW_CFG_DATA);
	return value;
}

/* One character of UTF-8, of up to three bytes; it is a test's own, so it is well-formed. */
static CHAR16 read_character(UINT32 *left)
{
	UINT8 first = port_read8(FW_CFG_DATA);
	unsigned more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : 2;
	UINT32 c = more == 0 ? first : first & (more == 1 ? 0x1f : 0x0f);

	(*left)--;
	for (; more > 0 && *left > 0; more--, (*left)--)
		c = c << 6 | (port_read8(FW_CFG_DATA) & 0x3f);
	return (CHAR16)c;
}

/* The file's text as UTF-16 with its NUL; the number of characters before that, 0 if there is no such file. */
static UINTN fw_cfg_text(const char *name, CHAR16 ret_text[static TEXT_MAX])
{
	UINTN len = 0;
	port_write16(FW_CFG_SELECT, FW_CFG_DIRECTORY);
	for (UINT32 count = read_big_endian(4); count > 0; count--) {
		UINT32 size = read_big_endian(4);
		UINT16 select = (UINT16)read_big_endian(2);
		char found[56];
		read_big_endian(2);
		for (unsigned i = 0; i < sizeof found; i++)
			found[i] = (char)port_read8(FW_CFG_DATA);
		found[sizeof found - 1] = '\0';
		if (strcmpa((CHAR8 *)found, (CHAR8 *)name) != 0)
			continue;
		port_write16(FW_CFG_SELECT, select);
		while (size > 0 && len < TEXT_MAX - 1)
			ret_text[len++] = read_character(&size);
		break;
	}
	ret_text[len] = 0;
	return len;
}

/* Comes back only with what refused to start. */
static EFI_STATUS start(EFI_HANDLE self, CHAR16 *path, CHAR16 *options, UINTN options_len)
{
	EFI_LOADED_IMAGE *own, *next;
	EFI_HANDLE image;
	EFI_STATUS status = uefi_call_wrapper(BS->HandleProtocol, 3, self, &LoadedImageProtocol, (void **)&own);

	if (EFI_ERROR(status))
		return status;
	status =
	    uefi_call_wrapper(BS->LoadImage, 6, FALSE, self, FileDevicePath(own->DeviceHandle, path), NULL, 0, &image);
	if (EFI_ERROR(status))
		return status;
	status = uefi_call_wrapper(BS->HandleProtocol, 3, image, &LoadedImageProtocol, (void **)&next);
	if (EFI_ERROR(status))
		return status;
	if (options_len > 0) {
		next->LoadOptions = options;
		next->LoadOptionsSize = (UINT32)((options_len + 1) * sizeof *options);
	}
	return uefi_call_wrapper(BS->StartImage, 3, image, NULL, NULL);
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	static CHAR16 paths[TEXT_MAX], options[TEXT_MAX];
	EFI_STATUS status = EFI_SUCCESS;

	InitializeLib(self, system);
	if (fw_cfg_text("opt/etcseal.test/image", paths) == 0)
		StrCpy(paths, L"\\EFI\\etcseal\\etcseal.efi");
	UINTN options_len = fw_cfg_text("opt/etcseal.test/options", options);

	for (CHAR16 *path = paths, *end; *path != 0; path = end) {
		for (end = path; *end != 0 && *end != '\n'; end++)
			;
		if (*end != 0)
			*end++ = 0;
		Print(L"@@ menu=%s\n", path);
		status = start(self, path, options, options_len);
		Print(L"\n@@ came-back %s=%r\n", path, status);
	}
	Print(L"@@ image-refused=%r\n", status);
	uefi_call_wrapper(RT->ResetSystem, 4, EfiResetShutdown, status, 0, NULL);
	return status;
}
