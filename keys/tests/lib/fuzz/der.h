/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes DER field by field: blindly changing a byte makes a length wrong, and nothing after it is examined. This
 * corrects all lengths around a change, unless a wrong length is the change.
 */
#ifndef ES_TESTLIB_FUZZ_DER_H
#define ES_TESTLIB_FUZZ_DER_H

#include <stddef.h>
#include <stdint.h>

/* From libFuzzer. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* In place; returns the new size, at most max. 0: it isn't DER, and nothing was done. */
size_t fuzz_der_mutate(uint8_t *data, size_t size, size_t max, unsigned seed);

#endif
