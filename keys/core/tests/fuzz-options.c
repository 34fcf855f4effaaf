/* SPDX-License-Identifier: Apache-2.0 */
/* Words are within the text, in order, and cover all of it but white space. */
#include "keys/core/options.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct es_span all = { data, size };
	struct es_span word, found;
	size_t pos = 0, end = 0;

	while (es_options_next(all, &pos, &word)) {
		size_t start = (size_t)(word.data - data);

		if (start < end || word.len == 0 || pos != start + word.len || pos > size)
			abort();
		for (; end < start; end++)
			if (!es_options_is_space((char)data[end]))
				abort();
		end = pos;
	}
	(void)es_options_find(all, "etcseal.device", &found);
	(void)es_options_has(all, "etcseal.first-boot");
	return 0;
}
