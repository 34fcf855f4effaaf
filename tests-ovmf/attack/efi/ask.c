/* SPDX-License-Identifier: Apache-2.0 */
/* What the firmware starts next, when the owner's image has come back: a system of the attacker's, which asks the
 * TPM. */
#include "tests-ovmf/attack/efi/common.h"

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	InitializeLib(self, system);
	Print(L"@@ asks=yes\n");
	return start_own_system(self);
}
