/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal get`: the same lines as ESXi's `esxcli system settings encryption get`. etcseal(8) has them. */
#include "tools/common.h"
#include "tools/settings.h"
#include "tools/verbs.h"

#include <stdio.h>

void es_settings_fill(struct es_emit *j, const struct es_info *info)
{
	es_emit_text(j, "mode", es_mode_names[info->mode]);
	es_emit_bool(j, "require_exec_installed_only", info->require_exec_installed_only);
	es_emit_bool(j, "require_secure_boot", info->require_secure_boot);
}

static void fill_settings(struct es_writer *w, const void *what)
{
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_settings_fill(&j, what);
	es_emit_end(&j);
}

enum es_exit es_show_settings(const struct es_args *args, const struct es_info *info)
{
	if (args->json)
		return es_print(fill_settings, info);
	es_line(args, "   Mode: %s", info->mode == ES_MODE_TPM ? "TPM" : "KDF");
	es_line(args, "   Require Executables Only From Installed Packages: %s",
		info->require_exec_installed_only ? "true" : "false");
	es_line(args, "   Require Secure Boot: %s", info->require_secure_boot ? "true" : "false");
	return ES_EXIT_DONE;
}

enum es_exit es_verb_get(const struct es_args *args)
{
	ES_HOST host = NULL;
	enum es_exit failed = es_open_host(args, &host);
	enum es_reason r;

	if (failed != ES_EXIT_DONE)
		return failed;
	r = es_host_verify(host);
	if (r == ES_NOT_UNLOCKED)
		es_warn("not verified: this system doesn't hold the key, so anyone may have written what follows");
	else if (r != ES_OK)
		return es_fail_host(args, r, host);
	return es_show_settings(args, es_host_bank(host)->info);
}
