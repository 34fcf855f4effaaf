/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcseal-boot unlock: from the handover to a tree in RAM. Whatever happens, the fence is raised, even if an error of
 * our own keeps the configuration from being opened: what boots next must not get the key.
 */
#include "initrd/commands.h"
#include "initrd/recover.h"
#include "initrd/report.h"
#include "initrd/run.h"
#include "initrd/say.h"
#include "initrd/sources.h"
#include "initrd/wait.h"
#include "keys/core/clock.h"
#include "keys/core/labels.h"
#include "keys/opening/opening.h"
#include "keys/protector/keyring.h"

#include <stdio.h>
#include <unistd.h>

struct unlock {
	const struct es_unlock_options *options;
	struct es_say say;
	struct es_console console;
	struct es_run run;
	struct es_sources sources;
	struct es_opening *opening;
	struct es_recover recover;
	uint64_t start_ms;
	bool recovered;  /* the key came from the recovery key */
	bool fence_only; /* the opening has no banks, and only raises the fence */
};

/* Without the time spent waiting for input. */
static uint64_t spent_ms(const struct unlock *u)
{
	return es_monotonic_ms() - u->start_ms - u->recover.asked_ms;
}

/* The only way out: every path writes what is known to boot.json. */
static enum es_reason leave(struct unlock *u, enum es_boot_state state, enum es_reason refusal)
{
	struct es_boot_record record = { .bank = -1, .stub = u->sources.stub, .handover = u->sources.handover };
	enum es_reason r;

	if (u->opening != NULL)
		record = *es_opening_record(u->opening);
	if (u->fence_only)
		record.refusal[0] = record.refusal_detail[0] = '\0';
	record.state = state;
	if (state == ES_BOOT_LOCKED) {
		record.opened_by = ES_OPENED_BY_NONE;
		if (record.refusal[0] == '\0')
			snprintf(record.refusal, sizeof record.refusal, "%s", es_reason_words(refusal)->id);
		es_run_drop(&u->run);
	}
	if (state == ES_BOOT_UNCONFIGURED && record.path_count == 0) {
		record.path_count = 1;
		snprintf(record.paths[0], sizeof record.paths[0], "/etc");
	}
	record.unlock_ms = (unsigned)spent_ms(u);
	if (u->run.dir < 0)
		return ES_OK; /* already reported */
	r = es_run_write_record(&u->run, &record);
	if (r != ES_OK)
		es_report_refusal(&u->say, "can't write boot.json", r, "");
	return r;
}

/* Without these files, a seal to this boot is to this image alone. */
static void leave_vendor(struct unlock *u)
{
	enum es_reason r =
	    es_run_write_vendor(&u->run, es_buf_span(&u->sources.public_key), es_buf_span(&u->sources.signature));

	if (r != ES_OK)
		es_report_refusal(&u->say, "can't hand over the image's vendor key to the running system", r, "");
}

static enum es_exit end_locked(struct unlock *u, enum es_reason r)
{
	(void)leave(u, ES_BOOT_LOCKED, r);
	es_say(&u->say, ES_SAY_ERROR, "nothing was opened (exit code %d)", es_reason_words(r)->exit);
	return es_reason_words(r)->exit;
}

/* Raises the fence by an opening without banks, which asks the TPM for nothing else. What it reports about banks is
 * ignored. */
static void fence_only(struct unlock *u)
{
	const struct es_opening_request request = {
		.banks_dirfd = -1,
		.handover = u->sources.stub ? &u->sources.handover : NULL,
		.tcti = u->options->tcti,
	};
	enum es_reason r = es_opening_new(&request, &u->opening);

	u->fence_only = true;
	if (r == ES_OK)
		r = es_opening_key(u->opening, NULL);
	/* Having no bank is intended here. */
	if (r != ES_OK && r != ES_NOT_CONFIGURED && r != ES_CONFIG_GONE)
		es_report_refusal(&u->say, "the fence", r, "");
}

/* After the fence. ES_OK: there is a key; else why there is none. */
static enum es_reason recover(struct unlock *u, enum es_reason refusal)
{
	enum es_reason r = es_recover_key(&u->recover, refusal);

	u->recovered |= r == ES_OK;
	return r;
}

static enum es_exit end_opened(struct unlock *u)
{
	ES_SECRET key = es_opening_take_key(u->opening);
	enum es_reason r = key != NULL ? es_keyring_put(key) : ES_NOT_UNLOCKED;

	if (r != ES_OK)
		es_report_refusal(
		    &u->say, "can't put the key into the kernel keyring, so nothing can be saved in this boot", r, "");
	leave_vendor(u);
	/* Without its list the next save would forget what still is in the clear below. */
	r = es_run_write_adopted(&u->run, es_opening_adopted(u->opening), es_opening_may_remove(u->opening));
	if (r != ES_OK)
		es_report_refusal(&u->say, "can't write the list of adopted files", r, "");
	if (r == ES_OK)
		r = leave(u, ES_BOOT_UNLOCKED, ES_OK);
	if (r != ES_OK) {
		es_run_drop(&u->run);
		return es_reason_words(r)->exit;
	}
	es_report_opened(&u->say, es_opening_record(u->opening), spent_ms(u));
	return ES_EXIT_DONE;
}

/* Unpacks; if that shows damage, the recovery key may still open the other bank. */
static enum es_exit unpack(struct unlock *u)
{
	for (;;) {
		enum es_reason r = es_opening_unpack(u->opening, u->run.tree);
		enum es_reason ram;

		if (r == ES_OK)
			return end_opened(u);
		es_report_refusal(&u->say, "not opened", r, es_opening_record(u->opening)->refusal_detail);
		ram = es_run_mount_ram(&u->run); /* throws away what was half unpacked */
		if (ram != ES_OK)
			return end_locked(u, ram);
		if (es_opening_asks(u->opening) != ES_ASK_NOTHING)
			r = es_recover_consent(&u->recover, r);
		else if (!u->recovered && es_recover_could_help(r))
			r = recover(u, r);
		if (r != ES_OK)
			return end_locked(u, r);
	}
}

static enum es_exit end_unconfigured(struct unlock *u)
{
	enum es_reason r;

	leave_vendor(u);
	r = leave(u, ES_BOOT_UNCONFIGURED, ES_OK);
	if (r != ES_OK)
		return es_reason_words(r)->exit;
	if (u->opening != NULL && es_opening_record(u->opening)->consent == ES_CONSENT_NEW_HOST)
		es_say(&u->say, ES_SAY_WARNING,
		       "the owner agreed at the console to start without the earlier configuration");
	es_say(&u->say, ES_SAY_WARNING,
	       "this host isn't configured: it starts with the configuration of its image. "
	       "`etcseal init` seals it");
	return ES_EXIT_NOT_CONFIGURED;
}

static bool file_is_there(void *path)
{
	return access(path, F_OK) == 0;
}

/* If the stub measured into a TPM, the kernel will show that TPM sooner or later. If it doesn't, keys/opening opens
 * nothing. */
static void wait_for_tpm(const struct unlock *u)
{
	const struct es_unlock_options *o = u->options;
	char device[64] = "/dev/tpmrm0";

	if (!u->sources.stub || u->sources.handover.measured != ES_MEASURED)
		return;
	if (o->tpm_device == NULL && o->tcti != NULL)
		return;
	if (o->tpm_device != NULL)
		snprintf(device, sizeof device, "%s", o->tpm_device);
	(void)es_wait_for(file_is_there, device, o->tpm_wait_ms > 0 ? o->tpm_wait_ms : ES_TPM_WAIT_MS);
}

/* Only after the fence: the words come from the disk. */
static void say_damaged_banks(const struct unlock *u)
{
	struct es_bank_damage damage;

	for (unsigned i = 0; i < ES_BANK_COUNT; i++)
		if (es_opening_bank_damage(u->opening, i, &damage))
			es_report_bank(&u->say, &damage);
}

/* After a refusal and the fence: what the owner may do. */
static enum es_exit after_refusal(struct unlock *u, enum es_reason r)
{
	const struct es_boot_record *record = es_opening_record(u->opening);

	es_report_refusal(&u->say, "locked", r, record->refusal_detail);
	if (r == ES_RECOVERY_FORM)
		es_report_code_fault(&u->say, es_opening_code_fault(u->opening));
	if (r == ES_FENCE_FAILED)
		es_say(
		    &u->say, ES_SAY_ERROR,
		    "if the TPM is broken, or the kernel can't access it, disable it in the firmware setup, and boot "
		    "with the recovery key");
	if (es_opening_asks(u->opening) != ES_ASK_NOTHING) {
		r = es_recover_consent(&u->recover, r);
		u->recovered |= r == ES_OK;
	} else if (es_recover_could_help(r)) {
		r = recover(u, r);
	}
	if (r == ES_NOT_CONFIGURED)
		return end_unconfigured(u);
	return r == ES_OK ? unpack(u) : end_locked(u, r);
}

static enum es_exit open_banks(struct unlock *u)
{
	const struct es_sources *s = &u->sources;
	const struct es_opening_request request = {
		.banks_dirfd = s->banks,
		.handover = s->stub ? &s->handover : NULL,
		.pins = &s->pins,
		.tcti = u->options->tcti,
		.product_uuid = s->product_uuid,
		.event_log = es_buf_span(&s->event_log),
		.pcr_public_key = es_buf_span(&s->public_key),
		.pcr_signature = es_buf_span(&s->signature),
		.no_automatic = s->no_automatic,
		.no_automatic_detail = s->no_automatic_detail,
	};
	enum es_reason r = es_opening_new(&request, &u->opening);

	if (r != ES_OK) {
		es_report_refusal(&u->say, "can't read the banks", r, "");
		fence_only(u);
		return end_locked(u, r);
	}
	u->recover.opening = u->opening;
	r = es_opening_key(u->opening, s->recovery != NULL ? (const char *)es_secret_bytes(s->recovery) : NULL);
	u->recovered = r == ES_OK && s->recovery != NULL;
	es_secret_freep(&u->sources.recovery);
	say_damaged_banks(u);
	if (r == ES_OK)
		return unpack(u);
	return r == ES_NOT_CONFIGURED ? end_unconfigured(u) : after_refusal(u, r);
}

static enum es_exit unlock(struct unlock *u)
{
	const char *run_dir = u->options->run_dir != NULL ? u->options->run_dir : ES_RUN_DIR;
	enum es_reason r;

	/* First, because it removes the recovery key from the initramfs. */
	es_sources_gather(&u->options->from, &u->say, &u->sources);
	r = es_run_make(run_dir, &u->run);
	if (r == ES_OK)
		r = es_run_mount_ram(&u->run);
	if (r != ES_OK) {
		es_say(&u->say, ES_SAY_ERROR, "can't use %s: %s", run_dir,
		       u->run.notes.why[0] != '\0' ? u->run.notes.why : es_reason_words(r)->what);
		fence_only(u);
		return end_locked(u, r);
	}
	if (u->run.may_swap)
		es_say_log(&u->say, "this kernel can't keep the opened configuration out of swap (Linux 6.4 can): "
				    "encrypt the swap, or use none");
	if (u->sources.trouble != ES_OK) {
		es_report_refusal(&u->say, "can't read the banks", u->sources.trouble, u->sources.detail);
		fence_only(u);
		return end_locked(u, u->sources.trouble);
	}
	wait_for_tpm(u);
	return open_banks(u);
}

enum es_exit es_unlock(const struct es_unlock_options *options)
{
	struct unlock u = {
		.options = options,
		.run = ES_RUN_NONE,
		.sources = ES_SOURCES_NONE,
		.start_ms = es_monotonic_ms(),
		.recover = {
			.ask = options->ask,
			.idle_ms = options->idle_ms,
			.tries = options->tries,
			.tries_left = options->tries,
		},
	};
	enum es_exit exit_code;

	u.recover.say = &u.say;
	u.recover.console = &u.console;

	es_console_open(&u.console, options->console);
	es_say_open(&u.say, u.console.fd);
	exit_code = unlock(&u);
	es_opening_freep(&u.opening);
	es_sources_free(&u.sources);
	es_run_close(&u.run);
	es_say_close(&u.say);
	es_console_close(&u.console);
	return exit_code;
}
