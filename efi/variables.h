/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot loader interface's variables (systemd.io/BOOT_LOADER_INTERFACE) that other stubs set too, so that tools find
 * the boot partition. Volatile, and hints only: etcseal makes no decision by them. StubPcrKernelImage is left unset: it
 * would enable all of systemd's own measuring.
 */
#ifndef ES_EFI_VARIABLES_H
#define ES_EFI_VARIABLES_H

#include "efi/firmware.h"

enum { ES_PART_UUID_TEXT = 37 };

/* The GPT UUID of the partition that the image came from, in lower case; "" if it didn't come from one. */
void es_partition_uuid(const struct es_firmware *fw, char ret[static ES_PART_UUID_TEXT]);

/* StubInfo and StubDevicePartUUID; LoaderDevicePartUUID and LoaderImageIdentifier where a loader hasn't set them. */
void es_variables_set(const struct es_firmware *fw, const char *part_uuid);

#endif
