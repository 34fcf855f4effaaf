/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long something is tried again that others keep spoiling: by the clock, since a burst of measurements may spoil a
 * hundred quick tries and be over in a second. Private to keys/tpm.
 */
#ifndef ES_TPM_PATIENCE_H
#define ES_TPM_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

enum { ES_PATIENCE_TOTAL_MS = 10000 };

struct es_patience {
	uint64_t since_ms; /* of the monotonic clock; 0: not begun */
	unsigned pause_ms;
};
#define ES_PATIENCE_NEW                                                                                                \
	{                                                                                                              \
		0, 0                                                                                                   \
	}

/* Sleeps, longer each time. False, at once: the time is over. */
bool es_patience_pause(struct es_patience *p);

#endif
