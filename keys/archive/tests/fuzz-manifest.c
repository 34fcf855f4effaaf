/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.json: what is read can be written, and names only paths that may be covered, none inside another. */
#include "keys/archive/stream.h"
#include "keys/store/covered.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ES_BUF text = { NULL, 0 };
	struct es_manifest m;

	if (es_manifest_parse((struct es_span){ data, size }, &m) != ES_OK)
		return 0;
	if (m.path_count < 1 || m.path_count > ES_PATHS_MAX || es_manifest_write(&m, &text) != ES_OK)
		abort();
	for (unsigned i = 0; i < m.path_count; i++) {
		if (es_covered_path_check(m.paths[i]) != ES_OK)
			abort();
		for (unsigned k = 0; k < i; k++)
			if (es_path_within(m.paths[i], m.paths[k]) || es_path_within(m.paths[k], m.paths[i]))
				abort();
	}
	return 0;
}
