/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lays a PE file out in memory, as a loader does, and applies its base relocations. Pure. The file's signature isn't
 * checked: it is part of an image that the firmware verified as a whole. Microsoft PE format, "The .reloc Section".
 */
#ifndef ES_EFI_LOAD_H
#define ES_EFI_LOAD_H

#include "efi/firmware.h"
#include "keys/core/pe.h"

/* pe: from es_pe_open(ES_PE_FILE). room: zeroed, pe->image_size bytes, where it will run. EFI_LOAD_ERROR: a section or
 * a relocation that is out of bounds, or a relocation of unknown type. */
ES_MUST_CHECK EFI_STATUS es_load(const struct es_pe *pe, uint8_t *room, size_t room_len);

/* Whether the image declares (DLL characteristics) that it never writes to code or executes data. */
bool es_load_is_nx_compatible(const struct es_pe *pe);

#endif
