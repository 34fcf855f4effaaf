/* SPDX-License-Identifier: Apache-2.0 */
/* `etcseal set --path`: covers more paths, from the next start on. */
#ifndef ES_CHANGE_COVER_H
#define ES_CHANGE_COVER_H

#include "keys/change/save.h"

/* Adds the paths to those that are covered, and saves. One that is within another is covered already. ES_ARGUMENT: not
 * an absolute path without dots, or more than ES_PATHS_MAX. The caller has made sure that the boot helper can cover
 * them (keys/store/coverable.h). *ret_added is how many were new; *ret is written on success. */
ES_MUST_CHECK enum es_reason es_host_cover(struct es_host *host, unsigned count, const char *const *paths,
					   unsigned *ret_added, struct es_saved *ret);

#endif
