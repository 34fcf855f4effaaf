/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First, any image: what es_uki_find gives lies within it. Then the round trip: if the input can be a stub, an image
 * written from it is found sound, and its sections come back byte for byte. The input's first two bytes choose the parts.
 */
#include "keys/core/pe.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct es_span image, enum es_pe_layout layout)
{
	struct es_uki uki;
	struct es_pe pe;
	enum es_reason r;

	if (es_pe_open(image, layout, &pe) != ES_OK)
		return;
	r = es_uki_find(&pe, layout, &uki);
	if (r != ES_OK && r != ES_MISSING)
		return;
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		if (!uki.present[i])
			continue;
		if (uki.section[i].len == 0 || uki.section[i].data < image.data ||
		    uki.section[i].data + uki.section[i].len > image.data + image.len)
			abort();
	}
}

static void round_trip(const struct es_uki_parts *parts)
{
	struct es_writer w = { .cap = 0 };
	struct es_uki uki;
	struct es_pe pe;
	uint8_t *out;

	if (es_uki_write(parts, &w) != ES_OK)
		return;
	out = malloc(w.pos);
	if (out == NULL)
		abort();
	w = (struct es_writer){ .data = out, .cap = w.pos };
	if (es_uki_write(parts, &w) != ES_OK || w.bad || w.pos != w.cap)
		abort();
	if (es_pe_open((struct es_span){ out, w.pos }, ES_PE_FILE, &pe) != ES_OK ||
	    es_uki_find(&pe, ES_PE_FILE, &uki) != ES_OK)
		abort();
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		if (parts->present[i] &&
		    (!uki.present[i] || uki.section[i].len != parts->section[i].len ||
		     memcmp(uki.section[i].data, parts->section[i].data, parts->section[i].len) != 0))
			abort();
	}
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_span all = { data, size };
	struct es_uki_parts parts = { .present = { false } };
	unsigned chosen;

	check_inside(all, ES_PE_FILE);
	check_inside(all, ES_PE_LOADED);
	if (size < 4)
		return 0;
	chosen = data[2] | (unsigned)data[3] << 8; /* of the DOS header, which nobody reads */
	parts.stub = all;
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		parts.present[i] = (chosen & 1u << i) == 0;
		parts.section[i] = (struct es_span){ data, size - (size_t)i % size };
	}
	round_trip(&parts);
	return 0;
}
