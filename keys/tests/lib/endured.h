/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that something is done to while power or TPM fail: the machine, the point that it is reset to before each try,
 * and the question that ends every try: what opens now, and is what was saved still there?
 */
#ifndef ES_TESTLIB_ENDURED_H
#define ES_TESTLIB_ENDURED_H

#include "keys/tests/lib/machine.h"

/* The host's file: OLD is saved before a verb runs, NEW is there for it to save. */
#define ENDURED_FILE "etc/secret"
#define ENDURED_OLD  "what was saved before\n"
#define ENDURED_NEW  "what is to be saved now\n"

struct endured {
	struct machine m;
	struct es_boot_record record;    /* of the last boot */
	struct machine_boot usual;       /* what firmware and stub measure */
	const struct machine_boot *next; /* a boot that must open as well once a verb is done; NULL */
	char recovery[ES_RECOVERY_TEXT_LEN + 1];
	bool configured; /* when the point was kept */
	struct es_secret *key;
	char point[96]; /* folder with boot/ run/ log and the TPM's state */
	/* The recovery key that a verb has handed out since, or "". It is the owner's, beside the one above: with
	 * either of them, one of the owner's banks must open at any time. */
	char given[ES_RECOVERY_TEXT_LEN + 1];
};

/* How a host opened in the end. */
enum endured_way {
	ENDURED_LOST,         /* it doesn't open, or without what was saved */
	ENDURED_STUCK,        /* it opens, but can't save */
	ENDURED_UNCONFIGURED, /* there is nothing to open, and never was */
	ENDURED_RECOVERY,     /* only with its recovery key */
	ENDURED_BY_ITSELF_OLD,
	ENDURED_BY_ITSELF_NEW,
	ENDURED_WAYS
};
extern const char endured_letter[ENDURED_WAYS]; /* X ! - r o n */

void endured_start(struct endured *h);
void endured_stop(struct endured *h);
/* endured_back will return to the current state. */
void endured_keep(struct endured *h);
/* Resets disk, RAM, keyring and TPM to their state at endured_keep; the TPM has just been powered on. */
void endured_back(struct endured *h);
enum es_reason endured_boot(struct endured *h, const char *recovery_text);

/* Boots without faults, and gives the recovery key if the host doesn't open automatically. done: the verb said that NEW
 * is saved, so OLD isn't enough. LOST also if it opens automatically but none of the owner's recovery keys opens any
 * bank. */
enum endured_way endured_judge(struct endured *h, bool done);
/* After that: whether a host that opened can save and open again, and one that was never configured can be
 * configured. */
bool endured_goes_on(struct endured *h);

#endif
