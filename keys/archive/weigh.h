/* SPDX-License-Identifier: Apache-2.0 */
/* Which folder makes a tree too large. Private to keys/archive. */
#ifndef ES_ARCHIVE_WEIGH_H
#define ES_ARCHIVE_WEIGH_H

#include "keys/archive/archive.h"

/* Finds the deepest folder below the covered paths that holds at least half of all files, or, if the number of files
 * isn't the problem, half of all bytes. Writes report->heavy, heavy_files and heavy_bytes; "" if there is no such
 * folder. */
void es_tree_weigh(int treefd, const struct es_manifest *manifest, struct es_pack_report *report);

#endif
