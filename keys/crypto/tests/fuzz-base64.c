/* SPDX-License-Identifier: Apache-2.0 */
/* A text that decodes must encode to the same text, and every byte string must survive the round trip. */
#include "keys/crypto/base64.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_then_encode(struct es_span input)
{
	char *text = malloc(input.len + 1), *again = NULL;
	ES_BUF bytes = { NULL, 0 };

	if (text == NULL)
		abort();
	if (input.len > 0)
		memcpy(text, input.data, input.len);
	text[input.len] = '\0';
	if (es_base64_decode(text, input.len, &bytes) == ES_OK) {
		if (es_base64_encode(es_buf_span(&bytes), &again) != ES_OK || strcmp(text, again) != 0)
			abort();
		free(again);
	}
	free(text);
}

static void encode_then_decode(struct es_span input)
{
	ES_BUF bytes = { NULL, 0 };
	char *text = NULL;

	if (es_base64_encode(input, &text) != ES_OK || es_base64_decode(text, input.len, &bytes) != ES_OK ||
	    bytes.len != input.len || (input.len > 0 && memcmp(bytes.data, input.data, input.len) != 0))
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct es_span input = { data, size };

	decode_then_encode(input);
	encode_then_decode(input);
	return 0;
}
