/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a generation: the last step of every change. */
#ifndef ES_HOST_COMMIT_H
#define ES_HOST_COMMIT_H

#include "keys/archive/archive.h"
#include "keys/core/secret.h"
#include "keys/host/host.h"

/* What happens to the TPM's counter. In mode kdf there is none, and each save is a generation. */
enum es_count {
	/* A new generation, counted at once: no older one opens from then on. One or two writes. */
	ES_COUNT_NOW,
	/* Count the pending generation, then start one that is pending itself: at most one write. If nothing has
	 * changed, only the first step. */
	ES_COUNT_NEXT,
	/* A revision of the pending generation, or a new pending one: no write. A failing TPM doesn't stop it. */
	ES_COUNT_LATER,
};

/* Packs the tree in RAM, and makes it and info the next generation, or the next revision of one that isn't counted yet.
 * Fills in info's generation, revision, archive and log. The bank that a boot would take last is written first. When it
 * is complete, the TPM's counter moves if `count` says so. Then the other bank gets the same content, so that one
 * damaged bank doesn't leave the host with an old one that the counter refuses. */
struct es_commit {
	struct es_info *info;
	const struct es_secret *config_key;
	/* Not 0: the counter is first counted when the first bank is written, and is predicted to begin at this
	 * value. */
	uint64_t new_counter_at;
	bool delete_counter; /* mode kdf: the TPM's counter is removed when the first bank is written */
	enum es_count count;
	const struct es_digest *tree; /* its hash if known, else NULL */
	bool one_bank;                /* leave the second bank to es_host_mirror */
	bool same_first;              /* the first bank is `first`, which the previous commit wrote */
	unsigned first;               /* out: the bank that was written first */
	bool counted;                 /* out: the TPM's counter moved */
	enum es_reason tpm_error;     /* out: ES_COUNT_NEXT and LATER: why the TPM couldn't be asked */
};

/* Call it under the lock (lock.h), after reading the banks under it. If the TPM's counter began elsewhere than
 * predicted, the same bank is written once more. */
ES_MUST_CHECK enum es_reason es_host_commit(struct es_host *host, struct es_commit *commit,
					    struct es_pack_report *ret_report);
/* Copies the bank that the host uses to the other bank. */
ES_MUST_CHECK enum es_reason es_host_mirror(struct es_host *host);

#endif
