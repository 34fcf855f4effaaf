/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tpm/patience.h"

#include "keys/core/clock.h"

#include <time.h>

enum { PAUSE_FIRST_MS = 2, PAUSE_MAX_MS = 250 };

bool es_patience_pause(struct es_patience *p)
{
	uint64_t now = es_monotonic_ms() + 1; /* never 0 */
	struct timespec t;

	if (p->since_ms == 0)
		p->since_ms = now;
	if (now - p->since_ms >= ES_PATIENCE_TOTAL_MS)
		return false;
	p->pause_ms = p->pause_ms == 0 ? PAUSE_FIRST_MS : p->pause_ms * 2;
	if (p->pause_ms > PAUSE_MAX_MS)
		p->pause_ms = PAUSE_MAX_MS;
	t = (struct timespec){ 0, (long)p->pause_ms * 1000000 };
	nanosleep(&t, NULL);
	return true;
}
