/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the verbs for boot images. */
#include "tools/image.h"

static const struct es_option build_options[] = {
	{ "linux", "FILE", "the kernel, as it lies in /boot", false },
	{ "initrd", "FILE", "the initramfs; more are put behind it, in order", true },
	{ "cmdline", "TEXT", "the kernel's options, or @FILE they stand in", false },
	{ "from", "FILE", "a boot image that the parts come from which aren't given", false },
	{ "for-this-host", NULL, "pin it to this host's key, id and TPM: it opens nothing else", false },
	{ "options-as-given", NULL, "add nothing to the options, and refuse nothing in them", false },
	{ "output", "FILE", "the boot image to write (needed)", false },
	{ "stub", "FILE", "the EFI stub (" ES_LIB_DIR "/etcseal-stub-x64.efi)", false },
	{ "osrel", "FILE", "what names the system (/etc/os-release)", false },
	{ "uname", "TEXT", "the kernel's release (read out of the kernel), or none", false },
	{ "ucode", "FILE", "processor microcode, an uncompressed cpio", false },
	{ "splash", "FILE", "a BMP picture to show while booting", false },
	{ "dtb", "FILE", "a compiled device tree", false },
	{ "sbat", "FILE", "an SBAT table, if the stub has none", false },
	{ "policy-public-key", "FILE", "whose signed policies hosts can be sealed to (.pcrpkey)", false },
	{ "policy-key", "FILE", "the private key: put its public part in, and sign the policy", false },
	{ "generation", "N", "with --policy-key: hosts that took N refuse lower ones", false },
	{ "sign-key", "FILE", "sign for Secure Boot with this private key (PEM), by sbsign", false },
	{ "sign-cert", "FILE", "its certificate (PEM), as the hosts' firmware has it in db", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option predict_options[] = {
	{ "options", "TEXT", "options that the boot menu adds from outside the image", false },
	{ "recovery", NULL, "a boot that is given the recovery key", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option sign_policy_options[] = {
	{ "key", "FILE", "the vendor's private key, RSA in PEM form (needed)", false },
	{ "generation", "N", "hosts that took an image of generation N refuse lower ones", false },
	{ "output", "FILE", "the image with its signature", false },
	{ "print", NULL, "print the signature, as systemd-measure does", false },
	{ NULL, NULL, NULL, false },
};

const struct es_verb es_image_verbs[] = {
	{ .name = "build",
	  .help = "Put stub, kernel, initramfs and options together into one boot image",
	  .act = "build the image",
	  .run = es_verb_image_build,
	  .no_secrets = true, /* in most cases: tools/image_build.c */
	  .options = build_options,
	  .more = "  A unified kernel image (UKI). For Secure Boot it has to be signed: with --sign-key\n"
		  "  and --sign-cert, or afterwards. Never put a recovery key into --cmdline.\n"
		  "  systemd.import_credentials=no, noresume and nohibernate are added to it, as they keep\n"
		  "  out what the measurement doesn't cover. With --for-this-host the image opens only the\n"
		  "  configuration of this host, under its key of now; with Secure Boot on nobody can then\n"
		  "  put another in its place, also who has the machine in hand." },
	{ .name = "inspect",
	  .help = "Show what is in a boot image, and what it lacks",
	  .act = "inspect the image",
	  .run = es_verb_image_inspect,
	  .no_secrets = true,
	  .operands = "FILE",
	  .operands_min = 1,
	  .operands_max = 1 },
	{ .name = "predict",
	  .help = "Show the PCR values that a boot image will measure",
	  .act = "predict the PCRs",
	  .run = es_verb_image_predict,
	  .no_secrets = true,
	  .options = predict_options,
	  .operands = "FILE",
	  .operands_min = 1,
	  .operands_max = 1,
	  .more = "  PCR 11 as the stub leaves it, before the fence; PCR 12 for the options given, else\n"
		  "  as in this boot. On a host that was started through the boot helper PCR 2, 4 and 7\n"
		  "  too, out of this boot's event log, if that is confirmed by the TPM; what can't be\n"
		  "  told is left out, and why is said. With Secure Boot on, options from outside are\n"
		  "  dropped and not measured." },
	{ .name = "sign-policy",
	  .help = "Sign what a boot image will measure, so that its vendor's hosts open it",
	  .act = "sign the policy",
	  .run = es_verb_image_sign_policy,
	  .options = sign_policy_options,
	  .operands = "FILE",
	  .operands_min = 1,
	  .operands_max = 1,
	  .more = "  For PCR 11 of the image, in systemd's format (.pcrsig). The image has to carry the\n"
		  "  public key already: `image build --policy-public-key`. Sign it for Secure Boot\n"
		  "  afterwards. A host counts its TPM up to N: start low, and go up by at most 256." },
	{ .name = NULL },
};
