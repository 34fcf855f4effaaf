/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an event log, whose first two say where its last event begins. */
#include "efi/event_log_scrub.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t last, end;
	uint8_t *log;

	if (size < 2)
		return 0;
	last = data[0] | (size_t)data[1] << 8;
	size -= 2;
	log = malloc(size > 0 ? size : 1);
	if (!log)
		return 0;
	memcpy(log, data + 2, size);
	end = es_log_end(log, last, size);
	if (end > size)
		abort();
	if (es_log_events_end((struct es_span){ log, size }, (struct es_span){ log, size }, last) > size)
		abort();
	(void)es_scrub(log, end > 0 ? end : size);
	free(log);
	return 0;
}
