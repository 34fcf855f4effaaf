/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers: uki.c uki_write.c Seeds: keys/core/tests/fuzz-pe.seeds
 *
 * First, any image: the sections that es_uki_find returns are inside it. Then the round trip: if the input can be a
 * stub, an image written from it is accepted, and its sections come back byte for byte. The input's first two bytes
 * choose the parts.
 */
#include "keys/core/pe.h"
#include "keys/tests/lib/fuzz/numbers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

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

/* Adding a signature, and replacing it, leaves all measured sections unchanged. */
static void sign(struct es_span image, struct es_span signature, unsigned again)
{
	struct es_writer w = { .cap = 0 };
	struct es_uki before, after;
	struct es_pe pe;
	uint8_t *out;

	if (es_pe_open(image, ES_PE_FILE, &pe) != ES_OK || es_uki_find(&pe, ES_PE_FILE, &before) != ES_OK ||
	    es_uki_write_signature(image, signature, &w) != ES_OK)
		return;
	out = malloc(w.pos);
	if (out == NULL)
		abort();
	w = (struct es_writer){ .data = out, .cap = w.pos };
	if (es_uki_write_signature(image, signature, &w) != ES_OK || w.bad || w.pos != w.cap ||
	    es_pe_open((struct es_span){ out, w.pos }, ES_PE_FILE, &pe) != ES_OK ||
	    es_uki_find(&pe, ES_PE_FILE, &after) != ES_OK)
		abort();
	for (int i = 0; i < ES_UKI_MEASURED_COUNT; i++)
		if (before.present[i] != after.present[i] || before.section[i].len != after.section[i].len ||
		    (before.present[i] &&
		     memcmp(before.section[i].data, after.section[i].data, before.section[i].len) != 0))
			abort();
	if (after.section[ES_UKI_PCRSIG].len != signature.len ||
	    memcmp(after.section[ES_UKI_PCRSIG].data, signature.data, signature.len) != 0)
		abort();
	if (again > 0)
		sign((struct es_span){ out, w.pos }, (struct es_span){ signature.data, signature.len / 2 + 1 },
		     again - 1);
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
	chosen = data[2] | (unsigned)data[3] << 8; /* of the DOS header, which nothing reads */
	parts.stub = all;
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		parts.present[i] = (chosen & 1u << i) == 0;
		parts.section[i] = (struct es_span){ data, size - (size_t)i % size };
	}
	round_trip(&parts);
	sign(all, (struct es_span){ data, 1 + chosen % size }, 1);
	return 0;
}

/* The headers, with all the numbers, come first. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	return fuzz_numbers_mutate(data, size, max, 0x400, seed);
}
