/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes DER field by field: a byte that is changed blindly makes a length wrong, and nothing behind it is looked at. Here
 * all lengths around a change are put right, unless a wrong one is the change.
 */
#ifndef ES_TESTLIB_FUZZ_DER_H
#define ES_TESTLIB_FUZZ_DER_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* In place; the new size, at most max. 0: it is no DER, and nothing was done. */
size_t fuzz_der_mutate(uint8_t *data, size_t size, size_t max, unsigned seed);

#endif
