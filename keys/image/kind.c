/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds are recognised by marks that programs carry for this purpose: systemd's programs and ours name themselves in
 * .sdmagic, kernels have a header for boot loaders, and programs with SBAT generations name themselves in .sbat. This
 * catches mistakes, not attackers.
 */
#include "keys/image/kind.h"

#include <string.h>

enum {
	BOOT_FLAG_AT = 0x1fe, /* Linux Documentation/arch/x86/boot.rst */
	BZIMAGE_MAGIC_AT = 0x202,
	KERNEL_MAGIC_AT = 0x38, /* Documentation/arch/arm64/booting.rst; include/linux/pe.h */
};

static const char *const words[ES_PROGRAM_COUNT] = {
	[ES_PROGRAM_NONE] = "isn't an EFI program, or it is truncated",
	[ES_PROGRAM_UNSUPPORTED] = "is an EFI program for a machine other than x86-64 and arm64",
	[ES_PROGRAM_DRIVER] = "is an EFI driver",
	[ES_PROGRAM_STUB] = "is a stub",
	[ES_PROGRAM_ADDON] = "is an addon, which only gives a boot image more options",
	[ES_PROGRAM_MENU] = "is a boot menu (systemd-boot)",
	[ES_PROGRAM_IMAGE] = "is a whole boot image (UKI)",
	[ES_PROGRAM_KERNEL] = "is a kernel",
	[ES_PROGRAM_SHIM] = "is a boot loader (shim)",
	[ES_PROGRAM_GRUB] = "is a boot loader (GRUB)",
	[ES_PROGRAM_OTHER] = "is some other EFI program",
};

const char *es_program_words(enum es_program_kind kind)
{
	return words[(unsigned)kind < ES_PROGRAM_COUNT ? kind : ES_PROGRAM_OTHER];
}

static bool at(struct es_span file, uint64_t pos, const char *bytes, size_t len)
{
	struct es_span part;

	return es_span_part(file, pos, len, &part) && memcmp(part.data, bytes, len) == 0;
}

bool es_program_bzimage(struct es_span file)
{
	return at(file, BZIMAGE_MAGIC_AT, "HdrS", 4);
}

static bool is_kernel(const struct es_pe *pe)
{
	if (pe->machine == ES_PE_MACHINE_X64)
		return es_program_bzimage(pe->image) && at(pe->image, BOOT_FLAG_AT, "\x55\xaa", 2);
	/* an Image, and a self-extracting one */
	return at(pe->image, KERNEL_MAGIC_AT, "ARM\x64", 4) || at(pe->image, KERNEL_MAGIC_AT, "\xcd\x23\x82\x81", 4);
}

static bool find_section(const struct es_pe *pe, const char *name, struct es_span *ret)
{
	for (unsigned i = 0; i < pe->section_count; i++) {
		const struct es_pe_section *s = &pe->sections[i];

		if (strcmp(s->name, name) == 0 && es_span_part(pe->image, s->raw_offset, s->raw_size, ret))
			return true;
	}
	return false;
}

static bool has_section(const struct es_pe *pe, enum es_uki_section which)
{
	for (unsigned i = 0; i < pe->section_count; i++)
		if (strcmp(pe->sections[i].name, es_uki_section_names[which]) == 0)
			return true;
	return false;
}

static bool holds(struct es_span s, const char *text)
{
	return s.len > 0 && memmem(s.data, s.len, text, strlen(text)) != NULL;
}

/* systemd's stubs before 250 have the mark somewhere in their data; a program with .sdmagic has it there. */
static struct es_span mark_of(const struct es_pe *pe)
{
	struct es_span mark = { NULL, 0 };

	if (find_section(pe, ".sdmagic", &mark))
		return mark;
	for (unsigned i = 0; i < pe->section_count; i++) {
		const struct es_pe_section *s = &pe->sections[i];

		if ((strcmp(s->name, ".data") == 0 || strcmp(s->name, ".rodata") == 0) &&
		    es_span_part(pe->image, s->raw_offset, s->raw_size, &mark) && holds(mark, "#### LoaderInfo: "))
			return mark;
	}
	return (struct es_span){ NULL, 0 };
}

enum es_program_kind es_program_stub(const struct es_pe *image)
{
	static const struct {
		const char *mark;
		enum es_program_kind kind;
	} marks[] = {
		{ "#### LoaderInfo: etcseal-stub ", ES_PROGRAM_STUB },
		{ "#### LoaderInfo: systemd-stub ", ES_PROGRAM_STUB },
		{ "#### LoaderInfo: systemd-addon ", ES_PROGRAM_ADDON },
		{ "#### LoaderInfo: systemd-boot ", ES_PROGRAM_MENU },
	};
	struct es_span mark = mark_of(image);

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (holds(mark, marks[i].mark))
			return marks[i].kind;
	return ES_PROGRAM_OTHER;
}

/* Whether a line of .sbat starts like this: the first line names the table, the second the program. */
static bool named(const struct es_pe *pe, const char *line)
{
	struct es_span sbat;

	return find_section(pe, ".sbat", &sbat) && holds(sbat, line);
}

enum es_program_kind es_program_identify(struct es_span file, struct es_pe *ret_pe)
{
	struct es_pe pe;
	enum es_reason r = es_pe_open(file, ES_PE_FILE, &pe);
	enum es_program_kind kind;

	if (r != ES_OK)
		return r == ES_VERSION ? ES_PROGRAM_UNSUPPORTED : ES_PROGRAM_NONE;
	*ret_pe = pe;
	if (pe.subsystem != ES_PE_SUBSYSTEM_EFI_APPLICATION)
		return ES_PROGRAM_DRIVER;
	if (is_kernel(&pe))
		return ES_PROGRAM_KERNEL;
	if (has_section(&pe, ES_UKI_LINUX))
		return ES_PROGRAM_IMAGE;
	kind = es_program_stub(&pe);
	if (kind != ES_PROGRAM_OTHER)
		return kind;
	if (named(&pe, "\nshim,"))
		return ES_PROGRAM_SHIM;
	return named(&pe, "\ngrub,") ? ES_PROGRAM_GRUB : ES_PROGRAM_OTHER;
}
