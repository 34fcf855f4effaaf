/* SPDX-License-Identifier: Apache-2.0 */
/* Covered paths, and the names of files below them, judged by their text alone. */
#ifndef ES_STORE_COVERED_H
#define ES_STORE_COVERED_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ES_PATHS_MAX = 32, /* covered paths */
	ES_PATH_TEXT = 256,
	ES_PART_MAX = 255,    /* bytes between two slashes: NAME_MAX */
	ES_MEMBER_MAX = 4095, /* bytes of a whole path: PATH_MAX without its NUL */
	ES_DEPTH_MAX = 100,   /* parts of a path; packing holds a folder open for each */
};
#define ES_FILE_MAX     ((uint64_t)64 << 20) /* bytes of one file; a larger one is left out and named */
#define ES_UNPACKED_MAX ((uint64_t)1 << 30)  /* bytes of all covered files together */

/* "/etc/..", "etc", "/", "/etc//x": ES_ARGUMENT */
ES_MUST_CHECK enum es_reason es_covered_path_check(const char *path);

/* Whether path is relative, without an empty part, "." or "..", each part at most ES_PART_MAX bytes. */
bool es_relative_path_is_valid(const char *path);

/* The number of parts of a valid path. */
unsigned es_path_depth(const char *path);

/* Whether path is top or below it. Neither has a slash at the end. */
bool es_path_within(const char *path, const char *top);
/* Whether it is one of these paths, or below one. */
bool es_path_is_covered(const char *path, unsigned count, const char (*paths)[ES_PATH_TEXT]);

/* The folder that an absolute path is in, relative to the root: "etc/ssh" for "/etc/ssh/key", "." for "/etc". Returns
 * the name in that folder. path has at most ES_MEMBER_MAX bytes. */
const char *es_path_above(const char *path, char ret[static ES_MEMBER_MAX + 1]);

/* A name for a message: printable ASCII, '?' for anything else, truncated at cap. */
void es_printable(const char *text, char *ret, size_t cap);

#endif
