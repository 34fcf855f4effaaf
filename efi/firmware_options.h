/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the started system will take from firmware as options (keys/core/firmware_options.h) goes into PCR 12: EFI variables and
 * SMBIOS strings. Where there is none, PCR 12 stays as it is.
 *
 * What is there and can't be read counts as a measurement that failed. It can't see what firmware hands over by other ways;
 * SECURITY.md has the list.
 */
#ifndef ES_EFI_FIRMWARE_OPTIONS_H
#define ES_EFI_FIRMWARE_OPTIONS_H

#include "efi/measure.h"

/* Says each on the console; returns how many there were. */
unsigned es_firmware_options_measure(struct es_measuring *m);

#endif
