/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver that lets the owner's stub measure its image, and then has no memory for its kernel: so that the stub goes
 * back to the firmware with PCR 11 as it is when the image starts. Only once: what comes next is to run.
 */
#include "tests-ovmf/attack/efi/common.h"

static EFI_ALLOCATE_PAGES real;

static EFI_STATUS EFIAPI starve(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN count, EFI_PHYSICAL_ADDRESS *memory)
{
	if (type != EfiLoaderCode)
		return real(how, type, count, memory);
	BS->AllocatePages = real;
	return EFI_OUT_OF_RESOURCES;
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	InitializeLib(self, system);
	real = BS->AllocatePages;
	BS->AllocatePages = starve;
	Print(L"@@ starves=yes\n");
	return EFI_SUCCESS;
}
