/* SPDX-License-Identifier: Apache-2.0 */
#include "efi/load.h"

#include <string.h>

enum {
	DLL_CHARACTERISTICS = 24 + 70, /* from the signature */
	NX_COMPATIBLE = 0x100,
	RELOCATION_ABSOLUTE = 0, /* padding */
	RELOCATION_DIR64 = 10,
	BLOCK_HEADER = 8,
};

static bool copy(const struct es_pe *pe, uint32_t from, uint32_t len, uint8_t *room, uint32_t to)
{
	struct es_span bytes;

	if (!es_span_part(pe->image, from, len, &bytes) || to > pe->image_size || len > pe->image_size - to)
		return false;
	memcpy(room + to, bytes.data, bytes.len);
	return true;
}

static bool relocate_one(uint8_t *room, size_t room_len, uint64_t at, uint64_t delta)
{
	uint64_t value;

	if (at > room_len || sizeof value > room_len - at)
		return false;
	memcpy(&value, room + at, sizeof value);
	value += delta;
	memcpy(room + at, &value, sizeof value);
	return true;
}

/* Blocks of a page address, a size, and entries of type and offset. The blocks are in the image that they change, so
 * each number is read only once. */
static bool relocate(const struct es_pe *pe, uint8_t *room, size_t room_len, uint64_t delta)
{
	struct es_reader in = { .pos = 0 };

	if (!es_span_part((struct es_span){ room, room_len }, pe->reloc_rva, pe->reloc_size, &in.in))
		return false;
	while (es_reader_left(&in) > 0) {
		uint32_t page = es_read_le32(&in), size = es_read_le32(&in);

		if (in.bad || size < BLOCK_HEADER || size % 2 != 0 || size - BLOCK_HEADER > es_reader_left(&in))
			return false;
		for (uint32_t n = (size - BLOCK_HEADER) / 2; n > 0; n--) {
			uint16_t entry = es_read_le16(&in);

			if (entry >> 12 == RELOCATION_ABSOLUTE)
				continue;
			if (entry >> 12 != RELOCATION_DIR64 ||
			    !relocate_one(room, room_len, (uint64_t)page + (entry & 0xfff), delta))
				return false;
		}
	}
	return true;
}

EFI_STATUS es_load(const struct es_pe *pe, uint8_t *room, size_t room_len)
{
	uint64_t delta = (uint64_t)(uintptr_t)room - pe->image_base;

	if (room_len < pe->image_size || !copy(pe, 0, pe->headers_size, room, 0))
		return EFI_LOAD_ERROR;
	for (unsigned i = 0; i < pe->section_count; i++) {
		const struct es_pe_section *s = &pe->sections[i];
		uint32_t len = s->raw_size;

		/* File data beyond the section's size in memory is padding; missing data is zeros. */
		if (s->virtual_size > 0 && len > s->virtual_size)
			len = s->virtual_size;
		if (len > 0 && !copy(pe, s->raw_offset, len, room, s->virtual_address))
			return EFI_LOAD_ERROR;
	}
	if (pe->reloc_size > 0 && delta != 0 && !relocate(pe, room, pe->image_size, delta))
		return EFI_LOAD_ERROR;
	return EFI_SUCCESS;
}

bool es_load_is_nx_compatible(const struct es_pe *pe)
{
	struct es_reader in = { .in = pe->image };

	es_read_span(&in, (size_t)pe->header_offset + DLL_CHARACTERISTICS);
	return es_read_le16(&in) & NX_COMPATIBLE;
}
