/* SPDX-License-Identifier: Apache-2.0 */
/* A whole boot for the tests of efi/main.c: a loaded image, a volume, a TPM, and a kernel that looks at what it was
 * given. */
#ifndef ES_EFI_TESTLIB_MOCK_BOOT_H
#define ES_EFI_TESTLIB_MOCK_BOOT_H

#include "efi/tests/lib/mock_kernel.h"
#include "efi/tests/lib/mock_tpm.h"
#include "efi/tests/lib/mock_volume.h"

/* A recovery key: no page that is given back may have it in it. */
#define MOCK_BOOT_KEY                                                                                                  \
	"478269-039194-473926-430939-686855-231401-642208-184477-"                                                     \
	"602511-225586-551660-586542-338394-092578-687140-267425"

struct mock_boot {
	struct mock mock;
	struct mock_registers tpm;
	struct mock_volume volume;
	uint8_t *loaded;       /* the image as firmware has it in memory */
	uint8_t options[1024]; /* LoadOptions, if given */
	/* What the kernel saw. */
	struct {
		char options[256];
		uint8_t initrd[64 << 10];
		size_t initrd_len;
		unsigned starts;
		unsigned events;  /* that had been measured */
		bool exits_as_us; /* it leaves by Exit with the stub's handle */
	} kernel;
};
extern struct mock_boot mock_boot;

/* cmocka setup and teardown. At its end everything is given back, and a stub that has measured and came back all the
 * same has spoilt what it measured. The test links efi/main.c itself. */
int mock_boot_start(void **state);
int mock_boot_end(void **state);

/* The image; without one section, if that is named. Its kernel leaves by Exit, or returns. */
void mock_boot_load(bool exits, const char *without);
void mock_boot_give(const char *options);
bool mock_boot_initrd_has(const char *text);
/* In that PCR when the kernel started. */
unsigned mock_boot_events(unsigned pcr);
/* The last that was measured: PCR 11 and 12 are nobody's any more. */
void mock_boot_assert_spoilt(void);

#endif
