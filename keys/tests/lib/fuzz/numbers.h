/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes the little-endian numbers of a binary format: blindly flipping a byte of a length or an offset makes one that
 * is far too large, but never one that is too large by one, or equals another.
 */
#ifndef ES_TESTLIB_FUZZ_NUMBERS_H
#define ES_TESTLIB_FUZZ_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* Every other time, changes a number in the first `head` bytes, in place; otherwise makes libFuzzer's own change.
 * Returns the new size, at most max. */
size_t fuzz_numbers_mutate(uint8_t *data, size_t size, size_t max, size_t head, unsigned seed);

#endif
