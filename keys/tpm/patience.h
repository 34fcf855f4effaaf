/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to retry what others keep spoiling. The limit is a time, not a number: a burst of measurements may spoil a
 * hundred quick tries and be over in a second. Private to keys/tpm.
 */
#ifndef ES_TPM_PATIENCE_H
#define ES_TPM_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

enum { ES_PATIENCE_TOTAL_MS = 10000 };

struct es_patience {
	uint64_t since_ms; /* on the monotonic clock; 0: not started */
	unsigned pause_ms;
};
#define ES_PATIENCE_NEW                                                                                                \
	{                                                                                                              \
		0, 0                                                                                                   \
	}

/* Sleeps, longer each time. Returns false at once if the time is over. */
bool es_patience_pause(struct es_patience *p);

#endif
