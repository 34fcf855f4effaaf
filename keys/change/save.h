/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving the tree in RAM: `etcseal backup` and `etcseal watch`. What hasn't changed since the newest generation isn't
 * written again, and not every save wears the TPM's NV counter.
 *
 * A TPM's NV memory withstands some 100,000 writes (that is what vendors promise; the specification gives no number).
 * One write an hour, around the clock, takes 100,000 / 24 / 365 = 11.4 years to reach that. One write for each save,
 * every 20 s at worst, would take 23 days. Saves within the hour are therefore revisions of one generation, which is
 * one ahead of the counter and which a boot accepts at any time: no save waits for the hour.
 */
#ifndef ES_SAVE_H
#define ES_SAVE_H

#include "keys/archive/archive.h"
#include "keys/host/commit.h"
#include "keys/host/host.h"

struct es_save_request {
	bool force; /* save even if nothing has changed */
	enum es_count count;
};

struct es_saved {
	bool unchanged;           /* nothing was written: the tree is that of `generation`, and both banks are whole */
	bool counted;             /* the TPM's counter moved */
	bool pending;             /* the counter hasn't reached this generation yet */
	enum es_reason tpm_error; /* ES_COUNT_NEXT and LATER: why the TPM couldn't be asked; the save succeeded */
	uint64_t generation, revision;
	uint64_t size; /* bytes of the archive */
	struct es_pack_report report;
};

/* Unchanged means: the tree's hash and the covered paths are those of the newest archive, both banks are whole copies
 * of it, and for ES_COUNT_NOW the counter is at its generation. *ret is written on success. */
ES_MUST_CHECK enum es_reason es_host_save(struct es_host *host, const struct es_save_request *request,
					  struct es_saved *ret);

struct es_change;
/* The same for a change that has begun (change.h). */
ES_MUST_CHECK enum es_reason es_save_in(struct es_change *c, const struct es_save_request *request,
					struct es_saved *ret);

/* Whether the tree differs from the last save; doesn't ask the TPM. *ret_report is always written, and says what a save
 * of the tree would lose. */
ES_MUST_CHECK enum es_reason es_host_unsaved(struct es_host *host, bool *ret, struct es_pack_report *ret_report);

#endif
