/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a generation: what every change ends in. */
#ifndef ES_HOST_COMMIT_H
#define ES_HOST_COMMIT_H

#include "keys/archive/archive.h"
#include "keys/core/secret.h"
#include "keys/host/host.h"

/* What becomes of the TPM's counter. In mode kdf there is none, and each save is a generation. */
enum es_count {
	ES_COUNT_NOW,  /* a generation of its own, and counted: no older one opens from then on. One write or two */
	ES_COUNT_NEXT, /* count what is pending, then open a generation that is pending itself: one write at most. Where
			 * nothing has changed only the first */
	ES_COUNT_LATER, /* a revision of the pending generation, or open one: none. Does without a TPM that fails */
};

/* Packs the tree in RAM, and makes it and info the next generation, or the next revision of one that isn't counted yet.
 * Fills in info's generation, revision, archive and log. The bank that a boot would take last is written first; when it is
 * complete the TPM's counter moves, if it is to, and then the other bank gets the same, so that one damaged bank doesn't
 * leave the host with an old one that the counter refuses. */
struct es_commit {
	struct es_info *info;
	const struct es_secret *config_key;
	uint64_t
	    new_counter_at; /* not 0: the counter begins when the first bank is written, and is expected to begin here */
	bool delete_counter; /* mode kdf: the TPM's counter ends when the first bank is written */
	enum es_count count;
	const struct es_digest *tree; /* its hash, if that is known; NULL */
	bool one_bank;                /* leave the second bank to es_host_mirror */
	bool same_first;              /* the first bank is `first`, which a commit before this one has written */
	unsigned first;               /* out: the bank that was written first */
	bool counted;                 /* out: the TPM's counter moved */
	enum es_reason tpm_error;     /* out: ES_COUNT_NEXT and LATER: why the TPM couldn't be asked */
};

/* Under the lock (lock.h), and after reading the banks under it. Where the TPM's counter began elsewhere than predicted, the same
 * bank is written once more. */
ES_MUST_CHECK enum es_reason es_host_commit(struct es_host *host, struct es_commit *commit,
					    struct es_pack_report *ret_report);
/* The other bank gets what is in the one that the host uses. */
ES_MUST_CHECK enum es_reason es_host_mirror(struct es_host *host);

#endif
