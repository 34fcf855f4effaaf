/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks find what a slip of the hand puts into an image (a truncated kernel, a text file for an initrd), so that the
 * error comes now and not as a host that won't boot. They don't say that the kernel would work, or who made it.
 */
#include "keys/image_check.h"

#include "keys/core/labels.h"
#include "keys/core/options.h"
#include "keys/crypto/sign.h"
#include "keys/image_policy.h"

#include <stdio.h>
#include <string.h>

enum {
	BZIMAGE_MAGIC_AT = 0x202, /* Linux Documentation/arch/x86/boot.rst */
	BZIMAGE_VERSION_AT = 0x20e,
	BZIMAGE_VERSION_BASE = 0x200,
	CPIO_PADDING = 512, /* zeros that may stand before an initrd's archive */
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
	struct es_span value;

	if (!printable(s, false))
		return "has a line end or another control character in it";
	if (!ascii(s))
		return "has a character beyond ASCII in it";
	if (s.len >= ES_OPTIONS_MAX)
		return "is longer than a kernel takes";
	if (es_options_find(s, ES_OPTION_RECOVERY, &value) || es_options_find(s, ES_OPTION_RECOVERY_ESXI, &value))
		return "holds a recovery key, which everybody could read there";
	return NULL;
}

static const char *check_initrd(struct es_span s)
{
	static const struct {
		const char *bytes;
		size_t len;
	} magics[] = {
		{ "070701", 6 },           { "070702", 6 },      { "\x1f\x8b", 2 },
		{ "\x28\xb5\x2f\xfd", 4 }, { "\xfd\x37zXZ", 5 }, { "\x02\x21\x4c\x18", 4 },
		{ "\x5d\x00\x00", 3 },     { "BZh", 3 },         { "\x89LZO", 4 },
	};
	size_t zeros = 0;

	while (zeros < s.len && zeros < CPIO_PADDING && s.data[zeros] == 0)
		zeros++;
	s.data += zeros;
	s.len -= zeros;
	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
		if (begins(s, magics[i].bytes, magics[i].len))
			return NULL;
	return "is neither a cpio archive nor a compressed one";
}

static const char *check_osrel(struct es_span s)
{
	return printable(s, true) ? NULL : "is no text";
}

static const char *check_ucode(struct es_span s)
{
	return begins(s, "07070", 5) ? NULL : "is no uncompressed cpio archive, the only form the kernel takes";
}

static const char *check_splash(struct es_span s)
{
	return begins(s, "BM", 2) ? NULL : "is no BMP picture";
}

static const char *check_dtb(struct es_span s)
{
	return begins(s, "\xd0\x0d\xfe\xed", 4) ? NULL : "is no compiled device tree";
}

static const char *check_uname(struct es_span s)
{
	if (!printable(s, false) || !ascii(s) || memchr(s.data, ' ', s.len) != NULL)
		return "is no kernel release (one word, as uname -r prints it)";
	return s.len < ES_KERNEL_RELEASE ? NULL : "is longer than a kernel release can be";
}

static const char *check_sbat(struct es_span s)
{
	return begins(s, "sbat,", 5) && printable(s, true) ? NULL
							   : "is no SBAT table (its first line begins with sbat,)";
}

static const char *check_pcrpkey(struct es_span s)
{
	struct es_rsa_public key;
	enum es_reason r = es_rsa_public_read(s, &key);

	if (!printable(s, true) || (r != ES_OK && r != ES_VERSION))
		return "is no public key in PEM form";
	if (r == ES_VERSION)
		return "is no RSA key of 2048 or 3072 bits with exponent 65537, which is what TPMs check";
	return 8 * key.len > ES_POLICY_KEY_BITS_MAX ? ES_POLICY_KEY_TOO_LARGE : NULL;
}

static const char *check_pcrsig(struct es_span s)
{
	return begins(s, "{", 1) && printable(s, true) ? NULL : "is no JSON object";
}

static const struct {
	const char *(*check)(
	    struct es_span s); /* what is wrong, or NULL; no function: check_kernel, which needs the stub */
	enum es_reason reason; /* a file that won't do, or a text */
	bool required;
} rules[ES_UKI_COUNT] = {
	[ES_UKI_LINUX] = { NULL, ES_FORMAT, true },
	[ES_UKI_OSREL] = { check_osrel, ES_FORMAT, false },
	[ES_UKI_CMDLINE] = { check_cmdline, ES_ARGUMENT, true },
	[ES_UKI_INITRD] = { check_initrd, ES_FORMAT, true },
	[ES_UKI_UCODE] = { check_ucode, ES_FORMAT, false },
	[ES_UKI_SPLASH] = { check_splash, ES_FORMAT, false },
	[ES_UKI_DTB] = { check_dtb, ES_FORMAT, false },
	[ES_UKI_UNAME] = { check_uname, ES_ARGUMENT, false },
	[ES_UKI_SBAT] = { check_sbat, ES_FORMAT, false },
	[ES_UKI_PCRPKEY] = { check_pcrpkey, ES_FORMAT, false },
	[ES_UKI_PCRSIG] = { check_pcrsig, ES_FORMAT, false },
};

static bool is_bzimage(struct es_span s)
{
	struct es_span magic;

	return es_span_part(s, BZIMAGE_MAGIC_AT, 4, &magic) && memcmp(magic.data, "HdrS", 4) == 0;
}

/* By its name, also an empty one. */
static bool has_section(const struct es_pe *pe, int which)
{
	for (unsigned i = 0; i < pe->section_count; i++)
		if (strcmp(pe->sections[i].name, es_uki_section_names[which]) == 0)
			return true;
	return false;
}

static const char *check_stub(const struct es_uki_parts *parts, struct es_pe *ret_pe)
{
	struct es_uki uki;
	enum es_reason r = es_pe_open(parts->stub, ES_PE_FILE, ret_pe);

	if (r == ES_VERSION)
		return "is an EFI program for a machine that isn't supported";
	if (r != ES_OK)
		return "is no EFI program, or a truncated one";
	if (is_bzimage(parts->stub))
		return "is a kernel";
	if (ret_pe->subsystem != ES_PE_SUBSYSTEM_EFI_APPLICATION)
		return "is an EFI driver";
	for (int i = 0; i < ES_UKI_COUNT; i++)
		if (i != ES_UKI_SBAT && has_section(ret_pe, i))
			return "is a whole boot image already";
	r = es_uki_find(ret_pe, ES_PE_FILE, &uki);
	if (r != ES_OK && r != ES_MISSING)
		return "has a doubled or truncated section";
	if (parts->present[ES_UKI_SBAT] && has_section(ret_pe, ES_UKI_SBAT))
		return "has a .sbat section of its own, which stays";
	return ret_pe->cert_size > 0 ? "is signed; sign the finished image instead" : NULL;
}

static const char *check_kernel(struct es_span s, const struct es_pe *stub)
{
	struct es_uki uki;
	struct es_pe pe;
	enum es_reason r = es_pe_open(s, ES_PE_FILE, &pe);

	if (begins(s,
		   "\x7f"
		   "ELF",
		   4))
		return "is an ELF file; the boot image needs the bzImage, as it lies in /boot";
	if (r == ES_VERSION)
		return "is for a machine that isn't supported";
	if (r != ES_OK && is_bzimage(s))
		return "is truncated, or was built without CONFIG_EFI_STUB";
	if (r != ES_OK)
		return "is no kernel with an EFI stub";
	if (pe.subsystem != ES_PE_SUBSYSTEM_EFI_APPLICATION)
		return "is no kernel with an EFI stub";
	r = es_uki_find(&pe, ES_PE_FILE, &uki);
	if (r == ES_OK || (r == ES_MISSING && uki.present[ES_UKI_LINUX]))
		return "is a boot image (UKI) and no kernel";
	return pe.machine == stub->machine ? NULL : "is for another machine than the stub";
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

	if (!is_bzimage(kernel))
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
	const char *fault = check_stub(parts, &stub);

	if (fault != NULL)
		return refuse(ret_detail, ES_FORMAT, "the stub", fault);
	for (int i = 0; i < ES_UKI_COUNT; i++) {
		const char *name = es_uki_section_names[i];

		if (!parts->present[i] && rules[i].required)
			return refuse(ret_detail, ES_ARGUMENT, name, "is missing");
		if (!parts->present[i])
			continue;
		if (parts->section[i].len == 0)
			return refuse(ret_detail, rules[i].reason, name, "is empty");
		fault =
		    rules[i].check != NULL ? rules[i].check(parts->section[i]) : check_kernel(parts->section[i], &stub);
		if (fault != NULL)
			return refuse(ret_detail, rules[i].reason, name, fault);
	}
	return ES_OK;
}
