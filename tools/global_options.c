/* SPDX-License-Identifier: Apache-2.0 */
/* The options of every verb. */
#include "tools/verb.h"

#include <stddef.h>

const struct es_option es_global_options[] = {
	{ "json", NULL, "print JSON, also for errors", false },
	{ "boot-dir", "DIR", "where the boot partition is mounted (detected)", false },
	{ "run-dir", "DIR", "the boot helper's folder (/run/etcseal)", false },
	{ "tcti", "TEXT", "which TPM to use, as in tss2-tctildr(3) (/dev/tpmrm0)", false },
	{ "event-log", "FILE", "the firmware's event log (the kernel's)", false },
	{ "product-uuid", "FILE", "the machine's UUID (the kernel's)", false },
	{ "firmware", "DIR", "the firmware's data: efi/efivars, dmi/tables (/sys/firmware)", false },
	{ "kernel-options", "FILE", "the kernel's options (/proc/cmdline)", false },
	{ "power", "DIR", "where the kernel shows whether it can hibernate (/sys/power)", false },
	{ "key-name", "TEXT", "the name of the key in the kernel keyring", false },
	{ "help", NULL, "show the help of a verb", false },
	{ "version", NULL, "show the version", false },
	{ NULL, NULL, NULL, false },
};
