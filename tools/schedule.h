/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When `watch` saves: a change, then quiet, but not for ever; after a failure, later and later. Pure: the caller brings
 * the time, in milliseconds of a clock that never goes back.
 *
 * At most 30 s may be lost to a power cut. A change is noticed at once, or by the walk at the latest (20 s); then 3 s
 * of quiet; that leaves 7 s for the save. Where changes never cease, the first waits 15 s.
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
	ES_DEEP_MS = 600000,   /* what no walk sees: memory that is mapped, written to, and stays mapped */
	ES_COUNT_MS = 3600000, /* between two moves of the TPM's counter: keys/change/save.h has the arithmetic */
	ES_RETRY_MS = 5000,    /* after the first failure; twice that after the next, up to */
	ES_RETRY_MAX_MS = 60000,
};

struct es_schedule {
	bool changed; /* since the last save */
	int64_t first_change, last_change;
	int64_t retry_at, retry_after; /* 0: the last save didn't fail */
	int64_t counted_at;
	bool pending; /* a generation that the counter doesn't stand at yet */
};

void es_schedule_start(struct es_schedule *s, int64_t now);
void es_schedule_changed(struct es_schedule *s, int64_t now);
/* How long until a save is due: 0, now; -1: nothing waits for one. */
int64_t es_schedule_wait(const struct es_schedule *s, int64_t now);
/* What a save at that time does about the counter. */
enum es_count es_schedule_count(const struct es_schedule *s, int64_t now);
/* began: when the save did; a change behind that is saved or isn't, and counts as not. */
void es_schedule_saved(struct es_schedule *s, int64_t now, int64_t began, const struct es_saved *saved);
void es_schedule_failed(struct es_schedule *s, int64_t now);
/* There is nothing to save to yet: asked again soon, however often. */
void es_schedule_not_configured(struct es_schedule *s, int64_t now);
/* What made it fail may be gone: the next try is due at once. */
void es_schedule_retry_now(struct es_schedule *s, int64_t now);

#endif
