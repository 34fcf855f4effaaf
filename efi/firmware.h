/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the firmware gave us, passed around instead of globals. The error convention of efi/ is EFI_STATUS; what the
 * user must know is said once, where it is known, by es_say() or es_complain().
 */
#ifndef ES_EFI_FIRMWARE_H
#define ES_EFI_FIRMWARE_H

#include <efi.h>

#include "keys/core/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct es_firmware {
	EFI_HANDLE image; /* us */
	EFI_SYSTEM_TABLE *table;
	EFI_BOOT_SERVICES *boot;
	EFI_LOADED_IMAGE_PROTOCOL *loaded; /* us */
};

/* One line on the console: "etcseal: text". ASCII. */
void es_say(const struct es_firmware *fw, const char *text);
/* "etcseal: what (status in words). next" */
void es_complain(const struct es_firmware *fw, const char *what, EFI_STATUS status, const char *next);

/* The protocol of that GUID on the handle, or (handle NULL) the first there is. */
ES_MUST_CHECK EFI_STATUS es_protocol(const struct es_firmware *fw, EFI_HANDLE handle, const EFI_GUID *guid, void **ret);

/* UEFI "Globally Defined Variables": SecureBoot is 1 and SetupMode isn't. Sizes are checked; an absent variable is off. */
bool es_secure_boot(const struct es_firmware *fw);

#endif
