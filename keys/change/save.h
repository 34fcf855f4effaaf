/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving the tree in RAM: `etcseal backup` and `etcseal watch`. What hasn't changed since the newest generation isn't
 * written again; and the TPM's NV counter isn't worn by every save.
 *
 * NV memory of a TPM bears some 100,000 writes (what vendors promise; the specification names no number). One write an
 * hour, around the clock, takes 100,000 / 24 / 365 = 11.4 years. One for each save, every 20 s at worst, would take 23
 * days. So saves within the hour are revisions of one generation, the one ahead of the counter, which a boot accepts as
 * it is: no save waits for the hour.
 */
#ifndef ES_SAVE_H
#define ES_SAVE_H

#include "keys/archive/archive.h"
#include "keys/host/commit.h"
#include "keys/host/host.h"

struct es_save_request {
	bool force; /* also if nothing has changed */
	enum es_count count;
};

struct es_saved {
	bool unchanged;           /* nothing was written: the tree is that of `generation`, both banks are whole */
	bool counted;             /* the TPM's counter moved */
	bool pending;             /* it doesn't stand at this generation yet */
	enum es_reason tpm_error; /* ES_COUNT_NEXT and LATER: why it couldn't be asked. The save itself succeeded */
	uint64_t generation, revision;
	uint64_t size; /* bytes of the archive */
	struct es_pack_report report;
};

/* Unchanged means: the tree's hash and the covered paths are those of the newest archive, both banks are whole copies of it,
 * and for ES_COUNT_NOW the counter stands at it. *ret is written on success. */
ES_MUST_CHECK enum es_reason es_host_save(struct es_host *host, const struct es_save_request *request,
					  struct es_saved *ret);

struct es_change;
/* The same for a change that has begun (change.h). */
ES_MUST_CHECK enum es_reason es_save_in(struct es_change *c, const struct es_save_request *request,
					struct es_saved *ret);

/* Whether the tree differs from what was saved last; asks no TPM. *ret_report, written always, says what a save of it would lose. */
ES_MUST_CHECK enum es_reason es_host_unsaved(struct es_host *host, bool *ret, struct es_pack_report *ret_report);

#endif
