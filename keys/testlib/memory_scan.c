/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/testlib/memory_scan.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A sanitizer's shadow is terabytes of nothing. */
static const uint64_t LARGEST = 1ull << 30;
enum { WINDOW = 1 << 20 };

static unsigned scan_region(int mem, uint8_t *window, uint64_t from, uint64_t to, const uint8_t *needle)
{
	unsigned found = 0;

	for (uint64_t at = from; at < to; at += WINDOW - MEMORY_SCAN_NEEDLE) {
		size_t want = to - at < WINDOW ? (size_t)(to - at) : WINDOW;
		ssize_t got = pread(mem, window, want, (off_t)at);

		if (got < MEMORY_SCAN_NEEDLE)
			break;
		for (const uint8_t *p = window;
		     (p = memmem(p, (size_t)(window + got - p), needle, MEMORY_SCAN_NEEDLE)) != NULL; p++) {
			uint64_t where = at + (uint64_t)(p - window);

			found += where != (uintptr_t)needle &&
				 (where < (uintptr_t)window || where >= (uintptr_t)window + WINDOW);
		}
	}
	return found;
}

unsigned memory_scan(const uint8_t needle[static MEMORY_SCAN_NEEDLE])
{
	static uint8_t window[WINDOW];
	FILE *maps = fopen("/proc/self/maps", "r");
	int mem = open("/proc/self/mem", O_RDONLY);
	unsigned found = 0;
	char line[512];

	if (maps == NULL || mem < 0) {
		perror("/proc/self");
		abort();
	}
	while (fgets(line, sizeof line, maps) != NULL) {
		unsigned long from, to;
		char mode[8];

		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 && strncmp(mode, "rw", 2) == 0 &&
		    to - from <= LARGEST)
			found += scan_region(mem, window, from, to, needle);
	}
	close(mem);
	fclose(maps);
	memset(window, 0, sizeof window);
	return found;
}
