/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as LoadOptions. What comes out is bounded text; if it held a key, nothing of the original stays. */
#include "efi/outside.h"
#include "efi/testlib/mock.h"
#include "efi/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t utf16[2 * ES_OPTIONS_MAX + 2];
	struct es_writer w = { .data = utf16, .cap = sizeof utf16 };
	static struct es_outside outside;
	struct mock mock;

	if (size > UINT32_MAX)
		return 0;
	mock_start(&mock);
	mock.loaded.LoadOptions = malloc(size > 0 ? size : 1);
	if (!mock.loaded.LoadOptions)
		return 0;
	memcpy(mock.loaded.LoadOptions, data, size);
	mock.loaded.LoadOptionsSize = (UINT32)size;
	es_outside_read(&mock.fw, (struct es_span){ (const uint8_t *)"quiet", 5 }, false, &outside);
	if (outside.len > ES_OPTIONS_MAX || memchr(outside.text, '\0', outside.len) ||
	    (outside.kind == ES_OUTSIDE_USED) != (outside.len > 0))
		abort();
	for (size_t i = 0; outside.recovery && i < size; i++)
		if (((uint8_t *)mock.loaded.LoadOptions)[i] != 0)
			abort();
	es_utf16_from_utf8((struct es_span){ (const uint8_t *)outside.text, outside.len }, &w);
	if (w.bad)
		abort();
	free(mock.loaded.LoadOptions);
	return 0;
}
