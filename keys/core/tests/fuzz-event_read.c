/* SPDX-License-Identifier: Apache-2.0 */
/* For any event: a path is terminated and stays inside the partition, and a value is part of the event. */
#include "keys/core/event_read.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_event event = { .pcr = 7, .type = (uint32_t)ES_EV_EFI_VARIABLE_AUTHORITY, .data = { data, size } };
	char path[ES_PROGRAM_PATH];
	struct es_span value;

	if (es_event_program_file(&event, path) &&
	    (memchr(path, '\0', sizeof path) == NULL || path[0] != '/' || strstr(path, "/../") != NULL))
		abort();
	if (es_event_variable(&event, "db", &value) &&
	    (value.len > size || (value.len > 0 && (value.data < data || value.data + value.len > data + size))))
		abort();
	return 0;
}
