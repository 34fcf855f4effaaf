/* SPDX-License-Identifier: Apache-2.0 */
/* What is left holds no recovery word (a second pass takes nothing), never grows, and is zeroed behind its end. */
#include "keys/core/options.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char value[ES_RECOVERY_INPUT_MAX], again[ES_RECOVERY_INPUT_MAX], *options = malloc(size + 1);
	size_t len = size, less;
	struct es_span found;

	if (options == NULL)
		return 0;
	if (size > 0)
		memcpy(options, data, size);
	(void)es_options_find((struct es_span){ data, size }, "etcseal.device", &found);
	if (es_options_take_recovery(options, &len, value)) {
		if (len > size || memchr(value, '\0', sizeof value) == NULL)
			abort();
		for (size_t i = len; i < size; i++)
			if (options[i] != '\0')
				abort();
		less = len;
		if (es_options_take_recovery(options, &less, again))
			abort();
	} else if (len != size || memcmp(options, data, size) != 0) {
		abort();
	}
	free(options);
	return 0;
}
