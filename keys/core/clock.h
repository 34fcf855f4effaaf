/* SPDX-License-Identifier: Apache-2.0 */
/* The monotonic clock (CLOCK_MONOTONIC): for how long something took, and for deadlines. */
#ifndef ES_CORE_CLOCK_H
#define ES_CORE_CLOCK_H

#include <stdint.h>

uint64_t es_monotonic_ns(void);
uint64_t es_monotonic_ms(void);

#endif
