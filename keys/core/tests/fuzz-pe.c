/* SPDX-License-Identifier: Apache-2.0 */
/* In every image that es_pe_open accepts, nothing is outside the image and nothing overlaps. */
#include "keys/core/pe.h"
#include "keys/tests/lib/fuzz/numbers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

static volatile uint8_t sink;

static void touch(const uint8_t *data, uint64_t len)
{
	for (uint64_t i = 0; i < len; i++)
		sink ^= data[i];
}

static void check(struct es_span image, enum es_pe_layout layout)
{
	struct es_pe pe;
	bool entry = false;

	if (es_pe_open(image, layout, &pe) != ES_OK)
		return;
	if (pe.section_count == 0 || pe.section_count > ES_PE_SECTIONS_MAX)
		abort();
	if (pe.section_table + 40 * (uint64_t)pe.section_count > pe.headers_size || pe.headers_size > image.len)
		abort();
	if ((uint64_t)pe.reloc_rva + pe.reloc_size > pe.image_size)
		abort();
	for (unsigned i = 0; i < pe.section_count; i++) {
		const struct es_pe_section *s = &pe.sections[i];

		if (memchr(s->name, '\0', sizeof s->name) == NULL)
			abort();
		if (s->virtual_address < pe.headers_size ||
		    (uint64_t)s->virtual_address + s->virtual_size > pe.image_size)
			abort();
		entry |= pe.entry >= s->virtual_address;
		for (unsigned j = 0; j < i; j++)
			if ((uint64_t)pe.sections[j].virtual_address + pe.sections[j].virtual_size > s->virtual_address)
				abort();
		if (layout == ES_PE_FILE && s->raw_size > 0)
			touch(image.data + s->raw_offset, s->raw_size);
		if (layout == ES_PE_LOADED)
			touch(image.data + s->virtual_address, s->virtual_size);
	}
	if (!entry)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check((struct es_span){ data, size }, ES_PE_FILE);
	check((struct es_span){ data, size }, ES_PE_LOADED);
	return 0;
}

/* The headers, with all the numbers, come first. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	return fuzz_numbers_mutate(data, size, max, 0x400, seed);
}
