/* SPDX-License-Identifier: Apache-2.0 */
/* Every verb, in the order of the help. */
#include "tools/help.h"
#include "tools/image.h"
#include "tools/verb.h"
#include "tools/verb_table.h"
#include "tools/verbs.h"

static const struct es_option init_options[] = {
	{ "kdf", NULL, "do without a TPM, on purpose: no seal", false },
	{ "require-secure-boot", "T|F|true|false", "seal to PCR 7, or to the boot programs (as found)", false },
	{ "path", "PATH", "a folder or file to cover; may be given again (/etc)", true },
	{ NULL, NULL, NULL, false },
};

static const struct es_option set_options[] = {
	{ "mode", "tpm|kdf", "which key opens the configuration by itself", false },
	{ "require-secure-boot", "T|F|true|false", "only with Secure Boot on", false },
	{ "require-exec-installed-only", "T|F|true|false", "only if just installed programs run", false },
	{ "yes", NULL, "kdf: ask nothing; tpm: it was I who changed the TPM", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option backup_options[] = {
	{ "force", NULL, "also if nothing has changed", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option next_options[] = {
	{ "image", "FILE", "the boot image that is started next", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option extract_options[] = {
	{ "to", "DIR", "an empty folder, or one to be made", false },
	{ "recovery-key-file", "FILE", "read the recovery key from it; - is standard input", false },
	{ "ask-recovery-key", NULL, "ask for the recovery key, though this host holds the key", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option rotate_options[] = {
	{ "image-output", "FILE", "make the boot image that follows: pinned to the new key", false },
	{ "from", "FILE", "with it: the image that this host starts (found)", false },
	{ "stub", "FILE", "with it: the EFI stub (the installed one)", false },
	{ "sign-key", "FILE", "with it: sign for Secure Boot with this key (PEM)", false },
	{ "sign-cert", "FILE", "with it: and its certificate (PEM)", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_verb recovery_verbs[] = {
	{ .name = "list",
	  .help = "Show the recovery key and its ID",
	  .act = "list the recovery key",
	  .run = es_verb_recovery_list,
	  .more = "  Works as long as this system holds the configuration's key. It leaves a line in\n"
		  "  the system log (authpriv), without the key." },
	{ .name = "rotate",
	  .help = "Change the configuration's key and the recovery key",
	  .act = "change the recovery key",
	  .run = es_verb_recovery_rotate,
	  .options = rotate_options,
	  .more = "  Saves the configuration under a new key, and shows the new recovery key. The old one\n"
		  "  opens nothing that is saved from then on; copies of older banks it still opens. What\n"
		  "  the host is sealed to stays as it is. A boot image that is pinned to the old key opens\n"
		  "  until the one that follows has started: --image-output makes it, and seals to it." },
	{ .name = NULL },
};

const struct es_verb es_verbs[] = {
	{ .name = "init",
	  .help = "Seal this host's configuration for the first time",
	  .run = es_verb_init,
	  .options = init_options,
	  .more = "  Makes the recovery key, and shows it. With a TPM that can be used the mode is tpm,\n"
		  "  with none it is kdf; a TPM that is there and can't be used is an error." },
	{ .name = "status",
	  .help = "Show how this host is sealed, how it was opened, and what is wrong",
	  .run = es_verb_status,
	  .more = "  Exits with 3 if nothing is configured, 4 if this system doesn't hold the key, 5 if\n"
		  "  no bank can be trusted." },
	{ .name = "get", .help = "Show mode and requirements", .run = es_verb_get },
	{ .name = "set",
	  .help = "Change mode and requirements",
	  .run = es_verb_set,
	  .options = set_options,
	  .more = "  --mode=tpm seals to this host's TPM and the way it booted, also anew: after a TPM\n"
		  "  was cleared, or after a boot with the recovery key." },
	{ .name = "backup",
	  .help = "Save the configuration as the next generation",
	  .run = es_verb_backup,
	  .options = backup_options,
	  .more = "  What hasn't changed since the newest generation isn't saved again." },
	{ .name = "watch",
	  .help = "Save the configuration whenever it changes",
	  .run = es_verb_watch,
	  .more = "  A service: it ends by SIGTERM, and saves once more before. `etcseal status` shows how it\n"
		  "  is doing, the journal what it did." },
	{ .name = "diff",
	  .help = "Show what the configuration changes against the image's own files",
	  .act = "compare the configuration with the image",
	  .run = es_verb_diff,
	  .more = "  A, M, D: added, modified, deleted; what is modified besides the content stands in brackets." },
	{ .name = "extract",
	  .help = "Unpack the saved configuration into a folder",
	  .run = es_verb_extract,
	  .options = extract_options,
	  .more = "  With the key of the running host; without one the recovery key is asked for. On\n"
		  "  another host name the banks' partition with --boot-dir." },
	{ .name = "check",
	  .help = "Tell whether the next boot will unlock automatically",
	  .act = "check the next boot",
	  .run = es_verb_check,
	  .options = next_options,
	  .more = "  As the host is now, or with another boot image in place of the one that runs. Exits\n"
		  "  with 4 if not, and names the PCRs that differ, or what else stops it: the TPM, its\n"
		  "  counters, the image's generation. A damaged bank is warned of. It sees what this boot\n"
		  "  measured, and what firmware gives the system as options now; no other change of\n"
		  "  firmware, Secure Boot keys or boot menu that comes later." },
	{ .name = "reseal",
	  .help = "Seal to this boot anew, or to the next boot image too",
	  .run = es_verb_reseal,
	  .options = next_options,
	  .more = "  With --image before an update: the running system's seal stays until the new image\n"
		  "  has opened by itself once. Without, after a boot that needed the recovery key." },
	{ .name = "recovery", .help = "The recovery key", .verbs = recovery_verbs },
	{ .name = "image", .help = "Boot images", .verbs = es_image_verbs },
	{ .name = "completion",
	  .help = "Print the completion script of a shell",
	  .run = es_verb_completion,
	  .no_secrets = true,
	  .operands = "bash",
	  .operands_min = 1,
	  .operands_max = 1,
	  .more = "  etcseal completion bash >/etc/bash_completion.d/etcseal" },
	{ .name = "help",
	  .help = "Show what there is, or the help of a verb",
	  .run = es_verb_help,
	  .no_secrets = true,
	  .operands = "[VERB...]",
	  .operands_max = 3 },
	{ .name = "version", .help = "Show the version", .run = es_verb_version, .no_secrets = true },
	{ .name = NULL },
};
