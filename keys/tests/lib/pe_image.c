/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/pe_image.h"

#include "keys/core/buf.h"
#include "keys/core/cpio.h"

#include <stdlib.h>
#include <string.h>

void es_test_put16(uint8_t *image, size_t at, uint16_t v)
{
	image[at] = (uint8_t)v;
	image[at + 1] = (uint8_t)(v >> 8);
}

void es_test_put32(uint8_t *image, size_t at, uint32_t v)
{
	es_test_put16(image, at, (uint16_t)v);
	es_test_put16(image, at + 2, (uint16_t)(v >> 16));
}

uint32_t es_test_get32(const uint8_t *image, size_t at)
{
	return image[at] | (uint32_t)image[at + 1] << 8 | (uint32_t)image[at + 2] << 16 | (uint32_t)image[at + 3] << 24;
}

size_t es_test_pe_at(unsigned i, unsigned field)
{
	return ES_TEST_PE_TABLE + 40 * (size_t)i + field;
}

size_t es_test_pe_make(const struct es_test_pe_section *sections, unsigned count, uint8_t out[static ES_TEST_PE_MAX])
{
	uint32_t at = 0x1000, raw = ES_TEST_PE_HEADERS;

	memset(out, 0, ES_TEST_PE_MAX);
	memcpy(out, "MZ", 2);
	es_test_put32(out, 0x3c, ES_TEST_PE_COFF);
	memcpy(out + ES_TEST_PE_COFF, "PE\0\0", 4);
	es_test_put16(out, ES_TEST_PE_COFF + 4, 0x8664);
	es_test_put16(out, ES_TEST_PE_COFF + 6, (uint16_t)count);
	es_test_put16(out, ES_TEST_PE_COFF + 20, 240);
	es_test_put16(out, ES_TEST_PE_COFF + 22, 0x206);
	for (unsigned i = 0; i < count; i++) {
		uint32_t on_disk = (sections[i].size + 0x1ff) & ~0x1ffu;

		memcpy(out + es_test_pe_at(i, 0), sections[i].name, strnlen(sections[i].name, 8));
		es_test_put32(out, es_test_pe_at(i, ES_TEST_PE_VSIZE), sections[i].size);
		es_test_put32(out, es_test_pe_at(i, ES_TEST_PE_VADDR), at);
		es_test_put32(out, es_test_pe_at(i, ES_TEST_PE_RSIZE), on_disk);
		es_test_put32(out, es_test_pe_at(i, ES_TEST_PE_ROFF), raw);
		es_test_put32(out, es_test_pe_at(i, 36), 0x40000040);
		memset(out + raw, sections[i].fill, sections[i].size);
		raw += on_disk;
		at += (sections[i].size + 0xfff) & ~0xfffu;
	}
	es_test_put16(out, ES_TEST_PE_OPTIONAL, 0x20b);
	es_test_put32(out, ES_TEST_PE_OPTIONAL + 16, 0x1000);
	es_test_put32(out, ES_TEST_PE_OPTIONAL + 32, 0x1000);
	es_test_put32(out, ES_TEST_PE_OPTIONAL + 36, 0x200);
	es_test_put32(out, ES_TEST_PE_OPTIONAL + 56, at);
	es_test_put32(out, ES_TEST_PE_OPTIONAL + 60, ES_TEST_PE_HEADERS);
	es_test_put16(out, ES_TEST_PE_OPTIONAL + 68, 10);
	es_test_put32(out, ES_TEST_PE_OPTIONAL + 108, 16);
	return raw;
}

size_t es_test_pe_stub(uint8_t out[static ES_TEST_PE_MAX])
{
	static const struct es_test_pe_section sections[] = {
		{ ".text", 0x350, 0xc3 },
		{ ".reloc", 0xc, 0 },
		{ ".data", 0x700, 0xda },
	};

	size_t len = es_test_pe_make(sections, 3, out);

	strcpy((char *)out + es_test_get32(out, es_test_pe_at(2, ES_TEST_PE_ROFF)),
	       "#### LoaderInfo: etcseal-stub test ####");
	return len;
}

size_t es_test_pe_kernel(uint8_t out[static ES_TEST_PE_MAX])
{
	static const struct es_test_pe_section sections[] = {
		{ ".text", 0x350, 0xc3 },
		{ ".data", 0x700, 0xda },
	};
	size_t len = es_test_pe_make(sections, 2, out);

	es_test_put16(out, 0x1fe, 0xaa55);
	memcpy(out + 0x202, "HdrS", 4);
	return len;
}

struct es_span es_test_initrd(const char *text)
{
	static uint8_t held[4][1024];
	static unsigned calls;
	struct es_writer w = { .data = held[calls++ % 4], .cap = sizeof held[0] };
	struct es_cpio cpio = { .out = &w };

	es_cpio_file(&cpio, "usr/bin/etcseal-boot", 0755, es_text_span(text));
	es_cpio_end(&cpio);
	return (struct es_span){ w.data, w.bad ? 0 : w.pos };
}

size_t es_test_pe_uki(uint8_t out[static ES_TEST_PE_MAX])
{
	static const struct es_test_pe_section sections[] = {
		{ ".text", 0x350, 0xc3 },
		{ ".linux", 0x300, 'L' },
		{ ".cmdline", 0x20, 'C' },
		{ ".initrd", 0x250, 'I' },
	};

	return es_test_pe_make(sections, 4, out);
}

uint8_t *es_test_pe_load(struct es_span file, size_t *ret_len)
{
	uint32_t coff = es_test_get32(file.data, 0x3c), count = es_test_get32(file.data, coff + 6) & 0xffff;
	uint32_t optional = coff + 24, table = optional + (es_test_get32(file.data, coff + 20) & 0xffff);
	uint32_t len = es_test_get32(file.data, optional + 56), headers = es_test_get32(file.data, optional + 60);
	uint8_t *memory = calloc(1, len);

	if (memory == NULL || headers > len || headers > file.len) {
		free(memory);
		return NULL;
	}
	memcpy(memory, file.data, headers);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size = es_test_get32(file.data, table + 40 * i + ES_TEST_PE_VSIZE);
		uint32_t at = es_test_get32(file.data, table + 40 * i + ES_TEST_PE_VADDR);
		uint32_t on_disk = es_test_get32(file.data, table + 40 * i + ES_TEST_PE_RSIZE);
		uint32_t raw = es_test_get32(file.data, table + 40 * i + ES_TEST_PE_ROFF);

		if (on_disk < size)
			size = on_disk;
		if ((uint64_t)at + size > len || (uint64_t)raw + size > file.len) {
			free(memory);
			return NULL;
		}
		memcpy(memory + at, file.data + raw, size);
	}
	*ret_len = len;
	return memory;
}
