/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes the little-endian numbers of a binary format: where one is a length or an offset, a byte that is flipped blindly
 * makes one that is far too large, and never one that is too large by one, or another's.
 */
#ifndef ES_TESTLIB_FUZZ_NUMBERS_H
#define ES_TESTLIB_FUZZ_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* In place, within the first `head` bytes, every other time; else libFuzzer's own change. The new size, at most max. */
size_t fuzz_numbers_mutate(uint8_t *data, size_t size, size_t max, size_t head, unsigned seed);

#endif
