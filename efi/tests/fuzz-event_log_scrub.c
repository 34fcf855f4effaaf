/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an event log, whose first two say where its last event begins. */
#include "efi/event_log_scrub.h"
#include "keys/tests/lib/fuzz/numbers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t last;
	uint8_t *log;

	if (size < 2)
		return 0;
	last = data[0] | (size_t)data[1] << 8;
	size -= 2;
	log = malloc(size > 0 ? size : 1);
	if (!log)
		return 0;
	memcpy(log, data + 2, size);
	(void)es_scrub_log(log, last, size);
	(void)es_scrub_sha1_log(log, last, size);
	(void)es_scrub_events((struct es_span){ data + 2, size }, log, size, last);
	(void)es_scrub(log, size);
	free(log);
	return 0;
}

/* Lengths stand all over a log. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	return fuzz_numbers_mutate(data, size, max, size, seed);
}
