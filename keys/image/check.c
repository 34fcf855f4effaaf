/* SPDX-License-Identifier: Apache-2.0 */
/*
 * These checks find a mistake that would end up in an image (a truncated kernel, a text file as the initrd), so that
 * there is an error now and not a host that won't boot. They don't prove that the kernel works, or who made it.
 */
#include "keys/image/check.h"

#include "keys/archive/initrd.h"
#include "keys/core/labels.h"
#include "keys/core/options_recovery.h"
#include "keys/crypto/sign.h"
#include "keys/image/kind.h"
#include "keys/image/policy.h"

#include <stdio.h>
#include <string.h>

enum {
	BZIMAGE_VERSION_AT = 0x20e, /* Linux Documentation/arch/x86/boot.rst */
	BZIMAGE_VERSION_BASE = 0x200,
};

static bool begins(struct es_span s, const char *magic, size_t len)
{
	return s.len >= len && memcmp(s.data, magic, len) == 0;
}

static bool printable(struct es_span s, bool line_ends)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.data[i] < 0x20 || s.data[i] == 0x7f) &&
		    !(line_ends && (s.data[i] == '\n' || s.data[i] == '\r' || s.data[i] == '\t')))
			return false;
	return true;
}

static bool ascii(struct es_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] >= 0x80)
			return false;
	return true;
}

static const char *check_cmdline(struct es_span s)
{
	if (!printable(s, false))
		return "contains a newline or another control character";
	if (!ascii(s))
		return "contains a character that isn't ASCII";
	if (s.len >= ES_OPTIONS_MAX)
		return "is longer than a kernel accepts";
	if (es_options_contain_recovery(s))
		return "contains a recovery key, which everybody could read there";
	return NULL;
}

static const char *check_initrd(struct es_span s)
{
	static const char *const words[ES_INITRD_COUNT] = {
		[ES_INITRD_UNKNOWN] = "is neither a cpio archive nor a compressed one",
		[ES_INITRD_OLD_CPIO] =
		    "is a cpio archive in an old format; the kernel accepts what cpio -H newc writes",
		[ES_INITRD_DAMAGED] = "is a truncated or damaged archive",
		[ES_INITRD_OTHER] = "is compressed, but its content isn't a cpio archive",
		[ES_INITRD_EARLY_ONLY] = "contains only microcode or ACPI tables, and no program to run",
	};

	return words[es_initrd_inspect(s)];
}

static const char *check_osrel(struct es_span s)
{
	return printable(s, true) ? NULL : "isn't text";
}

static const char *check_ucode(struct es_span s)
{
	return es_initrd_inspect(s) == ES_INITRD_EARLY_ONLY
		   ? NULL
		   : "isn't an uncompressed cpio archive "
		     "containing kernel/x86/microcode, the only form the kernel accepts";
}

static const char *check_splash(struct es_span s)
{
	return begins(s, "BM", 2) ? NULL : "isn't a BMP picture";
}

static const char *check_dtb(struct es_span s)
{
	return begins(s, "\xd0\x0d\xfe\xed", 4) ? NULL : "isn't a compiled device tree";
}

static const char *check_uname(struct es_span s)
{
	if (!printable(s, false) || !ascii(s) || memchr(s.data, ' ', s.len) != NULL)
		return "isn't a kernel release (one word, as uname -r prints it)";
	return s.len < ES_KERNEL_RELEASE ? NULL : "is longer than a kernel release can be";
}

static const char *check_sbat(struct es_span s)
{
	while (s.len > 0 && s.data[s.len - 1] == '\0')
		s.len--; /* a linker's padding, as in systemd's stub */
	return begins(s, "sbat,", 5) && printable(s, true) ? NULL
							   : "isn't an SBAT table (its first line begins with sbat,)";
}

static const char *check_pcrpkey(struct es_span s)
{
	struct es_rsa_public key;
	enum es_reason r = es_rsa_public_read(s, &key);

	if (!printable(s, true) || (r != ES_OK && r != ES_VERSION))
		return "isn't a public key in PEM form";
	if (r == ES_VERSION)
		return "isn't an RSA key of 2048 or 3072 bits with exponent 65537, as TPMs require";
	return 8 * key.len > ES_POLICY_KEY_BITS_MAX ? ES_POLICY_KEY_TOO_LARGE : NULL;
}

static const char *check_pcrsig(struct es_span s)
{
	return begins(s, "{", 1) && printable(s, true) ? NULL : "isn't a JSON object";
}

static const struct {
	const char *(*check)(struct es_span s); /* what is wrong, or NULL; without a function: check_kernel */
	enum es_reason reason;                  /* for an unusable file or text */
	bool required;
} rules[ES_UKI_COUNT] = {
	[ES_UKI_LINUX] = { NULL, ES_PART_KERNEL, true },
	[ES_UKI_OSREL] = { check_osrel, ES_PART_KIND, false },
	[ES_UKI_CMDLINE] = { check_cmdline, ES_ARGUMENT, true },
	[ES_UKI_INITRD] = { check_initrd, ES_PART_INITRD, true },
	[ES_UKI_UCODE] = { check_ucode, ES_PART_KIND, false },
	[ES_UKI_SPLASH] = { check_splash, ES_PART_KIND, false },
	[ES_UKI_DTB] = { check_dtb, ES_PART_KIND, false },
	[ES_UKI_UNAME] = { check_uname, ES_ARGUMENT, false },
	[ES_UKI_SBAT] = { check_sbat, ES_PART_KIND, false },
	[ES_UKI_PCRPKEY] = { check_pcrpkey, ES_PART_KIND, false },
	[ES_UKI_PCRSIG] = { check_pcrsig, ES_PART_KIND, false },
};

/* Looks only at the name, and counts an empty section, too. */
static bool has_section(const struct es_pe *pe, int which)
{
	for (unsigned i = 0; i < pe->section_count; i++)
		if (strcmp(pe->sections[i].name, es_uki_section_names[which]) == 0)
			return true;
	return false;
}

static struct es_fault check_stub(const struct es_uki_parts *parts, struct es_pe *ret_pe)
{
	enum es_program_kind kind = es_program_identify(parts->stub, ret_pe);
	struct es_uki uki;
	enum es_reason r;

	if (kind == ES_PROGRAM_UNSUPPORTED)
		return (struct es_fault){ ES_PART_UNSUPPORTED, es_program_words(kind) };
	if (kind != ES_PROGRAM_STUB)
		return (struct es_fault){ ES_PART_STUB, es_program_words(kind) };
	for (int i = 0; i < ES_UKI_COUNT; i++)
		if (i != ES_UKI_SBAT && has_section(ret_pe, i))
			return (struct es_fault){ ES_PART_STUB, "already contains parts of a boot image" };
	r = es_uki_find(ret_pe, ES_PE_FILE, &uki);
	if (r != ES_OK && r != ES_MISSING)
		return (struct es_fault){ ES_PART_STUB, "has a doubled or truncated section" };
	if (parts->present[ES_UKI_SBAT] && has_section(ret_pe, ES_UKI_SBAT))
		return (struct es_fault){ ES_ARGUMENT, "has its own .sbat section, which is kept: leave --sbat out" };
	if (ret_pe->cert_size > 0)
		return (struct es_fault){ ES_PART_SIGNED, "is signed" };
	return (struct es_fault){ ES_OK, NULL };
}

static const char *why_no_program(struct es_span s)
{
	if (begins(s,
		   "\x7f"
		   "ELF",
		   4))
		return "is an ELF file; the boot image needs the bzImage, the file in /boot";
	if (begins(s, "\x1f\x8b", 2) || begins(s, "\x28\xb5\x2f\xfd", 4) || begins(s, "\xfd\x37zXZ", 5))
		return "is compressed; firmware starts only a kernel that unpacks itself";
	if (es_program_bzimage(s))
		return "is truncated, or was built without CONFIG_EFI_STUB";
	return es_program_words(ES_PROGRAM_NONE);
}

static struct es_fault check_kernel(struct es_span s, uint16_t machine)
{
	struct es_pe pe;
	enum es_program_kind kind = es_program_identify(s, &pe);

	switch (kind) {
	case ES_PROGRAM_KERNEL:
		if (pe.machine != machine)
			return (struct es_fault){ ES_PART_MACHINE, pe.machine == ES_PE_MACHINE_ARM64
								       ? "is for arm64, and the stub for x86-64"
								       : "is for x86-64, and the stub for arm64" };
		return (struct es_fault){ ES_OK, NULL };
	case ES_PROGRAM_NONE:
		return (struct es_fault){ ES_PART_KERNEL, why_no_program(s) };
	case ES_PROGRAM_UNSUPPORTED:
		return (struct es_fault){ ES_PART_UNSUPPORTED, es_program_words(kind) };
	default:
		return (struct es_fault){ ES_PART_KERNEL, es_program_words(kind) };
	}
}

static struct es_fault check_part(enum es_uki_section which, struct es_span s, uint16_t machine)
{
	struct es_fault fault = { ES_OK, NULL };

	if (s.len == 0)
		return (struct es_fault){ rules[which].reason, "is empty" };
	if (rules[which].check == NULL)
		return check_kernel(s, machine);
	fault.why = rules[which].check(s);
	if (fault.why != NULL)
		fault.reason = rules[which].reason;
	return fault;
}

struct es_fault es_image_fault(const struct es_pe *image, const struct es_uki *uki, enum es_uki_section which)
{
	if (!uki->present[which])
		return (struct es_fault){ ES_OK, NULL };
	return check_part(which, uki->section[which], image->machine);
}

struct es_fault es_image_stub_fault(const struct es_pe *image)
{
	enum es_program_kind kind = es_program_stub(image);

	if (kind == ES_PROGRAM_STUB)
		return (struct es_fault){ ES_OK, NULL };
	return (struct es_fault){ ES_PART_STUB,
				  kind == ES_PROGRAM_OTHER ? "isn't etcseal's or systemd's" : es_program_words(kind) };
}

static enum es_reason refuse(char *ret_detail, enum es_reason reason, const char *what, const char *why)
{
	snprintf(ret_detail, ES_IMAGE_DETAIL, "%s %s", what, why);
	return reason;
}

bool es_image_kernel_release(struct es_span kernel, char ret[static ES_KERNEL_RELEASE])
{
	struct es_span text;
	struct es_reader in = { .in = kernel, .pos = BZIMAGE_VERSION_AT };
	size_t len = 0;

	if (!es_program_bzimage(kernel))
		return false;
	if (!es_span_part(kernel, (uint64_t)es_read_le16(&in) + BZIMAGE_VERSION_BASE, ES_KERNEL_RELEASE, &text))
		return false;
	while (len < text.len && text.data[len] > ' ' && text.data[len] < 0x7f)
		len++;
	if (len == 0 || len == text.len || (text.data[len] != ' ' && text.data[len] != '\0'))
		return false;
	memcpy(ret, text.data, len);
	ret[len] = '\0';
	return true;
}

enum es_reason es_image_check(const struct es_uki_parts *parts, char ret_detail[static ES_IMAGE_DETAIL])
{
	struct es_pe stub;
	struct es_fault fault = check_stub(parts, &stub);

	if (fault.reason != ES_OK)
		return refuse(ret_detail, fault.reason, "the stub", fault.why);
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		const char *name = es_uki_section_names[i];

		if (!parts->present[i] && rules[i].required)
			return refuse(ret_detail, ES_ARGUMENT, name, "is missing");
		if (!parts->present[i])
			continue;
		fault = check_part((enum es_uki_section)i, parts->section[i], stub.machine);
		if (fault.reason != ES_OK)
			return refuse(ret_detail, fault.reason, name, fault.why);
	}
	return ES_OK;
}
