/* SPDX-License-Identifier: Apache-2.0 */
/* Pins that are read keep their bounds, and accept the keys and the host that they name. */
#include "keys/core/pins.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char detail[ES_PINS_DETAIL];
	struct es_pins pins;

	if (es_pins_parse((struct es_span){ data, size }, &pins, detail) != ES_OK) {
		if (memchr(detail, '\0', sizeof detail) == NULL || detail[0] == '\0')
			abort();
		return 0;
	}
	if (pins.key_count > ES_PINNED_KEYS_MAX || memchr(pins.host, '\0', sizeof pins.host) == NULL)
		abort();
	for (unsigned i = 0; i < pins.key_count; i++)
		if (!es_pins_accept_key(&pins, pins.key_id[i]))
			abort();
	if (!es_pins_accept_host(&pins, pins.host))
		abort();
	return 0;
}
