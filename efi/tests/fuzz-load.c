/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeds: keys/core/tests/fuzz-pe.seeds
 *
 * Any bytes as a kernel: what es_pe_open lets through is laid out in a room of the very size.
 */
#include "efi/load.h"
#include "keys/tests/lib/fuzz/numbers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

enum { IMAGE_MAX = 16 << 20 }; /* a larger one only takes the fuzzer's memory */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_pe pe;
	uint8_t *room;

	if (es_pe_open((struct es_span){ data, size }, ES_PE_FILE, &pe) != ES_OK || pe.image_size > IMAGE_MAX)
		return 0;
	room = calloc(1, pe.image_size);
	if (room) {
		(void)es_load(&pe, room, pe.image_size);
		(void)es_load_is_nx_compatible(&pe);
	}
	free(room);
	return 0;
}

/* The headers, which the numbers are in, come first. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	return fuzz_numbers_mutate(data, size, max, 0x400, seed);
}
