/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PE32+ images: their sections, both in a file and as the firmware loaded them, and the UKI's sections among them.
 * Untrusted input: sums are 64-bit, nothing may be outside the image, overlap, or appear twice. Microsoft PE format;
 * UAPI group "Unified Kernel Image"; systemd-stub(7). Pure: runs in firmware and on the host.
 */
#ifndef ES_CORE_PE_H
#define ES_CORE_PE_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

enum {
	ES_PE_SECTIONS_MAX = 96, /* the Windows loader's limit */
	ES_PE_MACHINE_X64 = 0x8664,
	ES_PE_MACHINE_ARM64 = 0xaa64,
	ES_PE_SUBSYSTEM_EFI_APPLICATION = 10,
};

struct es_pe_section {
	char name[9]; /* NUL-terminated */
	uint32_t virtual_size, virtual_address;
	uint32_t raw_size, raw_offset;
	uint32_t characteristics;
};

struct es_pe {
	struct es_span image;
	uint16_t machine;
	uint16_t subsystem;
	uint32_t entry; /* RVA */
	uint32_t image_size, headers_size;
	uint32_t section_alignment, file_alignment;
	uint32_t reloc_rva, reloc_size;  /* base relocations, 0 if none */
	uint32_t cert_offset, cert_size; /* of a file: its signatures, 0 if it isn't signed; of a loaded image: 0 */
	uint64_t image_base;
	uint32_t header_offset; /* of the "PE\0\0" signature */
	uint32_t section_table; /* file offset */
	unsigned section_count;
	struct es_pe_section sections[ES_PE_SECTIONS_MAX];
};

enum es_pe_layout {
	ES_PE_FILE,   /* sections at raw_offset */
	ES_PE_LOADED, /* sections at virtual_address */
};

/* ES_FORMAT for anything that isn't a sound PE32+ image of that layout; ES_VERSION: PE32, or neither x86-64 nor arm64.
 * For ES_PE_LOADED, image is ImageBase and ImageSize of the loaded image protocol: it starts with the headers. */
ES_MUST_CHECK enum es_reason es_pe_open(struct es_span image, enum es_pe_layout layout, struct es_pe *ret);

/* The measured sections of a UKI, in the order of measuring. ES_UKI_PCRSIG is never measured. */
enum es_uki_section {
	ES_UKI_LINUX,
	ES_UKI_OSREL,
	ES_UKI_CMDLINE,
	ES_UKI_INITRD,
	ES_UKI_UCODE,
	ES_UKI_SPLASH,
	ES_UKI_DTB,
	ES_UKI_UNAME,
	ES_UKI_SBAT,
	ES_UKI_PCRPKEY,
	ES_UKI_MEASURED_COUNT,
	ES_UKI_PCRSIG = ES_UKI_MEASURED_COUNT,
	ES_UKI_COUNT
};
extern const char *const es_uki_section_names[ES_UKI_COUNT]; /* ".linux" … */

/* section has VirtualSize bytes; a file's section that is shorter on disk is refused. An empty section counts as
 * absent: no stub measures it. */
struct es_uki {
	bool present[ES_UKI_COUNT];
	struct es_span section[ES_UKI_COUNT];
};

/* Finds a UKI's sections. ES_FORMAT: a section is doubled, overlaps another, or is out of bounds; ES_MISSING: no
 * .linux, .initrd or .cmdline (*ret has the sections that were found). */
ES_MUST_CHECK enum es_reason es_uki_find(const struct es_pe *pe, enum es_pe_layout layout, struct es_uki *ret);

/* The input of a UKI: a stub and its sections. The result is what objcopy or ukify would make; image inspect and
 * predict read it back. */
struct es_uki_parts {
	struct es_span stub; /* a PE file without UKI sections, except perhaps .sbat */
	bool present[ES_UKI_COUNT];
	struct es_span section[ES_UKI_COUNT];
};
/* Writes to w; a pass with cap 0 measures the size. ES_FORMAT, ES_VERSION: the stub isn't one; ES_TOO_LARGE: over 4
 * GiB, or too many sections for the room before the stub's first section; ES_ARGUMENT: a part is missing, empty or
 * already in the stub (which keeps its .sbat if none is given), or the stub is signed. */
ES_MUST_CHECK enum es_reason es_uki_write(const struct es_uki_parts *parts, struct es_writer *w);
/* The same image with this .pcrsig as its last section, replacing an older one. No measurement changes. ES_MISSING: not
 * a UKI; ES_ARGUMENT: the image is signed for Secure Boot already, or pcrsig is empty; ES_UNSAFE: its .pcrsig isn't its
 * last section. */
ES_MUST_CHECK enum es_reason es_uki_write_signature(struct es_span image, struct es_span pcrsig, struct es_writer *w);

#endif
