/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal set`: mode, requirements and covered paths. Each is a separate change; those made before a failure stay. */
#include "keys/change/cover.h"
#include "keys/change/mode.h"
#include "keys/change/require.h"
#include "tools/common.h"
#include "tools/cover_paths.h"
#include "tools/image_after.h"
#include "tools/rotated.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Giving up the seal needs a confirmation: it can't be undone for a boot that the seal would have refused. */
static enum es_exit confirm_kdf(const struct es_args *args, const struct es_host *host)
{
	const struct es_bank *bank = es_host_bank(host);
	char answer[16] = "";

	if (es_arg_given(args, "yes") || bank == NULL || bank->info->mode == ES_MODE_KDF)
		return ES_EXIT_DONE;
	if (args->json || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return es_usage_error(args, "mode kdf gives up the seal to this host's TPM: confirm it with --yes");
	fprintf(stderr,
		"This gives up the seal: the TPM no longer guards the configuration.\n%s"
		"Type kdf to continue: ",
		es_kdf_limits);
	if (fgets(answer, sizeof answer, stdin) != NULL && strcasecmp(answer, "kdf\n") == 0)
		return ES_EXIT_DONE;
	fprintf(stderr, "etcseal: nothing was changed\n");
	return ES_EXIT_FAILED;
}

/* The recovery key opened a configuration older than the TPM has counted. A new seal makes it the newest: that needs a
 * confirmation. */
static enum es_exit confirm_old(const struct es_args *args, const struct es_host *host)
{
	const struct es_boot_record *boot = es_host_boot(host);

	if (es_arg_given(args, "yes") || boot == NULL || boot->consent != ES_CONSENT_OLD)
		return ES_EXIT_DONE;
	return es_usage_error(args,
			      "this boot opened an OLD configuration (generation %" PRIu64
			      "), and a new seal makes it the newest: confirm it with --yes",
			      boot->generation);
}

static void say_tpm(const struct es_args *args, const struct es_host *host)
{
	es_done(args, "mode is tpm: sealed to this host's TPM and the way it booted");
	if (es_host_new_tpm(host))
		es_done(args, "the TPM was replaced or cleared: from now on this one is used");
}

static void say_kdf(const struct es_args *args, const struct es_host *host)
{
	const struct es_protector *p = es_kdf_protector(host);

	es_done(args, "mode is kdf: the seal to the TPM is given up");
	fflush(stdout);
	fprintf(stderr, "%s%s", es_kdf_limits, p != NULL && p->kdf.bound_to_product_uuid ? "" : es_kdf_unbound);
}

static enum es_exit set_mode(const struct es_args *args, struct es_host *host, bool *printed)
{
	bool kdf = es_arg_is(args, "mode", "kdf"), changes;
	struct es_rotated rotated = { .settings = true };
	ES_SECRET recovery = NULL;
	enum es_reason r = es_host_verify(host); /* nobody confirms a change that can't be made */
	enum es_exit status;

	if (r != ES_OK)
		return es_fail_host(args, r, host);
	changes = es_host_bank(host)->info->mode != (kdf ? ES_MODE_KDF : ES_MODE_TPM);
	status = kdf ? confirm_kdf(args, host) : confirm_old(args, host);
	if (status != ES_EXIT_DONE)
		return status;
	if (args->json && changes &&
	    (es_arg_given(args, "require-secure-boot") || es_arg_given(args, "require-exec-installed-only")))
		return es_usage_error(args, "with --json, change the mode alone: that prints the new recovery key");
	if (es_arg_given(args, "yes"))
		es_host_allow_new_tpm(host);
	if (es_arg_given(args, "require-secure-boot") && !es_arg_is_true(args, "require-secure-boot"))
		es_host_allow_no_secure_boot(host);
	r = es_host_set_mode(host, kdf ? ES_MODE_KDF : ES_MODE_TPM, rotated.old_id, &recovery);
	if (r != ES_OK && recovery == NULL)
		return es_fail_host(args, r, host);
	if (recovery != NULL) {
		rotated.recovery = recovery;
		status = es_rotated_show(args, host, &rotated, r);
		*printed = true;
	}
	if (status != ES_EXIT_DONE)
		return status;
	if (kdf)
		say_kdf(args, host);
	else
		say_tpm(args, host);
	es_report_seal(args, host, NULL, true);
	es_image_after_advise(host);
	return ES_EXIT_DONE;
}

static enum es_exit set_secure_boot(const struct es_args *args, struct es_host *host, bool *printed)
{
	bool require = es_arg_is_true(args, "require-secure-boot");
	enum es_reason r = es_host_require_secure_boot(host, require);

	(void)printed;
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	es_done(args, require ? "Secure Boot is required: the seal is to its state and keys (PCR 7)"
			      : "Secure Boot isn't required: the seal is to the boot programs themselves (PCR 4)");
	es_report_seal(args, host, NULL, true);
	return ES_EXIT_DONE;
}

static enum es_exit set_exec(const struct es_args *args, struct es_host *host, bool *printed)
{
	bool require = es_arg_is_true(args, "require-exec-installed-only");
	enum es_reason r = es_host_require_exec_installed_only(host, require);

	(void)printed;
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	es_done(args, require ? "only executables from installed packages: required"
			      : "only executables from installed packages: not required");
	return ES_EXIT_DONE;
}

static enum es_exit set_paths(const struct es_args *args, struct es_host *host, bool *printed)
{
	struct es_cover_list cover;
	struct es_saved saved;
	unsigned added;
	enum es_exit status = es_cover_paths(args, host, &cover);
	enum es_reason r;

	(void)printed;
	if (status != ES_EXIT_DONE)
		return status;
	r = es_host_cover(host, cover.count, cover.path, &added, &saved);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	if (added == 0) {
		es_line(args, "these paths are covered already");
		return ES_EXIT_DONE;
	}
	es_done(args, "%u more path%s covered from the next start on, saved as generation %" PRIu64, added,
		added == 1 ? " is" : "s are", saved.generation);
	es_line(args, "%s", es_cover_late_words);
	return ES_EXIT_DONE;
}

/* *printed: a JSON object has already been printed. */
typedef enum es_exit step_fn(const struct es_args *args, struct es_host *host, bool *printed);

enum es_exit es_verb_set(const struct es_args *args)
{
	/* One requirement depends on the other: they are set in this order, and dropped in reverse. */
	bool giving_up = es_arg_given(args, "require-secure-boot") && !es_arg_is_true(args, "require-secure-boot");
	const struct {
		const char *option;
		step_fn *run;
	} steps[] = {
		{ "mode", set_mode },
		{ giving_up ? "require-exec-installed-only" : "require-secure-boot",
		  giving_up ? set_exec : set_secure_boot },
		{ giving_up ? "require-secure-boot" : "require-exec-installed-only",
		  giving_up ? set_secure_boot : set_exec },
		{ es_arg_given(args, "path") ? "path" : "path-preset", set_paths },
	};
	ES_HOST host = NULL;
	bool printed = false;
	enum es_exit status;

	if (!es_arg_given(args, "mode") && !es_arg_given(args, "require-secure-boot") &&
	    !es_arg_given(args, "require-exec-installed-only") && !es_arg_given(args, "path") &&
	    !es_arg_given(args, "path-preset"))
		return es_usage_error(args, "`set` needs --mode, --require-secure-boot, --require-exec-installed-only, "
					    "--path or --path-preset");
	status = es_open_host(args, &host);
	for (size_t i = 0; i < sizeof steps / sizeof *steps && status == ES_EXIT_DONE; i++)
		if (es_arg_given(args, steps[i].option))
			status = steps[i].run(args, host, &printed);
	if (status == ES_EXIT_DONE && args->json && !printed)
		status = es_show_settings(args, es_host_bank(host)->info);
	return status;
}
