/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal init`: seals this host for the first time, and shows the recovery key once. */
#include "keys/change/init.h"
#include "tools/below.h"
#include "tools/common.h"
#include "tools/cover_paths.h"
#include "tools/image_files.h"
#include "tools/recovery_key.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>

struct first {
	const struct es_info *info;
	struct es_recovery_shown recovery;
	struct es_secure_boot secure_boot;
	bool bound; /* kdf: to this machine's UUID */
};

static void fill_words(struct es_writer *w, const void *what)
{
	const struct first *f = what;

	es_write_text(
	    w,
	    "\nThe recovery key opens this configuration when nothing else does: after a change to the boot, with a\n"
	    "TPM that failed or was cleared, on a new mainboard.\n"
	    "WRITE IT DOWN NOW, and keep it away from this host:\n\n"
	    "  Recovery ID                             Key\n  ");
	es_recovery_fill_line(w, &f->recovery);
	es_write_text(w, "\nWithout it, a configuration that no longer opens automatically is lost. While this system\n"
			 "runs, `etcseal recovery list` shows it again.\n");
}

static void fill_json(struct es_writer *w, const void *what)
{
	const struct first *f = what;
	struct es_emit j = { .out = w };

	es_emit_object(&j, NULL);
	es_emit_text(&j, "mode", es_mode_names[f->info->mode]);
	es_emit_number(&j, "generation", f->info->generation);
	es_emit_bool(&j, "require_secure_boot", f->info->require_secure_boot);
	es_emit_text(&j, "secure_boot_state", es_secure_boot_words(f->secure_boot.state)->id);
	if (f->info->mode == ES_MODE_KDF)
		es_emit_bool(&j, "bound_to_machine", f->bound);
	es_recovery_fill_object(&j, "recovery", &f->recovery);
	es_emit_end(&j);
}

/* Why the seal isn't to PCR 7. */
static void say_secure_boot(const struct es_args *args, const struct es_secure_boot *s)
{
	es_line(args,
		"  The seal is to the boot programs themselves (PCR 2, 4, 11, 12), because Secure Boot is %s%s%s%s.",
		es_secure_boot_words(s->state)->what, s->detail[0] != '\0' ? " (" : "", s->detail,
		s->detail[0] != '\0' ? ")" : "");
	if (s->state == ES_SECURE_BOOT_BY_HASH)
		es_line(args, "  If it included PCR 7, each new boot image would need the recovery key.");
}

static void say_mode(const struct es_args *args, const struct first *f, bool asked_for_kdf)
{
	uint64_t generation = f->info->generation;

	if (f->info->mode == ES_MODE_TPM) {
		es_done(args, "the configuration is sealed to this host's TPM (mode tpm), as generation %" PRIu64,
			generation);
		es_line(args,
			"  It opens automatically when this host boots this image%s; otherwise the host asks for the "
			"recovery key.",
			f->info->require_secure_boot ? " with Secure Boot on" : "");
		if (!f->info->require_secure_boot)
			say_secure_boot(args, &f->secure_boot);
		return;
	}
	es_done(args, "the configuration is encrypted WITHOUT a TPM (mode kdf), as generation %" PRIu64, generation);
	if (!asked_for_kdf)
		es_warn("no TPM was found, so nothing is sealed to the way this host boots");
	/* To standard error: it must be seen even where the output goes to a file or a program. */
	fflush(stdout);
	fprintf(stderr, "\n%s%s", es_kdf_limits, f->bound ? "" : es_kdf_unbound);
}

static enum es_exit show(const struct es_args *args, struct es_host *host, const struct es_secret *recovery)
{
	const struct es_protector *kdf = es_kdf_protector(host);
	struct first f = { .recovery = { es_recovery_protector(host), recovery } };
	enum es_exit status;

	f.info = es_host_bank(host)->info;
	es_host_secure_boot(host, &f.secure_boot);
	f.bound = kdf != NULL && kdf->kdf.bound_to_product_uuid;
	say_mode(args, &f, es_arg_given(args, "kdf"));
	es_report_seal(args, host, NULL, true);
	status = es_print(args->json ? fill_json : fill_words, &f);
	if (status != ES_EXIT_DONE)
		fprintf(stderr, "  Next: `etcseal recovery list` shows the recovery key while this system runs.\n");
	return status;
}

/* Otherwise "the configuration is sealed" would mislead. */
static void say_below(struct es_host *host)
{
	const struct es_adopt_request look = { .dry_run = true };
	struct es_adopt_report below;

	if (es_host_look_below(host, &look, &below) == ES_OK && below.files > 0)
		es_warn("%" PRIu64 " files that were there before are still in the clear on the root file system. "
			"`etcseal adopt` seals them too",
			below.files);
}

enum es_exit es_verb_init(const struct es_args *args)
{
	struct es_cover_list cover;
	struct es_adopt_report adopted;
	ES_BELOW_LIST list = { 0 };
	const struct es_adopt_request adopt = { .each = es_below_keep, .context = &list };
	struct es_init_request request = { .kdf = es_arg_given(args, "kdf") };
	ES_SECRET recovery = NULL;
	ES_HOST host = NULL;
	enum es_exit status, shown = ES_EXIT_DONE;
	enum es_reason r;

	if (es_arg_given(args, "require-secure-boot")) {
		if (request.kdf)
			return es_usage_error(
			    args, "--kdf and --require-secure-boot exclude each other: --kdf seals nothing");
		request.secure_boot =
		    es_arg_is_true(args, "require-secure-boot") ? ES_SECURE_BOOT_REQUIRED : ES_SECURE_BOOT_NOT_REQUIRED;
	}
	status = es_open_host(args, &host);
	if (status != ES_EXIT_DONE)
		return status;
	if (es_arg_given(args, "adopt")) {
		request.adopt = &adopt;
		request.ret_adopted = &adopted;
	}
	status = es_cover_paths(args, host, &cover);
	if (status != ES_EXIT_DONE)
		return status;
	request.path_count = cover.count;
	request.paths = cover.path;
	r = es_host_init(host, &request, &recovery);
	/* Even if a later step failed: there is a generation, and this is the only key to it that its owner gets. */
	if (recovery != NULL && es_host_bank(host) != NULL)
		shown = show(args, host, recovery);
	if (r != ES_OK)
		return es_fail_host(args, r, host);
	if (request.adopt != NULL) {
		es_adopt_say(args, &adopted, &list);
		es_files_warn_of_boot(args, host);
	} else {
		say_below(host);
	}
	if (cover.late)
		es_line(args, "%s", es_cover_late_words);
	return shown;
}
