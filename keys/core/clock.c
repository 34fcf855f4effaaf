/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/core/clock.h"

#include <time.h>

uint64_t es_monotonic_ns(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t es_monotonic_ms(void)
{
	return es_monotonic_ns() / 1000000;
}
