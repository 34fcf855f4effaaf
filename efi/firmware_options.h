/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures into PCR 12 what the started system will take from firmware as options (keys/core/firmware_options.h): EFI
 * variables and SMBIOS strings. If there are none, PCR 12 doesn't change.
 *
 * An option that exists but can't be read counts as a failed measurement. What firmware hands over in other ways isn't
 * seen; SECURITY.md has the list.
 */
#ifndef ES_EFI_FIRMWARE_OPTIONS_H
#define ES_EFI_FIRMWARE_OPTIONS_H

#include "efi/measure.h"

/* Reports each option on the console; returns their number. */
unsigned es_firmware_options_measure(struct es_measuring *m);

#endif
