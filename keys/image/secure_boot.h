/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Did Secure Boot vouch for the running image? The firmware's variable SecureBoot says only that it is on: shim may
 * check nothing nevertheless, and a program in between may start anything. What counts is what was measured into PCR 7:
 * a certificate, or the image's own hash, by which the firmware or shim accepted exactly this image. If PCR 7 has
 * nothing of that kind, any program that replays PCR 11 gives the same values, and a seal to them is worthless.
 */
#ifndef ES_SECURE_BOOT_H
#define ES_SECURE_BOOT_H

#include "keys/core/event_log.h"
#include "keys/core/pe.h"
#include "keys/image/efi_variables.h"

enum es_secure_boot_state {
	/* It vouched. */
	ES_SECURE_BOOT_BY_DB,   /* with a certificate in the firmware's db */
	ES_SECURE_BOOT_BY_MOK,  /* with a machine owner's certificate, or one built into shim */
	ES_SECURE_BOOT_BY_HASH, /* the image's hash is listed, in the firmware's or shim's list */

	/* It didn't. */
	ES_SECURE_BOOT_OFF,
	ES_SECURE_BOOT_SETUP,      /* setup mode: no platform key, nothing is checked */
	ES_SECURE_BOOT_AUDIT,      /* audit mode: checked and logged, but started anyway */
	ES_SECURE_BOOT_DEBUG,      /* the firmware's debugger is on */
	ES_SECURE_BOOT_SHIM_OFF,   /* on, but shim checks nothing (MokSBState) */
	ES_SECURE_BOOT_UNVERIFIED, /* on, but nothing that was measured vouches for the image */
	ES_SECURE_BOOT_BYPASSED,   /* on, but another program started the image, bypassing the firmware and shim */
	ES_SECURE_BOOT_NO_STUB,    /* on, but the initrd isn't part of what is checked */

	/* Unknown. */
	ES_SECURE_BOOT_NO_FILE, /* on; the image's file has changed, or isn't found */
	ES_SECURE_BOOT_NO_LOG,  /* no event log, or one whose replay doesn't give the TPM's values */

	ES_SECURE_BOOT_STATES
};

enum { ES_SECURE_BOOT_DETAIL = 160 };

struct es_secure_boot {
	enum es_secure_boot_state state;
	char detail[ES_SECURE_BOOT_DETAIL]; /* further information: a path, a PCR; "" if there is none */
};

/* For an administrator. */
struct es_secure_boot_words {
	const char *id;     /* kebab-case, stable, for --json: "vouched-by-db" */
	const char *what;   /* a clause: "on: a certificate in …" */
	const char *advice; /* a sentence: what to do; "" if there is nothing to do */
};
const struct es_secure_boot_words *es_secure_boot_words(enum es_secure_boot_state state);

/* Only then may anything be sealed to PCR 7. */
bool es_secure_boot_vouched(enum es_secure_boot_state state);
/* Whether Secure Boot certainly didn't vouch for the image. */
bool es_secure_boot_not_vouched(enum es_secure_boot_state state);

struct es_secure_boot_request {
	struct es_span log;               /* this boot's event log; empty: it can't be read */
	const struct es_pcr_values *read; /* the TPM's values before the fence */
	bool stub;                        /* this boot went through our stub */
	const struct es_pe *installed;    /* the file that the log names as this boot's image; NULL: it isn't found */
	bool variable_on; /* the firmware's variables as the running system shows them: SecureBoot … */
	struct es_secure_boot_modes
	    modes; /* … SetupMode, AuditMode; some firmware leaves SecureBoot at 1 with these set */
};

/* Judges the request; has no other input. */
void es_secure_boot_judge(const struct es_secure_boot_request *request, struct es_secure_boot *ret);

/* Whether this boot's firmware, and shim if it took part, checked programs at all: UNVERIFIED if they did; otherwise
 * OFF, SETUP, AUDIT, DEBUG or SHIM_OFF. The log must be one whose replay gives the TPM's values. */
enum es_secure_boot_state es_secure_boot_setting(const struct es_secure_boot_request *request);

#endif
