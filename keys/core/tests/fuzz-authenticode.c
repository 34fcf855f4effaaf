/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeds: keys/core/tests/fuzz-pe.seeds
 *
 * Every byte that is hashed, and every signature, is inside the file; the hash covers all but twelve bytes of it.
 */
#include "keys/core/authenticode.h"
#include "keys/tests/lib/fuzz/numbers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

static size_t hashed;

static bool touch(const struct es_span *parts, size_t count, struct es_digest *ret)
{
	memset(ret, 0, sizeof *ret);
	hashed = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t at = 0; at < parts[i].len; at++)
			ret->bytes[at % ES_SHA256_LEN] ^= parts[i].data[at];
		hashed += parts[i].len;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_digest digest;
	struct es_span signature;
	struct es_pe pe;

	if (es_pe_open((struct es_span){ data, size }, ES_PE_FILE, &pe) != ES_OK)
		return 0;
	if (es_authenticode(&pe, touch, &digest) == ES_OK && hashed + 4 != size - pe.cert_size &&
	    hashed + 12 != size - pe.cert_size)
		abort();
	for (unsigned n = 0; n < 8 && es_pe_signature(&pe, n, &signature) == ES_OK; n++) {
		if (signature.data < data || signature.len > size ||
		    (size_t)(signature.data - data) > size - signature.len)
			abort();
		touch(&signature, 1, &digest);
	}
	return 0;
}

/* The headers, with all the numbers, come first. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	return fuzz_numbers_mutate(data, size, max, 0x400, seed);
}
