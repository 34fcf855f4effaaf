/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/schedule.h"

void es_schedule_start(struct es_schedule *s, int64_t now)
{
	/* The boot has counted what was pending. Changes made before watching began are looked for at once. */
	*s = (struct es_schedule){
		.changed = true, .first_change = now - ES_MAX_DELAY_MS, .last_change = now, .counted_at = now
	};
}

void es_schedule_changed(struct es_schedule *s, int64_t now)
{
	if (!s->changed)
		s->first_change = now;
	s->changed = true;
	s->last_change = now;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t es_schedule_wait(const struct es_schedule *s, int64_t now)
{
	int64_t at = INT64_MAX;

	if (s->changed)
		at = earlier(s->last_change + ES_QUIET_MS, s->first_change + ES_MAX_DELAY_MS);
	if (s->pending)
		at = earlier(at, s->counted_at + ES_COUNT_MS);
	if (at == INT64_MAX)
		return -1;
	if (s->retry_after != 0 && at < s->retry_at)
		at = s->retry_at;
	return at > now ? at - now : 0;
}

enum es_count es_schedule_count(const struct es_schedule *s, int64_t now)
{
	return s->pending && now - s->counted_at >= ES_COUNT_MS ? ES_COUNT_NEXT : ES_COUNT_LATER;
}

void es_schedule_saved(struct es_schedule *s, int64_t now, int64_t began, const struct es_saved *saved)
{
	s->retry_at = s->retry_after = 0;
	s->changed = s->changed && s->last_change > began;
	s->first_change = s->last_change;
	if (saved->counted || saved->tpm_error != ES_OK)
		s->counted_at = now; /* a failing TPM isn't asked more often */
	if (!saved->unchanged || saved->counted)
		s->pending = saved->pending;
}

void es_schedule_failed(struct es_schedule *s, int64_t now)
{
	s->retry_after = s->retry_after == 0 ? ES_RETRY_MS : s->retry_after * 2;
	if (s->retry_after > ES_RETRY_MAX_MS)
		s->retry_after = ES_RETRY_MAX_MS;
	s->retry_at = now + s->retry_after;
	/* The unsaved change is still unsaved. */
	if (!s->changed)
		es_schedule_changed(s, now);
}

void es_schedule_not_configured(struct es_schedule *s, int64_t now)
{
	s->retry_after = 0;
	es_schedule_failed(s, now);
}

void es_schedule_retry_now(struct es_schedule *s, int64_t now)
{
	if (s->retry_after != 0)
		s->retry_at = now;
}
