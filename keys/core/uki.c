/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the sections of a unified kernel image in a PE image that es_pe_open has accepted. */
#include "keys/core/pe.h"

#include "keys/core/defences.h"

#include <string.h>

const char *const es_uki_section_names[ES_UKI_COUNT] = {
	[ES_UKI_LINUX] = ".linux",     [ES_UKI_OSREL] = ".osrel",   [ES_UKI_CMDLINE] = ".cmdline",
	[ES_UKI_INITRD] = ".initrd",   [ES_UKI_UCODE] = ".ucode",   [ES_UKI_SPLASH] = ".splash",
	[ES_UKI_DTB] = ".dtb",         [ES_UKI_UNAME] = ".uname",   [ES_UKI_SBAT] = ".sbat",
	[ES_UKI_PCRPKEY] = ".pcrpkey", [ES_UKI_PCRSIG] = ".pcrsig",
};

static int section_by_name(const char *name)
{
	for (int i = 0; i < ES_UKI_COUNT; i++)
		if (strcmp(name, es_uki_section_names[i]) == 0)
			return i;
	return -1;
}

/* The section's bytes as a loaded image holds them. Where a file has fewer bytes on disk, memory would have zeros:
 * nobody makes such a section, and a reader of the file would hash other bytes than the stub. */
static bool section_bytes(const struct es_pe *pe, enum es_pe_layout layout, const struct es_pe_section *s,
			  struct es_span *ret)
{
	if (layout == ES_PE_LOADED)
		return es_span_part(pe->image, s->virtual_address, s->virtual_size, ret);
	return s->raw_size >= s->virtual_size && es_span_part(pe->image, s->raw_offset, s->virtual_size, ret);
}

enum es_reason es_uki_find(const struct es_pe *pe, enum es_pe_layout layout, struct es_uki *ret)
{
	struct es_uki uki = { 0 };
	bool seen[ES_UKI_COUNT] = { 0 };

	for (unsigned i = 0; i < pe->section_count; i++) {
		const struct es_pe_section *s = &pe->sections[i];
		int which = section_by_name(s->name);

		if (which < 0)
			continue;
		if (seen[which] && ES_WITH_SECTION_CHECKS)
			return ES_FORMAT;
		seen[which] = true;
		if (s->virtual_size == 0)
			continue;
		if (!section_bytes(pe, layout, s, &uki.section[which]))
			return ES_FORMAT;
		uki.present[which] = true;
	}
	*ret = uki;
	if (!uki.present[ES_UKI_LINUX] || !uki.present[ES_UKI_INITRD] || !uki.present[ES_UKI_CMDLINE])
		return ES_MISSING;
	return ES_OK;
}
