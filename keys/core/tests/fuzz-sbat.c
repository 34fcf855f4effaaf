/* SPDX-License-Identifier: Apache-2.0 */
/* For any section and level: the name of a revoked component is terminated and printable, and its generation is below
 * the demanded one. */
#include "keys/core/sbat.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cut = size > 0 ? data[0] % size : 0;
	struct es_span section = { data, cut }, level = { data + cut, size - cut };
	struct es_sbat_component c;

	if (es_sbat_check(section, level, &c) != ES_SBAT_REVOKED)
		return 0;
	if (memchr(c.name, '\0', sizeof c.name) == NULL || c.has >= c.needs)
		abort();
	for (const char *at = c.name; *at != '\0'; at++)
		if (*at < 0x20 || *at > 0x7e)
			abort();
	return 0;
}
