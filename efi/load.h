/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lays a PE file out in memory, as a loader does, and applies its base relocations. Pure. The image's signature isn't
 * looked at: it is part of an image that the firmware verified as a whole. Microsoft PE format, "The .reloc Section".
 */
#ifndef ES_EFI_LOAD_H
#define ES_EFI_LOAD_H

#include "efi/firmware.h"
#include "keys/core/pe.h"

/* pe: as es_pe_open(ES_PE_FILE) found it. room: zeroed, pe->image_size bytes, where it will run. EFI_LOAD_ERROR: a section
 * or a relocation that doesn't fit, or of a kind that we don't know. */
ES_MUST_CHECK EFI_STATUS es_load(const struct es_pe *pe, uint8_t *room, size_t room_len);

/* DLL characteristics: the image says that it never writes to code nor runs data. */
bool es_load_is_nx_compatible(const struct es_pe *pe);

#endif
