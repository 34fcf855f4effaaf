/* SPDX-License-Identifier: Apache-2.0 */
/* Every verb, in the order of the help. */
#include "tools/help.h"
#include "tools/verb.h"

const struct es_option es_global_options[] = {
	{ "json", NULL, "print for machines; errors too", false },
	{ "boot-dir", "DIR", "where the boot partition is mounted (found by itself)", false },
	{ "run-dir", "DIR", "what the boot helper left (/run/etcseal)", false },
	{ "tcti", "TEXT", "which TPM, as in tss2-tctildr(3) (/dev/tpmrm0)", false },
	{ "event-log", "FILE", "the firmware's event log (the kernel's)", false },
	{ "product-uuid", "FILE", "the machine's UUID (the kernel's)", false },
	{ "help", NULL, "show the help of a verb", false },
	{ "version", NULL, "show the version", false },
	{ NULL, NULL, NULL, false },
};

const struct es_verb es_verbs[] = {
	{ .name = "completion",
	  .help = "Print the completion script of a shell",
	  .run = es_verb_completion,
	  .operands = "bash",
	  .operands_min = 1,
	  .operands_max = 1,
	  .more = "  etcseal completion bash >/etc/bash_completion.d/etcseal" },
	{ .name = "help",
	  .help = "Show what there is, or the help of a verb",
	  .run = es_verb_help,
	  .operands = "[VERB...]",
	  .operands_max = 3 },
	{ .name = "version", .help = "Show the version", .run = es_verb_version },
	{ .name = NULL },
};
