/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The definition of es_host, for keys/host, keys/next and keys/change. Only keys/host uses the TPM in it (tpm.h,
 * counter.h, seal.h).
 */
#ifndef ES_HOST_STATE_H
#define ES_HOST_STATE_H

#include "keys/host/host.h"
#include "keys/store/path.h"

struct es_host {
	char boot_dir[ES_PATH_TEXT]; /* "" if none was found; boot_reason and boot_note then say why */
	enum es_reason boot_reason;
	char boot_note[256]; /* struct es_boot_partition's detail */
	char run_dir[ES_PATH_TEXT];
	/* As given in the request; the caller owns them. */
	const char *boot_asked, *tcti, *event_log, *product_uuid, *firmware, *options, *power, *key_name;
	char efivars[ES_PATH_TEXT]; /* the folder of the firmware's variables, below `firmware` */
	int banks_dirfd;            /* …/etcseal on the boot partition; -1 if there is none yet */
	bool have_boot;
	struct es_boot_record boot;
	bool banks_read, bank_picked; /* banks.h; until then there are none */
	struct es_bank banks[ES_BANK_COUNT];
	int current;            /* the bank that the host uses; -1: not configured */
	struct es_tpm *tpm;     /* NULL until it is needed */
	int pinned;             /* the bank whose storage key tpm is pinned to; -1: none */
	bool new_tpm_ok;        /* the owner says that they replaced it */
	bool unpinned;          /* pinned to none, since the owner accepts another TPM */
	bool no_secure_boot_ok; /* the owner stops requiring Secure Boot */
	bool have_judged;       /* judged only once: a boot doesn't change */
	struct es_secure_boot judged;
	int lock_fd; /* -1: not held */
	char detail[512];
	char vendor_note[256];
};

/* Reads the boot record, and finds the boot partition and the folder of the banks: at opening, and again once the lock
 * is held, since another command may have changed them meanwhile. Doesn't read the banks. */
ES_MUST_CHECK enum es_reason es_host_refresh(struct es_host *host);

/* Sets the detail, which adds to the reason of a refusal; returns the reason. */
__attribute__((format(printf, 3, 4))) enum es_reason es_host_refuse(struct es_host *host, enum es_reason reason,
								    const char *format, ...);
/* For an operation that needs a boot partition while boot_dir is "". */
enum es_reason es_host_boot_missing(struct es_host *host);
/* ES_LOG_MISMATCH: names the first PCR for which the event log doesn't lead to the TPM's value. */
enum es_reason es_host_refuse_log(struct es_host *host, es_pcr_mask differ);
/* The tree at `path` couldn't be read or packed; the detail names the caps. */
enum es_reason es_host_refuse_tree(struct es_host *host, enum es_reason reason, const char *path,
				   const struct es_pack_report *report);
/* For a path that others can redirect. */
enum es_reason es_host_refuse_path(struct es_host *host, const struct es_path_fault *fault);

/* Covers these paths from now on, also for later commands in this boot: they are kept in boot.json. */
ES_MUST_CHECK enum es_reason es_host_set_covered(struct es_host *host, unsigned path_count,
						 const char (*paths)[ES_PATH_TEXT]);

#endif
