/* SPDX-License-Identifier: Apache-2.0 */
/* Small sound PE32+ images for tests to break, one number at a time, and a loader that lays them out like firmware. */
#ifndef ES_TESTLIB_PE_IMAGE_H
#define ES_TESTLIB_PE_IMAGE_H

#include "keys/core/span.h"

enum {
	ES_TEST_PE_COFF = 0x80,
	ES_TEST_PE_OPTIONAL = ES_TEST_PE_COFF + 24,
	ES_TEST_PE_TABLE = ES_TEST_PE_OPTIONAL + 240, /* 40 bytes a section */
	ES_TEST_PE_HEADERS = 0x400,
	ES_TEST_PE_MAX = 64 << 10,

	/* offsets in a section header */
	ES_TEST_PE_VSIZE = 8,
	ES_TEST_PE_VADDR = 12,
	ES_TEST_PE_RSIZE = 16,
	ES_TEST_PE_ROFF = 20,
};

struct es_test_pe_section {
	const char *name;
	uint32_t size; /* bytes of content, in memory and, rounded up, on disk */
	uint8_t fill;
};

/* x86-64 EFI application, alignments 0x1000 and 0x200, entry at its first section. Returns the file's length. */
size_t es_test_pe_make(const struct es_test_pe_section *sections, unsigned count, uint8_t out[static ES_TEST_PE_MAX]);
/* The usual stub: .text, .reloc, and .data with the mark of a stub. */
size_t es_test_pe_stub(uint8_t out[static ES_TEST_PE_MAX]);
/* Passes for an x86-64 kernel: .text and .data, with a kernel's header. */
size_t es_test_pe_kernel(uint8_t out[static ES_TEST_PE_MAX]);
/* An initramfs with one file, init, which contains text. Its bytes stay valid for the next three calls. */
struct es_span es_test_initrd(const char *text);
/* .text, then .linux, .cmdline, .initrd of 0x300, 0x20 and 0x250 bytes. */
size_t es_test_pe_uki(uint8_t out[static ES_TEST_PE_MAX]);

void es_test_put16(uint8_t *image, size_t at, uint16_t v);
void es_test_put32(uint8_t *image, size_t at, uint32_t v);
uint32_t es_test_get32(const uint8_t *image, size_t at);
/* The offset of field (ES_TEST_PE_VSIZE …) of section number i. */
size_t es_test_pe_at(unsigned i, unsigned field);

/* Headers at 0, sections at their addresses, zeros between. The caller frees the result; NULL: it can't be loaded. */
uint8_t *es_test_pe_load(struct es_span file, size_t *ret_len);

#endif
