/* SPDX-License-Identifier: Apache-2.0 */
/* Names of an archive's members, judged by their text alone. Store's own. */
#ifndef ES_STORE_ARCHIVE_PATH_H
#define ES_STORE_ARCHIVE_PATH_H

#include "keys/store/archive.h"

enum {
	ES_PART_MAX = 255,    /* bytes between two slashes: NAME_MAX */
	ES_MEMBER_MAX = 4095, /* bytes of a whole path: PATH_MAX and its NUL */
	ES_DEPTH_MAX = 100,   /* parts of a path; packing holds a folder open for each */
};

/* Relative, no empty part, no "." and no "..", each part at most ES_PART_MAX. */
bool es_relative_path_sound(const char *path);

/* How many parts a sound path has. */
unsigned es_path_depth(const char *path);

/* path is top, or lies beneath it. Both without a slash at the end. */
bool es_path_within(const char *path, const char *top);

enum es_place {
	ES_PLACE_OUTSIDE,
	ES_PLACE_ABOVE, /* a folder on the way to a covered path */
	ES_PLACE_TOP,   /* a covered path itself */
	ES_PLACE_WITHIN,
};
/* path is relative to the root of the host, without a slash in front. */
enum es_place es_manifest_place(const struct es_manifest *m, const char *path);

/* A name for a message: printable ASCII, '?' for the rest, cut at cap. */
void es_printable(const char *text, char *ret, size_t cap);

#endif
