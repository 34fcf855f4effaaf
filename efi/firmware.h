/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware's services, passed around instead of globals. The error convention of efi/ is EFI_STATUS; what the user
 * must know is reported once, where it is detected, by es_say() or es_complain().
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

/* Prints one line to the console: "etcseal: text". ASCII. */
void es_say(const struct es_firmware *fw, const char *text);
/* Prints "etcseal: what (status in words). next". */
void es_complain(const struct es_firmware *fw, const char *what, EFI_STATUS status, const char *next);

/* The protocol of that GUID on the handle; handle NULL: the first one of the firmware. */
ES_MUST_CHECK EFI_STATUS es_protocol(const struct es_firmware *fw, EFI_HANDLE handle, const EFI_GUID *guid, void **ret);

/* Whether SecureBoot is 1 and SetupMode isn't (UEFI, "Globally Defined Variables"). Checks sizes; an absent variable is
 * 0. */
bool es_secure_boot(const struct es_firmware *fw);

#endif
