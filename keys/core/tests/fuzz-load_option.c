/* SPDX-License-Identifier: Apache-2.0 */
/* For any variable: what is read of it is terminated, stays inside the partition, and is part of it. */
#include "keys/core/load_option.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_load_option o;

	if (!es_load_option_read((struct es_span){ data, size }, &o))
		return 0;
	if (memchr(o.name, '\0', sizeof o.name) == NULL || memchr(o.file, '\0', sizeof o.file) == NULL ||
	    (o.file[0] != '\0' && (o.file[0] != '/' || strstr(o.file, "/../") != NULL)))
		abort();
	if (o.options.len > size || (o.options.len > 0 && o.options.data + o.options.len != data + size))
		abort();
	return 0;
}
