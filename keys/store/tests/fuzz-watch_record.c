/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/store/watch_record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ES_BUF text = { NULL, 0 };
	struct es_watch_record r;

	if (es_watch_record_parse((struct es_span){ data, size }, &r) == ES_OK &&
	    es_watch_record_write(&r, &text) != ES_OK)
		abort();
	return 0;
}
