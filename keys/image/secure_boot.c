/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/image/secure_boot.h"

#include "keys/core/authenticode.h"
#include "keys/crypto/hash.h"
#include "keys/crypto/signer.h"
#include "keys/image/booted.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BACK_TO_KEYS                                                                                                   \
	"Restart with Secure Boot on, and with this boot image signed with a key that the firmware or shim accepts."

static const struct es_secure_boot_words words[ES_SECURE_BOOT_STATES] = {
	[ES_SECURE_BOOT_BY_DB] = { "vouched-by-db",
				   "on: a certificate in the firmware's db vouched for this boot image", "" },
	[ES_SECURE_BOOT_BY_MOK] = { "vouched-by-mok",
				    "on: a machine owner's key, or one of shim's own, vouched for this boot image",
				    "" },
	[ES_SECURE_BOOT_BY_HASH] = { "vouched-by-hash", "on: this boot image is listed by its hash", "" },
	[ES_SECURE_BOOT_OFF] = { "off", "off", "Switch it on in the firmware's setup, and restart." },
	[ES_SECURE_BOOT_SETUP] = { "setup-mode",
				   "off: the firmware is in setup mode, has no platform key, and checks nothing",
				   "Enrol keys and switch Secure Boot on in the firmware's setup, and restart." },
	[ES_SECURE_BOOT_AUDIT] = { "audit-mode",
				   "off: in audit mode the firmware logs what it should refuse, and starts it",
				   "End the audit mode in the firmware's setup (enrol a platform key), and restart." },
	[ES_SECURE_BOOT_DEBUG] = { "debug-mode", "on, but the firmware's debugger is on too, and can change anything",
				   "Switch the debugger off in the firmware's setup, and restart." },
	[ES_SECURE_BOOT_SHIM_OFF] = { "shim-checks-nothing",
				      "on in the firmware, but shim starts anything: its validation is switched off "
				      "(MokSBState)",
				      "Run `mokutil --enable-validation`, and confirm it on the console at the next "
				      "boot." },
	[ES_SECURE_BOOT_UNVERIFIED] = { "image-not-verified",
					"on, but no key or hash that was measured vouches for this boot image",
					BACK_TO_KEYS },
	[ES_SECURE_BOOT_BYPASSED] = { "started-unverified",
				      "on, but another program started this boot image without having it verified",
				      "Start the boot image from the firmware or shim, or by a boot menu that has the "
				      "firmware load it (systemd-boot)." },
	[ES_SECURE_BOOT_NO_STUB] = { "no-stub",
				     "on, but the host was started without etcseal's boot stub, so nothing verified "
				     "the initrd",
				     "Start the host from a boot image that `etcseal image build` made." },
	[ES_SECURE_BOOT_NO_FILE] = { "image-not-found",
				     "on, but it is unknown whether it verified this boot image: the image's file "
				     "isn't found, or has changed",
				     "Mount the partition that the image was started from, or restart." },
	[ES_SECURE_BOOT_NO_LOG] = { "no-log",
				    "on, but it is unknown what it verified: no event log leads to the TPM's "
				    "values",
				    "Restart with the TPM switched on; if that doesn't help, update the firmware." },
};

const struct es_secure_boot_words *es_secure_boot_words(enum es_secure_boot_state state)
{
	return &words[(unsigned)state < ES_SECURE_BOOT_STATES ? state : ES_SECURE_BOOT_NO_LOG];
}

bool es_secure_boot_vouched(enum es_secure_boot_state state)
{
	return state == ES_SECURE_BOOT_BY_DB || state == ES_SECURE_BOOT_BY_MOK || state == ES_SECURE_BOOT_BY_HASH;
}

bool es_secure_boot_not_vouched(enum es_secure_boot_state state)
{
	return !es_secure_boot_vouched(state) && state != ES_SECURE_BOOT_NO_FILE && state != ES_SECURE_BOOT_NO_LOG;
}

__attribute__((format(printf, 3, 4))) static void judge_as(struct es_secure_boot *ret, enum es_secure_boot_state state,
							   const char *format, ...)
{
	va_list args;

	ret->state = state;
	va_start(args, format);
	vsnprintf(ret->detail, sizeof ret->detail, format, args);
	va_end(args);
}

/* What PCR 7 says about the switches; false if it isn't in PCR 7. */
struct switches {
	bool said, on, no_platform_key, audit, debug, shim_off;
};

static bool is_one(struct es_span value)
{
	return value.len == 1 && value.data[0] == 1;
}

static void note_event(const struct es_event *event, struct switches *s)
{
	static const char debug[] = "UEFI Debug Mode";
	struct es_span value;

	if (event->pcr != ES_PCR_SECURE_BOOT || !es_event_digest_matches(event, es_sha256))
		return;
	if (event->type == (uint32_t)ES_EV_EFI_ACTION)
		s->debug |=
		    event->data.len >= sizeof debug - 1 && memcmp(event->data.data, debug, sizeof debug - 1) == 0;
	else if (es_event_variable(event, "SecureBoot", &value)) {
		/* Measured again when it changes. */
		s->on = is_one(value) && (s->on || !s->said);
		s->said = true;
	} else if (es_event_variable(event, "PK", &value))
		s->no_platform_key = value.len == 0;
	else if (es_event_variable(event, "AuditMode", &value))
		s->audit |= is_one(value);
	else if (es_event_variable(event, "MokSBState", &value))
		/* For shim, a single byte other than 0 means off. */
		s->shim_off |= !(value.len == 1 && value.data[0] == 0);
}

static void read_switches(struct es_span bytes, struct switches *s)
{
	struct es_event_log log;
	struct es_event event;

	if (es_event_log_open(bytes, &log) != ES_OK)
		return;
	while (es_event_log_next(&log, &event) == ES_OK)
		note_event(&event, s);
}

static enum es_secure_boot_state state_of(const struct switches *s, const struct es_secure_boot_request *q)
{
	if (s->audit || q->modes.audit)
		return ES_SECURE_BOOT_AUDIT;
	if (s->no_platform_key || q->modes.setup)
		return ES_SECURE_BOOT_SETUP;
	if (!s->said)
		return ES_SECURE_BOOT_NO_LOG;
	if (!s->on)
		return ES_SECURE_BOOT_OFF;
	if (s->debug)
		return ES_SECURE_BOOT_DEBUG;
	return s->shim_off ? ES_SECURE_BOOT_SHIM_OFF : ES_SECURE_BOOT_UNVERIFIED;
}

enum es_secure_boot_state es_secure_boot_setting(const struct es_secure_boot_request *q)
{
	struct switches s = { .said = false };

	read_switches(q->log, &s);
	return state_of(&s, q);
}

/* False: *ret says why. */
static bool log_holds(const struct es_secure_boot_request *q, struct es_secure_boot *ret)
{
	const es_pcr_mask pcrs =
	    ES_PCR_BIT(ES_PCR_BOOT_LOADER) | ES_PCR_BIT(ES_PCR_SECURE_BOOT) | (q->stub ? ES_PCR_BIT(ES_PCR_IMAGE) : 0);
	struct es_pcr_values replayed;
	es_pcr_mask differ;
	unsigned pcr;

	if (q->log.len == 0 || es_event_log_replay(q->log, es_sha256, NULL, &replayed) != ES_OK) {
		judge_as(ret, ES_SECURE_BOOT_NO_LOG, "%s", q->log.len == 0 ? "there is none" : "it can't be read");
		return false;
	}
	differ = es_pcr_differ(q->read, &replayed, pcrs);
	if (differ == 0)
		return true;
	pcr = (unsigned)__builtin_ctz(differ);
	judge_as(ret, ES_SECURE_BOOT_NO_LOG, "PCR %u (%s)", pcr, es_pcr_meaning(pcr));
	return false;
}

static bool signed_under(const struct es_pe *image, const struct es_digest *digest, struct es_span certificate)
{
	struct es_span signature;

	for (unsigned n = 0; es_pe_signature(image, n, &signature) == ES_OK; n++)
		if (es_signer_vouched(signature, digest, certificate) == ES_OK)
			return true;
	return false;
}

/* Looks at everything that vouched for a program in this boot. The file is the one that was measured, so its digest is
 * known. */
static enum es_secure_boot_state find_voucher(const struct es_secure_boot_request *q)
{
	enum es_secure_boot_state found = ES_SECURE_BOOT_UNVERIFIED;
	struct es_authority authority;
	struct es_event_log log;
	struct es_event event;
	struct es_digest digest;

	if (!es_booted_event(q->log, &event) || es_event_log_open(q->log, &log) != ES_OK)
		return found;
	digest = event.sha256;
	while (es_event_log_next(&log, &event) == ES_OK) {
		if (!es_authority_read(&event, &authority))
			continue;
		if (authority.is_hash) {
			if (memcmp(authority.data.data, digest.bytes, sizeof digest.bytes) == 0)
				return ES_SECURE_BOOT_BY_HASH;
		} else if (signed_under(q->installed, &digest, authority.data)) {
			found = authority.list == ES_AUTHORITY_DB ? ES_SECURE_BOOT_BY_DB : ES_SECURE_BOOT_BY_MOK;
		}
	}
	return found;
}

/* Says only what the order of the events proves. */
static void judge_without_file(const struct es_secure_boot_request *q, struct es_secure_boot *ret)
{
	struct es_authority authority;
	char path[ES_PROGRAM_PATH];
	struct es_event event;
	bool direct = false;
	const char *by = NULL;

	if (!es_booted_event(q->log, &event)) {
		judge_as(ret, ES_SECURE_BOOT_NO_FILE, "the firmware measured no program");
		return;
	}
	if (es_authority_last(q->log, &authority, &direct) && direct)
		by = authority.is_hash ? "a hash" : authority.list == ES_AUTHORITY_DB ? "a certificate in db" : "a MOK";
	judge_as(ret, ES_SECURE_BOOT_NO_FILE, "%.80s%s%s%s",
		 es_event_program_file(&event, path) ? path : "the log names no file", by != NULL ? "; " : "",
		 by != NULL ? by : "", by != NULL ? " vouched for what was loaded last" : "");
}

void es_secure_boot_judge(const struct es_secure_boot_request *q, struct es_secure_boot *ret)
{
	enum es_secure_boot_state state;
	char path[ES_PROGRAM_PATH];
	struct es_event event;

	*ret = (struct es_secure_boot){ .detail = "" };
	if (!log_holds(q, ret)) {
		if (!q->variable_on)
			judge_as(ret, q->modes.setup ? ES_SECURE_BOOT_SETUP : ES_SECURE_BOOT_OFF, "%s", "");
		return;
	}
	state = es_secure_boot_setting(q);
	if (state == ES_SECURE_BOOT_UNVERIFIED && !q->stub)
		state = ES_SECURE_BOOT_NO_STUB;
	if (state != ES_SECURE_BOOT_UNVERIFIED) {
		judge_as(ret, state, "%s", state == ES_SECURE_BOOT_NO_LOG ? "it doesn't mention SecureBoot" : "");
		return;
	}
	if (q->installed == NULL || !es_booted_is(q->installed, q->log)) {
		judge_without_file(q, ret);
		return;
	}
	/* Not some program that was loaded before it. */
	if (!es_booted_is_measured(q->installed, q->read))
		judge_as(ret, ES_SECURE_BOOT_BYPASSED, "%.120s",
			 es_booted_event(q->log, &event) && es_event_program_file(&event, path) ? path : "");
	else
		judge_as(ret, find_voucher(q), "%s", "");
}
