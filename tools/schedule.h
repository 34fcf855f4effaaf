/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When `watch` saves: after a change followed by quiet, with an upper bound; after a failure, with growing delays.
 * Pure: the caller gives the time, in milliseconds of a monotonic clock.
 *
 * A power cut may lose at most 30 s. A change is noticed at once, or by the walk at the latest (20 s); then 3 s of
 * quiet; that leaves 7 s for the save. If changes never cease, the first one waits 15 s.
 */
#ifndef ES_TOOLS_SCHEDULE_H
#define ES_TOOLS_SCHEDULE_H

#include "keys/change/save.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	ES_QUIET_MS = 3000,
	ES_MAX_DELAY_MS = 15000,
	ES_WALK_MS = 20000,
	ES_DEEP_MS = 600000,   /* for what no walk sees: writes to memory that stays mapped */
	ES_COUNT_MS = 3600000, /* between two steps of the TPM's counter: keys/change/save.h has the arithmetic */
	ES_RETRY_MS = 5000,    /* after the first failure; doubles with each one up to ES_RETRY_MAX_MS */
	ES_RETRY_MAX_MS = 60000,
};

struct es_schedule {
	bool changed; /* since the last save */
	int64_t first_change, last_change;
	int64_t retry_at, retry_after; /* 0: the last save didn't fail */
	int64_t counted_at;
	bool pending; /* a generation that the counter hasn't reached yet */
};

void es_schedule_start(struct es_schedule *s, int64_t now);
void es_schedule_changed(struct es_schedule *s, int64_t now);
/* Milliseconds until a save is due; 0: now; -1: nothing is to be saved. */
int64_t es_schedule_wait(const struct es_schedule *s, int64_t now);
/* Whether a save at that time moves the counter. */
enum es_count es_schedule_count(const struct es_schedule *s, int64_t now);
/* began: when the save began. A change after that may or may not be in it, and counts as unsaved. */
void es_schedule_saved(struct es_schedule *s, int64_t now, int64_t began, const struct es_saved *saved);
void es_schedule_failed(struct es_schedule *s, int64_t now);
/* The host isn't configured yet: retries at a constant short interval. */
void es_schedule_not_configured(struct es_schedule *s, int64_t now);
/* The cause of the failure may be gone: a retry is due at once. */
void es_schedule_retry_now(struct es_schedule *s, int64_t now);

#endif
