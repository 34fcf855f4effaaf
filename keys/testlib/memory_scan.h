/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for bytes in all memory of this process that it can write. */
#ifndef ES_TESTLIB_MEMORY_SCAN_H
#define ES_TESTLIB_MEMORY_SCAN_H

#include <stddef.h>
#include <stdint.h>

enum { MEMORY_SCAN_NEEDLE = 32 };

/* How often all of the needle is found, but for the needle itself. */
unsigned memory_scan(const uint8_t needle[static MEMORY_SCAN_NEEDLE]);

#endif
