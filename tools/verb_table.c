/* SPDX-License-Identifier: Apache-2.0 */
/* Every verb, in the order of the help. */
#include "tools/help.h"
#include "tools/image.h"
#include "tools/verb.h"
#include "tools/verb_table.h"
#include "tools/verbs.h"

static const struct es_option init_options[] = {
	{ "kdf", NULL, "don't use the TPM (nothing is sealed)", false },
	{ "require-secure-boot", "T|F|true|false", "seal to PCR 7, or to the boot programs (detected)", false },
	{ "path", "PATH", "cover this folder or file; may be repeated (/etc)", true },
	{ "path-preset", "debian", "cover /etc and where Debian keeps copies of it", false },
	{ "adopt", NULL, "also seal what is in these places now: see `adopt`", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option monitor_options[] = {
	{ "metrics", NULL, "print metrics for Prometheus instead", false },
	{ "publish", "DIR", "write both to DIR, for other users, and print nothing", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option set_options[] = {
	{ "mode", "tpm|kdf", "choose the key that opens the configuration automatically", false },
	{ "require-secure-boot", "T|F|true|false", "require Secure Boot to be on", false },
	{ "require-exec-installed-only", "T|F|true|false", "require that only programs from installed packages may run",
	  false },
	{ "path", "PATH", "also cover this, from the next start on; may be repeated", true },
	{ "path-preset", "debian", "also cover where Debian keeps copies of /etc", false },
	{ "yes", NULL, "kdf: don't ask for confirmation; tpm: confirm you replaced the TPM", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option backup_options[] = {
	{ "force", NULL, "save even if nothing has changed", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option adopt_options[] = {
	{ "dry-run", NULL, "only show what would be adopted", false },
	{ "discard-changed", NULL, "also remove what changed below since it was adopted", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option next_options[] = {
	{ "image", "FILE", "the boot image to be booted next", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option extract_options[] = {
	{ "to", "DIR", "unpack into this folder: an empty one, or one to create", false },
	{ "recovery-key-file", "FILE", "read the recovery key from FILE; - is standard input", false },
	{ "ask-recovery-key", NULL, "ask for the recovery key even if this host holds the key", false },
	{ NULL, NULL, NULL, false },
};

static const struct es_option rotate_options[] = {
	{ "image-output", "FILE", "also build the next boot image, pinned to the new key", false },
	{ "from", "FILE", "with --image-output: the image that this host boots (detected)", false },
	{ "stub", "FILE", "with --image-output: the EFI stub (the installed one)", false },
	{ "sign-key", "FILE", "with --image-output: sign for Secure Boot with this key (PEM)", false },
	{ "sign-cert", "FILE", "with --image-output: the key's certificate (PEM)", false },
	{ "strict", NULL, "with --image-output: refuse one with secrets in the clear", false },
	{ "allow", "PATH", "with --image-output: accept this file in it; may be repeated", true },
	{ NULL, NULL, NULL, false },
};

static const struct es_verb recovery_verbs[] = {
	{ .name = "list",
	  .help = "Show the recovery key and its ID",
	  .act = "list the recovery key",
	  .run = es_verb_recovery_list,
	  .more = "  Works while this system holds the configuration's key. Writes a line to the\n"
		  "  system log (authpriv), without the key." },
	{ .name = "rotate",
	  .help = "Change the configuration's key and the recovery key",
	  .act = "change the recovery key",
	  .run = es_verb_recovery_rotate,
	  .options = rotate_options,
	  .more = "  Saves the configuration under a new key, and shows the new recovery key. The\n"
		  "  old one opens nothing that is saved from then on; it still opens copies of\n"
		  "  older banks. What the host is sealed to doesn't change. A boot image pinned to\n"
		  "  the old key opens until its successor has booted: --image-output builds that\n"
		  "  one, and seals to it." },
	{ .name = NULL },
};

const struct es_verb es_verbs[] = {
	{ .name = "init",
	  .help = "Seal this host's configuration for the first time",
	  .run = es_verb_init,
	  .options = init_options,
	  .more = "  Makes the recovery key, and shows it. With a usable TPM the mode is tpm,\n"
		  "  without a TPM it is kdf; a TPM that is present but unusable is an error." },
	{ .name = "status",
	  .help = "Show how this host is sealed, how it was opened, and what is wrong",
	  .run = es_verb_status,
	  .more = "  Exits with 3 if nothing is configured, 4 if this system doesn't hold the key,\n"
		  "  5 if no bank can be trusted." },
	{ .name = "monitor",
	  .help = "Tell a monitoring system how this host is",
	  .act = "look at this host",
	  .run = es_verb_monitor,
	  .options = monitor_options,
	  .more = "  A line and an exit code as the Monitoring Plugins have them: 0 ok, 1 warning,\n"
		  "  2 critical, 3 unknown. Users other than root are shown what\n"
		  "  etcseal-monitor.timer has published." },
	{ .name = "get", .help = "Show mode and requirements", .run = es_verb_get },
	{ .name = "set",
	  .help = "Change mode and requirements",
	  .run = es_verb_set,
	  .options = set_options,
	  .more = "  --mode=tpm seals to this host's TPM and the way it booted. Run it again after\n"
		  "  the TPM was cleared, or after a boot with the recovery key." },
	{ .name = "backup",
	  .help = "Save the configuration as the next generation",
	  .run = es_verb_backup,
	  .options = backup_options,
	  .more = "  Saves nothing if nothing has changed since the newest generation." },
	{ .name = "adopt",
	  .help = "Also seal the files that were there before, and remove them from the disk",
	  .act = "adopt what was there before",
	  .run = es_verb_adopt,
	  .options = adopt_options,
	  .more = "  Every file in the covered paths that isn't byte for byte a package's goes into\n"
		  "  the configuration. The next start that opens automatically, with both banks\n"
		  "  complete, overwrites and removes it on the root file system. Names the\n"
		  "  secrets to renew." },
	{ .name = "below",
	  .help = "Show which files are in the clear below the configuration",
	  .act = "look below the configuration",
	  .run = es_verb_below,
	  .more = "  clear: not adopted; pending: adopted, the next automatic start removes it;\n"
		  "  changed: adopted, but has another content since; left: can't be adopted;\n"
		  "  then: changed from what a package ships, unowned, or unknown to dpkg." },
	{ .name = "watch",
	  .help = "Save the configuration whenever it changes",
	  .run = es_verb_watch,
	  .more = "  Runs as a service; on SIGTERM it saves one last time and exits. `etcseal\n"
		  "  status` shows how it is doing, the journal what it did." },
	{ .name = "diff",
	  .help = "Show how the configuration differs from the image's own files",
	  .act = "compare the configuration with the image",
	  .run = es_verb_diff,
	  .more = "  A, M, D: added, modified, deleted. Changes other than to the content are in\n"
		  "  parentheses." },
	{ .name = "extract",
	  .help = "Unpack the saved configuration into a folder",
	  .run = es_verb_extract,
	  .options = extract_options,
	  .more = "  Uses the key of the running host; without one, asks for the recovery key. On\n"
		  "  another host, name the banks' partition with --boot-dir." },
	{ .name = "check",
	  .help = "Tell whether the next boot will unlock automatically",
	  .act = "check the next boot",
	  .run = es_verb_check,
	  .options = next_options,
	  .more = "  Checks the host as it is now, or with another boot image in place of the\n"
		  "  running one. If it won't unlock automatically, exits with 4 and names the PCRs\n"
		  "  that differ, or what else prevents it: the TPM, its counters, the image's\n"
		  "  generation. Warns of a damaged bank. Based on what this boot measured, and on\n"
		  "  what firmware now gives the system as options; later changes to firmware,\n"
		  "  Secure Boot keys or the boot menu are not considered." },
	{ .name = "reseal",
	  .help = "Seal to this boot again, or also to the next boot image",
	  .run = es_verb_reseal,
	  .options = next_options,
	  .more = "  With --image, before an update: the running system's seal stays until the new\n"
		  "  image has unlocked automatically once. Without it, after a boot that needed\n"
		  "  the recovery key." },
	{ .name = "recovery", .help = "List or change the recovery key", .verbs = recovery_verbs },
	{ .name = "image", .help = "Build, inspect, predict and sign boot images", .verbs = es_image_verbs },
	{ .name = "completion",
	  .help = "Print the completion script of a shell",
	  .run = es_verb_completion,
	  .no_secrets = true,
	  .operands = "bash|zsh|fish",
	  .operands_min = 1,
	  .operands_max = 1,
	  .more = "  etcseal completion bash >/etc/bash_completion.d/etcseal" },
	{ .name = "help",
	  .help = "Show all verbs, or the help of one",
	  .run = es_verb_help,
	  .no_secrets = true,
	  .operands = "[VERB...]",
	  .operands_max = 3 },
	{ .name = "version", .help = "Show the version", .run = es_verb_version, .no_secrets = true },
	{ .name = NULL },
};
