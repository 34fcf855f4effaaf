/* SPDX-License-Identifier: Apache-2.0 */
/* Signed policies of an image: what is read can be written, and is then read the same. */
#include "keys/store/signature.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char detail[ES_SIGNATURE_DETAIL];
	ES_SIGNATURES s = { .count = 0 };
	ES_SIGNATURES again = { .count = 0 };
	ES_BUF text = { NULL, 0 };

	if (es_signatures_parse((struct es_span){ data, size }, &s, detail) != ES_OK) {
		if (memchr(detail, '\0', sizeof detail) == NULL)
			abort();
		return 0;
	}
	if (s.count > ES_SIGNATURES_MAX || es_signatures_write(&s, &text) != ES_OK ||
	    es_signatures_parse(es_buf_span(&text), &again, detail) != ES_OK || again.count != s.count)
		abort();
	for (unsigned i = 0; i < s.count; i++)
		if (s.entry[i].pcrs == 0 || s.entry[i].pcrs != again.entry[i].pcrs ||
		    s.entry[i].generation != again.entry[i].generation || s.entry[i].signature.len > ES_SIGNATURE_MAX ||
		    s.entry[i].signature.len != again.entry[i].signature.len)
			abort();
	return 0;
}
