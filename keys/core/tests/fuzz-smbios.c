/* SPDX-License-Identifier: Apache-2.0 */
/* For any bytes as an entry point and as a table: the strings are within it, have no NUL, and come to an end. */
#include "keys/core/firmware_options.h"
#include "keys/core/smbios.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct es_span table, uint16_t count)
{
	struct es_smbios_strings s = es_smbios_strings(table, count);
	const uint8_t *after = table.data;
	struct es_span found;

	while (es_smbios_next(&s, &found)) {
		if (found.len == 0 || found.data < after || found.data + found.len > table.data + table.len ||
		    memchr(found.data, 0, found.len))
			abort();
		after = found.data + found.len;
		(void)es_firmware_string_is_measured(found);
		if (es_firmware_string_name(found).len > found.len)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_smbios_entry e;

	if (es_smbios_entry64((struct es_span){ data, size }, &e) == ES_OK && e.len == 0)
		abort();
	if (es_smbios_entry32((struct es_span){ data, size }, &e) == ES_OK && e.len == 0)
		abort();
	walk((struct es_span){ data, size }, 0);
	walk((struct es_span){ data, size }, 2);
	return 0;
}
