/* SPDX-License-Identifier: Apache-2.0 */
/* The options that go with every verb. */
#include "tools/verb.h"

#include <stddef.h>

const struct es_option es_global_options[] = {
	{ "json", NULL, "print for machines; errors too", false },
	{ "boot-dir", "DIR", "where the boot partition is mounted (found by itself)", false },
	{ "run-dir", "DIR", "what the boot helper left (/run/etcseal)", false },
	{ "tcti", "TEXT", "which TPM, as in tss2-tctildr(3) (/dev/tpmrm0)", false },
	{ "event-log", "FILE", "the firmware's event log (the kernel's)", false },
	{ "product-uuid", "FILE", "the machine's UUID (the kernel's)", false },
	{ "firmware", "DIR", "what firmware shows: efi/efivars, dmi/tables (/sys/firmware)", false },
	{ "kernel-options", "FILE", "what the kernel was started with (/proc/cmdline)", false },
	{ "power", "DIR", "whether the kernel can hibernate (/sys/power)", false },
	{ "key-name", "TEXT", "the name of the key in the kernel keyring", false },
	{ "help", NULL, "show the help of a verb", false },
	{ "version", NULL, "show the version", false },
	{ NULL, NULL, NULL, false },
};
