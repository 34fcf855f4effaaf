/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/tests/lib/fuzz/numbers.h"

#include "keys/tests/lib/fuzz/der.h"

#include <string.h>

static uint32_t get(const uint8_t *at, size_t width)
{
	uint32_t v = 0;

	for (size_t i = width; i > 0; i--)
		v = v << 8 | at[i - 1];
	return v;
}

static void put(uint8_t *at, size_t width, uint32_t v)
{
	for (size_t i = 0; i < width; i++, v >>= 8)
		at[i] = (uint8_t)v;
}

size_t fuzz_numbers_mutate(uint8_t *data, size_t size, size_t max, size_t head, unsigned seed)
{
	static const uint32_t edges[] = { 0,     1,     2,      4,          8,          16,        0x20,
					  0x100, 0x200, 0x1000, 0x7fffffff, 0x80000000, 0xffffffff };
	static const int32_t steps[] = { -1, 1, -2, 2, -8, 8, -0x200, 0x200, -0x1000, 0x1000 };
	size_t width = (seed & 2) != 0 ? 4 : 2, room = size < head ? size : head, at, other;
	uint32_t r = seed >> 4, v;

	if ((seed & 1) == 0 || room < 4)
		return LLVMFuzzerMutate(data, size, max);
	at = (r * 2654435761u >> 8) % (room - width + 1);
	if ((seed & 4) != 0)
		at &= ~(size_t)1; /* most are aligned */
	other = (r * 40503u >> 4) % (room - width + 1);
	switch (seed >> 3 & 3) {
	case 0:
		v = edges[r % (sizeof edges / sizeof *edges)];
		break;
	case 1:
		v = get(data + at, width) + (uint32_t)steps[r % (sizeof steps / sizeof *steps)];
		break;
	case 2:
		v = get(data + other, width);
		break;
	default:
		v = (uint32_t)size - r % 3;
	}
	put(data + at, width, v);
	return size;
}
