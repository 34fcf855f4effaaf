/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Did Secure Boot vouch for the image that runs? The firmware's variable SecureBoot says only that it is switched on: a shim
 * may check nothing all the same, and a program between may start anything. What counts is what was measured into PCR 7: a
 * certificate, or the image's own hash, by which the firmware or shim took just this image. Where nothing of that kind is
 * in PCR 7, any program that replays PCR 11 leaves the same values, so a seal to that is worth nothing.
 */
#ifndef ES_SECURE_BOOT_H
#define ES_SECURE_BOOT_H

#include "keys/core/event_log.h"
#include "keys/core/pe.h"

enum es_secure_boot_state {
	/* Vouched for. */
	ES_SECURE_BOOT_BY_DB,   /* by a certificate of the firmware's db */
	ES_SECURE_BOOT_BY_MOK,  /* by a machine owner's, or one that shim brings */
	ES_SECURE_BOOT_BY_HASH, /* the image's hash is listed, by the firmware or in shim's list */

	/* Not. */
	ES_SECURE_BOOT_OFF,
	ES_SECURE_BOOT_SETUP,      /* setup mode: no platform key, nothing is checked */
	ES_SECURE_BOOT_AUDIT,      /* audit mode: checked, noted, and started all the same */
	ES_SECURE_BOOT_DEBUG,      /* the firmware's debugger is on */
	ES_SECURE_BOOT_SHIM_OFF,   /* on, and shim checks nothing (MokSBState) */
	ES_SECURE_BOOT_UNVERIFIED, /* on, and nothing that was measured vouches for the image */
	ES_SECURE_BOOT_PASSED_BY,  /* on, and another program started the image, past the firmware and shim */
	ES_SECURE_BOOT_NO_STUB,    /* on, and the initrd isn't part of what is checked */

	/* It can't be told. */
	ES_SECURE_BOOT_NO_FILE, /* on; the image's file has changed, or isn't found */
	ES_SECURE_BOOT_NO_LOG,  /* no event log, or one that doesn't lead to the TPM's values */

	ES_SECURE_BOOT_STATES
};

enum { ES_SECURE_BOOT_DETAIL = 160 };

struct es_secure_boot {
	enum es_secure_boot_state state;
	char detail[ES_SECURE_BOOT_DETAIL]; /* what else there is to say: a path, a PCR; "" if nothing */
};

/* For an administrator. */
struct es_secure_boot_words {
	const char *id;   /* kebab-case, stable, for --json: "vouched-by-db" */
	const char *what; /* a clause: "on: a certificate in …" */
	const char *mend; /* a sentence; "" where there is nothing to mend */
};
const struct es_secure_boot_words *es_secure_boot_words(enum es_secure_boot_state state);

/* Only then may anything be sealed to PCR 7. */
bool es_secure_boot_vouched(enum es_secure_boot_state state);
/* Not vouched for, and sure to be so. */
bool es_secure_boot_hollow(enum es_secure_boot_state state);

struct es_secure_boot_request {
	struct es_span log;               /* this boot's event log; none: it can't be read */
	const struct es_pcr_values *read; /* what the TPM had before the fence */
	bool stub;                        /* this boot went through our stub */
	const struct es_pe *installed;    /* the file that the log names as this boot's image; NULL: none is found */
	bool variable_on;            /* the firmware's variables, as the running system sees them: SecureBoot … */
	bool setup_mode, audit_mode; /* … SetupMode, AuditMode; some firmware leaves SecureBoot at 1 beside them */
};

/* A pure judgement of these. */
void es_secure_boot_judge(const struct es_secure_boot_request *request, struct es_secure_boot *ret);

/* Whether this boot's firmware, and shim in it, checked programs at all: OFF, SETUP, AUDIT, DEBUG or SHIM_OFF if not, UNVERIFIED
 * if they did. The log is one that leads to the TPM's values. */
enum es_secure_boot_state es_secure_boot_switch(const struct es_secure_boot_request *request);

#endif
