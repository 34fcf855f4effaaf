/* SPDX-License-Identifier: Apache-2.0 */
/* Which folder makes a tree too large. Store's own. */
#ifndef ES_ARCHIVE_WEIGH_H
#define ES_ARCHIVE_WEIGH_H

#include "keys/archive/archive.h"

/* The deepest folder beneath the covered paths that holds half of all files or more; where the number of files isn't what is
 * too much, of all bytes. report->heavy, heavy_files and heavy_bytes; "" where it can't be told. */
void es_tree_weigh(int treefd, const struct es_manifest *manifest, struct es_pack_report *report);

#endif
