/* SPDX-License-Identifier: Apache-2.0 */
/* --path and --path-preset, of `init` and `set`. */
#ifndef ES_TOOLS_COVER_PATHS_H
#define ES_TOOLS_COVER_PATHS_H

#include "tools/common.h"

struct es_cover_list {
	unsigned count;
	const char *path[ES_PATHS_MAX + 1]; /* ended by NULL */
	bool late;                          /* one of them isn't covered in this boot, but from the next start on */
};

/* The paths that are asked for, each checked on this host: a path that the boot helper couldn't cover would keep the
 * next boot from starting, or would be hidden. What the preset has and can't be covered here is left out and named;
 * what doesn't exist here is left out. On failure it has reported why. */
enum es_exit es_cover_paths(const struct es_args *args, const struct es_host *host, struct es_cover_list *ret);

/* What becomes of what is in a path before the start that covers it. */
extern const char es_cover_late_words[];

#endif
