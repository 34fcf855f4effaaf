/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attack 11: a driver that makes every measurement into PCR 12 fail, as a TPM might, and lets the boot go on: what was
 * typed at the menu shall leave no trace.
 */
#include "tests-ovmf/attack/efi/common.h"

static hash_log_extend real;

static EFI_STATUS EFIAPI deaf(struct tcg2 *self, UINT64 flags, EFI_PHYSICAL_ADDRESS data, UINT64 len,
			      struct tcg2_event *event)
{
	if (event && event->pcr == 12)
		return EFI_DEVICE_ERROR;
	return real(self, flags, data, len, event);
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	struct tcg2 *tcg2;

	InitializeLib(self, system);
	tcg2 = find_tcg2();
	if (!tcg2)
		return EFI_NOT_FOUND;
	real = tcg2->hash_log_extend_event;
	tcg2->hash_log_extend_event = deaf;
	Print(L"@@ deaf=yes\n");
	return EFI_SUCCESS;
}
