/* SPDX-License-Identifier: Apache-2.0 */
/* Where a member of an archive is, relative to the covered paths. Private to keys/archive. */
#ifndef ES_ARCHIVE_PLACE_H
#define ES_ARCHIVE_PLACE_H

#include "keys/archive/archive.h"

enum es_place {
	ES_PLACE_OUTSIDE,
	ES_PLACE_ABOVE, /* a folder that leads to a covered path */
	ES_PLACE_TOP,   /* a covered path itself */
	ES_PLACE_WITHIN,
};
/* path is relative to the root of the host, without a leading slash. */
enum es_place es_manifest_place(const struct es_manifest *m, const char *path);

#endif
