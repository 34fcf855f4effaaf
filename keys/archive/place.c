/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/archive/place.h"

#include "keys/store/covered.h"

#include <string.h>

enum es_place es_manifest_place(const struct es_manifest *m, const char *path)
{
	enum es_place place = ES_PLACE_OUTSIDE;

	for (unsigned i = 0; i < m->path_count; i++) {
		const char *covered = m->paths[i] + 1;

		if (strcmp(path, covered) == 0)
			return ES_PLACE_TOP;
		if (es_path_within(path, covered))
			return ES_PLACE_WITHIN;
		if (es_path_within(covered, path))
			place = ES_PLACE_ABOVE;
	}
	return place;
}
