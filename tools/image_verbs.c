/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the verbs for boot images. */
#include "tools/image.h"

static const struct es_option build_options[] = {
	{ "linux", "FILE", "the kernel, as installed in /boot", false },
	{ "initrd", "FILE", "the initramfs; repeat to append more, in order", true },
	{ "cmdline", "TEXT", "the kernel's options, or @FILE to read them from", false },
	{ "from", "FILE", "take all parts that aren't given from this boot image", false },
	{ "for-this-host", NULL, "pin it to this host's key, id and TPM: it opens nothing else", false },
	{ "options-as-given", NULL, "add nothing to the options, and refuse nothing in them", false },
	{ "output", "FILE", "the boot image to write (required)", false },
	{ "stub", "FILE", "the EFI stub (" ES_LIB_DIR "/etcseal-stub-x64.efi)", false },
	{ "osrel", "FILE", "the os-release file (/etc/os-release)", false },
	{ "uname", "TEXT", "the kernel's release (read from the kernel), or none", false },
	{ "ucode", "FILE", "processor microcode, an uncompressed cpio", false },
	{ "splash", "FILE", "a BMP picture to show while booting", false },
	{ "dtb", "FILE", "a compiled device tree", false },
	{ "sbat", "FILE", "an SBAT table, if the stub has none", false },
	{ "policy-public-key", "FILE", "the key whose signed policies hosts can seal to (.pcrpkey)", false },
	{ "policy-key", "FILE", "the private key: add its public part, and sign the policy", false },
	{ "generation", "N", "with --policy-key: hosts that accepted N refuse lower ones", false },
	{ "sign-key", "FILE", "sign for Secure Boot with this private key (PEM), using sbsign", false },
	{ "sign-cert", "FILE", "its certificate (PEM), as the hosts' firmware has it in db", false },
	{ "strict", NULL, "refuse an initramfs with secrets or configuration in the clear", false },
	{ "allow", "PATH", "accept this file in the initramfs; a pattern; may be repeated", true },
	{ "root", "DIR", "the system that the initramfs was made on (/)", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option inspect_options[] = {
	{ "files", NULL, "list its configuration files", false },
	{ "quiet", NULL, "with --files: only warn of what shouldn't be there", false },
	{ "strict", NULL, "with --files: fail if there is any", false },
	{ "allow", "PATH", "with --files: accept this one; a pattern; may be repeated", true },
	{ "root", "DIR", "with --files: the system that it was made on (/)", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option predict_options[] = {
	{ "options", "TEXT", "options that the boot menu adds to the image's own", false },
	{ "recovery", NULL, "predict a boot that is given the recovery key", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option sign_policy_options[] = {
	{ "key", "FILE", "the vendor's private key, RSA in PEM format (required)", false },
	{ "generation", "N", "hosts that accepted an image of generation N refuse lower ones", false },
	{ "output", "FILE", "write the image with its signature to FILE", false },
	{ "print", NULL, "print the signature, as systemd-measure does", false },
	{ "strict", NULL, "refuse an image with secrets or configuration in the clear", false },
	{ "allow", "PATH", "accept this file in its initramfs; a pattern; may be repeated", true },
	{ "root", "DIR", "the system that the initramfs was made on (/)", false },
	{ NULL, NULL, NULL, false },
};

const struct es_verb es_image_verbs[] = {
	{ .name = "build",
	  .help = "Combine stub, kernel, initramfs and options into one boot image",
	  .act = "build the image",
	  .run = es_verb_image_build,
	  .no_secrets = true, /* in most cases: tools/image_build.c */
	  .options = build_options,
	  .more = "  Builds a unified kernel image (UKI). For Secure Boot it must be signed: with\n"
		  "  --sign-key and --sign-cert, or afterwards. Never put a recovery key into\n"
		  "  --cmdline. systemd.import_credentials=no, noresume and nohibernate are added\n"
		  "  to the options: they keep out what the measurement doesn't cover. With\n"
		  "  --for-this-host the image opens only the configuration of this host, under its\n"
		  "  current key; with Secure Boot on, nobody can then put another one in its\n"
		  "  place, not even somebody who has the machine. Warns of secrets and changed\n"
		  "  configuration files that the initramfs contains in the clear." },
	{ .name = "inspect",
	  .help = "Show what a boot image contains, and what it lacks",
	  .act = "inspect the image",
	  .run = es_verb_image_inspect,
	  .no_secrets = true,
	  .options = inspect_options,
	  .operands = "FILE",
	  .operands_min = 1,
	  .operands_max = 1,
	  .more = "  With --files: which configuration files are in its initramfs, where anyone who\n"
		  "  has the disk can read them: secrets, files that differ from a package's, others\n"
		  "  of the host's, and as shipped. Never shows their content. FILE may then also be\n"
		  "  an initramfs, or a folder that becomes one." },
	{ .name = "predict",
	  .help = "Show the PCR values that a boot image will measure",
	  .act = "predict the PCRs",
	  .run = es_verb_image_predict,
	  .no_secrets = true,
	  .options = predict_options,
	  .operands = "FILE",
	  .operands_min = 1,
	  .operands_max = 1,
	  .more = "  PCR 11 as the stub leaves it, before the fence; PCR 12 for the given options,\n"
		  "  or else as in this boot. On a host that was started through the boot helper\n"
		  "  also PCR 2, 4 and 7, from this boot's event log if the TPM confirms it. What\n"
		  "  can't be predicted is left out, with a warning that says why. With Secure Boot\n"
		  "  on, options from outside are dropped and not measured." },
	{ .name = "sign-policy",
	  .help = "Sign what a boot image will measure, so that its vendor's hosts open it",
	  .act = "sign the policy",
	  .run = es_verb_image_sign_policy,
	  .options = sign_policy_options,
	  .operands = "FILE",
	  .operands_min = 1,
	  .operands_max = 1,
	  .more = "  Signs PCR 11 of the image, in systemd's format (.pcrsig). The image must\n"
		  "  already contain the public key: `image build --policy-public-key`. Sign it for\n"
		  "  Secure Boot afterwards. A host raises its TPM counter to N: start low, and go\n"
		  "  up by at most 256." },
	{ .name = NULL },
};
