/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a unified kernel image: the stub, laid out again so that its headers have room for more sections, then the
 * parts. Nothing of the stub moves in memory, so its code and relocations stay as linked. The stub's symbols, and
 * anything else outside its sections, are left out.
 */
#include "keys/core/pe.h"

#include <string.h>

enum {
	COFF_LEN = 24, /* including its signature */
	COFF_COUNT = 6,
	COFF_TIME = 8,
	COFF_OPTIONAL_LEN = 20,
	OPTIONAL_DATA_SIZE = 8,
	OPTIONAL_IMAGE_SIZE = 56,
	OPTIONAL_SUBSYSTEM = 68,
	SECTION_LEN = 40,
	SECTION_READ_ONLY_DATA = 0x40000040,
	/* A stub may be aligned to less than a page (systemd's is). The parts are aligned to pages, so that a stub can
	 * map them. */
	PART_ALIGNMENT = 4096,
};

struct layout {
	struct es_pe_section sections[ES_PE_SECTIONS_MAX]; /* the stub's, then the parts' */
	struct es_span content[ES_PE_SECTIONS_MAX];
	unsigned count;
	uint32_t headers_size, image_size, data_size;
};

static uint64_t align_up(uint64_t v, uint64_t alignment)
{
	return (v + alignment - 1) / alignment * alignment;
}

/* Looks only at the name, and counts an empty section, too: es_uki_find treats that as absent, but refuses two with the
 * same name. */
static bool stub_has(const struct es_pe *stub, int which)
{
	for (unsigned i = 0; i < stub->section_count; i++)
		if (strcmp(stub->sections[i].name, es_uki_section_names[which]) == 0)
			return true;
	return false;
}

static enum es_reason check_parts(const struct es_uki_parts *parts, const struct es_pe *stub)
{
	struct es_uki have;
	enum es_reason r = es_uki_find(stub, ES_PE_FILE, &have);

	if (r != ES_OK && r != ES_MISSING)
		return r;
	if (stub->cert_size > 0)
		return ES_ARGUMENT; /* its signature would become invalid, and would be in the way of ours */
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		if ((parts->present[i] || i != ES_UKI_SBAT) && stub_has(stub, i))
			return ES_ARGUMENT;
		if (parts->present[i] && parts->section[i].len == 0)
			return ES_ARGUMENT; /* no stub would measure it */
	}
	if (!parts->present[ES_UKI_LINUX] || !parts->present[ES_UKI_INITRD] || !parts->present[ES_UKI_CMDLINE])
		return ES_ARGUMENT;
	return ES_OK;
}

static enum es_reason place_parts(const struct es_uki_parts *parts, const struct es_pe *stub, struct layout *l)
{
	uint64_t alignment = stub->section_alignment > PART_ALIGNMENT ? stub->section_alignment : PART_ALIGNMENT;
	uint64_t end = stub->image_size;

	for (int i = 0; i < ES_UKI_COUNT; i++) {
		struct es_pe_section *s = &l->sections[l->count];
		uint64_t at = align_up(end, alignment);

		if (!parts->present[i])
			continue;
		if (l->count >= ES_PE_SECTIONS_MAX || parts->section[i].len > UINT32_MAX ||
		    at + parts->section[i].len > UINT32_MAX)
			return ES_TOO_LARGE;
		*s = (struct es_pe_section){
			.virtual_size = (uint32_t)parts->section[i].len,
			.virtual_address = (uint32_t)at,
			.characteristics = SECTION_READ_ONLY_DATA,
		};
		for (size_t c = 0; c < 8 && es_uki_section_names[i][c] != '\0'; c++)
			s->name[c] = es_uki_section_names[i][c];
		l->content[l->count] = parts->section[i];
		l->count++;
		end = at + parts->section[i].len;
	}
	end = align_up(end, alignment);
	if (end > UINT32_MAX)
		return ES_TOO_LARGE;
	l->image_size = (uint32_t)end;
	return ES_OK;
}

static enum es_reason place_in_file(const struct es_pe *stub, struct layout *l, uint32_t data_size)
{
	uint64_t headers = align_up(stub->section_table + (uint64_t)l->count * SECTION_LEN, stub->file_alignment);
	uint64_t data = data_size, at;

	if (headers < stub->headers_size)
		headers = align_up(stub->headers_size, stub->file_alignment);
	if (headers > stub->sections[0].virtual_address)
		return ES_TOO_LARGE; /* the headers are mapped, too, and must end before the first section */
	at = headers;
	for (unsigned i = 0; i < l->count; i++) {
		uint64_t len = align_up(l->content[i].len, stub->file_alignment);

		if (at + len > UINT32_MAX)
			return ES_TOO_LARGE;
		l->sections[i].raw_offset = len > 0 ? (uint32_t)at : 0;
		l->sections[i].raw_size = (uint32_t)len;
		at += len;
		if (i >= stub->section_count)
			data += len;
	}
	if (data > UINT32_MAX)
		return ES_TOO_LARGE;
	l->headers_size = (uint32_t)headers;
	l->data_size = (uint32_t)data;
	return ES_OK;
}

static enum es_reason lay_out(const struct es_uki_parts *parts, const struct es_pe *stub, struct layout *l)
{
	struct es_reader in = { .in = stub->image, .pos = stub->header_offset + COFF_LEN + OPTIONAL_DATA_SIZE };
	enum es_reason r;

	for (unsigned i = 0; i < stub->section_count; i++) {
		l->sections[i] = stub->sections[i];
		if (stub->sections[i].raw_size > 0 && !es_span_part(stub->image, stub->sections[i].raw_offset,
								    stub->sections[i].raw_size, &l->content[i]))
			return ES_FORMAT;
	}
	l->count = stub->section_count;
	r = place_parts(parts, stub, l);
	return r == ES_OK ? place_in_file(stub, l, es_read_le32(&in)) : r;
}

static void write_headers(const struct es_pe *stub, const struct layout *l, struct es_writer *w)
{
	const uint8_t *old = stub->image.data;
	uint32_t coff = stub->header_offset, optional = coff + COFF_LEN;

	es_write_bytes(w, old, coff + COFF_COUNT);
	es_write_le16(w, (uint16_t)l->count);
	es_write_bytes(w, old + coff + COFF_TIME, 4);
	es_write_zeros(w, 8); /* the symbol table's fields */
	es_write_bytes(w, old + coff + COFF_OPTIONAL_LEN, 4 + OPTIONAL_DATA_SIZE);
	es_write_le32(w, l->data_size);
	es_write_bytes(w, old + optional + OPTIONAL_DATA_SIZE + 4, OPTIONAL_IMAGE_SIZE - OPTIONAL_DATA_SIZE - 4);
	es_write_le32(w, l->image_size);
	es_write_le32(w, l->headers_size);
	es_write_le32(w, 0); /* checksum 0: "none", which every loader accepts; signing tools write one */
	es_write_bytes(w, old + optional + OPTIONAL_SUBSYSTEM, stub->section_table - optional - OPTIONAL_SUBSYSTEM);
	for (unsigned i = 0; i < l->count; i++) {
		const struct es_pe_section *s = &l->sections[i];

		es_write_bytes(w, s->name, 8);
		es_write_le32(w, s->virtual_size);
		es_write_le32(w, s->virtual_address);
		es_write_le32(w, s->raw_size);
		es_write_le32(w, s->raw_offset);
		es_write_zeros(w, 12);
		es_write_le32(w, s->characteristics);
	}
	es_write_zeros(w, l->headers_size - stub->section_table - (size_t)l->count * SECTION_LEN);
}

static void write_image(const struct es_pe *stub, const struct layout *l, struct es_writer *w)
{
	write_headers(stub, l, w);
	for (unsigned i = 0; i < l->count; i++) {
		es_write_bytes(w, l->content[i].data, l->content[i].len);
		es_write_zeros(w, l->sections[i].raw_size - l->content[i].len);
	}
}

enum es_reason es_uki_write(const struct es_uki_parts *parts, struct es_writer *w)
{
	struct layout l = { .count = 0 };
	struct es_pe stub;
	enum es_reason r = es_pe_open(parts->stub, ES_PE_FILE, &stub);

	if (r == ES_OK)
		r = check_parts(parts, &stub);
	if (r == ES_OK)
		r = lay_out(parts, &stub, &l);
	if (r != ES_OK)
		return r;
	write_image(&stub, &l, w);
	return ES_OK;
}

/* Leaves the image as if the section had never been there. Only the last section can go without leaving a hole. */
static enum es_reason drop_signature(struct es_pe *image)
{
	const struct es_pe_section *last = &image->sections[image->section_count - 1];

	if (!stub_has(image, ES_UKI_PCRSIG))
		return ES_OK;
	if (strcmp(last->name, es_uki_section_names[ES_UKI_PCRSIG]) != 0)
		return ES_UNSAFE;
	image->image_size = last->virtual_address;
	image->section_count--;
	return ES_OK;
}

enum es_reason es_uki_write_signature(struct es_span image, struct es_span pcrsig, struct es_writer *w)
{
	struct es_uki_parts parts = { .stub = image };
	struct layout l = { .count = 0 };
	struct es_uki have;
	struct es_pe pe;
	enum es_reason r = es_pe_open(image, ES_PE_FILE, &pe);

	if (r == ES_OK)
		r = es_uki_find(&pe, ES_PE_FILE, &have);
	if (r == ES_OK && (pe.cert_size > 0 || pcrsig.len == 0))
		r = ES_ARGUMENT;
	if (r == ES_OK)
		r = drop_signature(&pe);
	parts.present[ES_UKI_PCRSIG] = true;
	parts.section[ES_UKI_PCRSIG] = pcrsig;
	if (r == ES_OK)
		r = lay_out(&parts, &pe, &l);
	if (r != ES_OK)
		return r;
	write_image(&pe, &l, w);
	return ES_OK;
}
