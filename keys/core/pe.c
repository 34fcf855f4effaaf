/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the headers of a PE32+ image and checks them as a whole before anything uses a number from them. It refuses
 * what the format allows but no real loader needs: sections that are out of order, or overlap each other or the
 * headers.
 *
 * It says nothing about who made the image: that is the signature's job, and the firmware checks it.
 */
#include "keys/core/pe.h"

#include "keys/core/defences.h"

#include <string.h>

enum {
	DOS_MAGIC = 0x5a4d,
	DOS_HEADER_OFFSET = 0x3c,
	PE_MAGIC = 0x4550,
	PE32_MAGIC = 0x10b,
	PE32_PLUS_MAGIC = 0x20b,
	OPTIONAL_FIXED = 112, /* of a PE32+ optional header, before its data directories */
	DIRECTORY_LEN = 8,
	DIRECTORY_CERTIFICATES = 4,
	DIRECTORY_RELOCATIONS = 5,
	DIRECTORIES_MAX = 16,
	/* arm64 kernels use 64 KiB. Loaders round sizes up by this, so it must stay small compared to 4 GiB. */
	ALIGNMENT_MAX = 2 << 20,
};

static bool is_alignment(uint32_t v)
{
	return v > 0 && v <= ALIGNMENT_MAX && (v & (v - 1)) == 0;
}

static bool apart(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a + a_len <= b || b + b_len <= a;
}

static enum es_reason read_coff(struct es_reader *in, struct es_pe *pe, uint16_t *ret_optional_len)
{
	uint16_t dos = es_read_le16(in);

	in->pos = in->in.len < DOS_HEADER_OFFSET ? in->in.len : DOS_HEADER_OFFSET;
	pe->header_offset = es_read_le32(in);
	if (in->bad || dos != DOS_MAGIC || pe->header_offset > in->in.len)
		return ES_FORMAT;
	in->pos = pe->header_offset;
	if (es_read_le32(in) != PE_MAGIC)
		return ES_FORMAT;
	pe->machine = es_read_le16(in);
	pe->section_count = es_read_le16(in);
	es_read_span(in, 12); /* time, symbol table, number of symbols: unused */
	*ret_optional_len = es_read_le16(in);
	es_read_le16(in); /* characteristics */
	if (in->bad || pe->section_count == 0 || pe->section_count > ES_PE_SECTIONS_MAX)
		return ES_FORMAT;
	if (pe->machine != ES_PE_MACHINE_X64 && pe->machine != ES_PE_MACHINE_ARM64)
		return ES_VERSION;
	return ES_OK;
}

static enum es_reason read_optional(struct es_reader *in, uint16_t len, struct es_pe *pe)
{
	uint16_t magic = es_read_le16(in);
	uint32_t directories;

	if (!in->bad && magic == PE32_MAGIC)
		return ES_VERSION;
	es_read_span(in, 14); /* linker version, sizes of code and data */
	pe->entry = es_read_le32(in);
	es_read_le32(in); /* base of code */
	pe->image_base = es_read_le64(in);
	pe->section_alignment = es_read_le32(in);
	pe->file_alignment = es_read_le32(in);
	es_read_span(in, 16); /* versions */
	pe->image_size = es_read_le32(in);
	pe->headers_size = es_read_le32(in);
	es_read_le32(in); /* checksum: firmware ignores it */
	pe->subsystem = es_read_le16(in);
	es_read_span(in, 2 + 4 * 8 + 4); /* DLL characteristics, stack and heap, loader flags */
	directories = es_read_le32(in);
	if (in->bad || magic != PE32_PLUS_MAGIC || directories > DIRECTORIES_MAX ||
	    len < OPTIONAL_FIXED + directories * DIRECTORY_LEN)
		return ES_FORMAT;
	for (uint32_t i = 0; i < directories; i++) {
		uint32_t at = es_read_le32(in), size = es_read_le32(in);

		if (i == DIRECTORY_CERTIFICATES && size > 0) {
			pe->cert_offset = at;
			pe->cert_size = size;
		} else if (i == DIRECTORY_RELOCATIONS && size > 0) {
			pe->reloc_rva = at;
			pe->reloc_size = size;
		}
	}
	es_read_span(in, len - OPTIONAL_FIXED - directories * DIRECTORY_LEN);
	return in->bad ? ES_FORMAT : ES_OK;
}

/* False for a name with something after its NUL: two readers could disagree about it. */
static bool read_section(struct es_reader *in, struct es_pe_section *ret)
{
	struct es_span name = es_read_span(in, 8);
	size_t len = 0;

	memset(ret, 0, sizeof *ret);
	if (in->bad)
		return false;
	memcpy(ret->name, name.data, 8);
	while (len < 8 && ret->name[len] != '\0')
		len++;
	for (size_t i = len; i < 8; i++)
		if (ret->name[i] != '\0')
			return false;
	ret->virtual_size = es_read_le32(in);
	ret->virtual_address = es_read_le32(in);
	ret->raw_size = es_read_le32(in);
	ret->raw_offset = es_read_le32(in);
	es_read_span(in, 12); /* relocations and line numbers of object files */
	ret->characteristics = es_read_le32(in);
	return !in->bad;
}

/* The size that a loader fills: some use the size on disk if the size in memory is zero. */
static uint64_t loaded_len(const struct es_pe_section *s)
{
	return s->virtual_size > 0 ? s->virtual_size : s->raw_size;
}

static bool sections_sound_in_memory(const struct es_pe *pe)
{
	uint64_t end = pe->headers_size;
	bool entry_found = false;

	for (unsigned i = 0; i < pe->section_count; i++) {
		const struct es_pe_section *s = &pe->sections[i];
		uint64_t len = loaded_len(s);

		if ((s->virtual_address < end && ES_WITH_SECTION_CHECKS) || s->virtual_address + len > pe->image_size)
			return false;
		end = s->virtual_address + len;
		if (pe->entry >= s->virtual_address && pe->entry < end)
			entry_found = true;
	}
	return entry_found;
}

static bool sections_sound_on_disk(const struct es_pe *pe)
{
	if (pe->cert_size > 0 &&
	    (pe->cert_offset < pe->headers_size || (uint64_t)pe->cert_offset + pe->cert_size > pe->image.len))
		return false;
	for (unsigned i = 0; i < pe->section_count; i++) {
		const struct es_pe_section *s = &pe->sections[i];

		if (s->raw_size == 0)
			continue;
		if (s->raw_offset < pe->headers_size || (uint64_t)s->raw_offset + s->raw_size > pe->image.len)
			return false;
		if (pe->cert_size > 0 && !apart(s->raw_offset, s->raw_size, pe->cert_offset, pe->cert_size))
			return false;
		for (unsigned j = 0; j < i; j++) {
			const struct es_pe_section *other = &pe->sections[j];

			if (other->raw_size > 0 &&
			    !apart(s->raw_offset, s->raw_size, other->raw_offset, other->raw_size))
				return false;
		}
	}
	return true;
}

static bool numbers_sound(const struct es_pe *pe, enum es_pe_layout layout)
{
	if (!is_alignment(pe->section_alignment) || !is_alignment(pe->file_alignment) ||
	    pe->file_alignment > pe->section_alignment)
		return false;
	if (pe->headers_size > pe->image_size || pe->headers_size > pe->image.len)
		return false;
	if (layout == ES_PE_LOADED && pe->image_size > pe->image.len)
		return false;
	return (uint64_t)pe->reloc_rva + pe->reloc_size <= pe->image_size;
}

enum es_reason es_pe_open(struct es_span image, enum es_pe_layout layout, struct es_pe *ret)
{
	struct es_reader in = { .in = image };
	struct es_pe pe = { .image = image };
	uint16_t optional_len;
	enum es_reason r = read_coff(&in, &pe, &optional_len);

	if (r == ES_OK)
		r = read_optional(&in, optional_len, &pe);
	if (r != ES_OK)
		return r;
	if (layout == ES_PE_LOADED)
		pe.cert_offset = pe.cert_size = 0; /* an offset in the file, which isn't at hand */
	pe.section_table = (uint32_t)in.pos;
	for (unsigned i = 0; i < pe.section_count; i++)
		if (!read_section(&in, &pe.sections[i]))
			return ES_FORMAT;
	/* Memory after the headers was mapped from elsewhere, if at all. */
	if (in.pos > pe.headers_size || !numbers_sound(&pe, layout) || !sections_sound_in_memory(&pe))
		return ES_FORMAT;
	if (layout == ES_PE_FILE && !sections_sound_on_disk(&pe))
		return ES_FORMAT;
	*ret = pe;
	return ES_OK;
}
