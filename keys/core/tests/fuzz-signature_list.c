/* SPDX-License-Identifier: Apache-2.0 */
/* For any variable: each entry is inside it, and the walk ends. */
#include "keys/core/signature_list.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_signature_list list;
	struct es_signature s;
	size_t sum = 0;

	es_signature_list_open((struct es_span){ data, size }, &list);
	while (es_signature_list_next(&list, &s) == ES_OK) {
		if (s.entry.data < data || s.entry.data + s.entry.len > data + size ||
		    s.entry.len != s.data.len + ES_SIGNATURE_OWNER)
			abort();
		sum += s.entry.len;
	}
	if (sum > size)
		abort();
	return 0;
}
