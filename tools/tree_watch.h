/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tells `watch` of a change: fanotify(7) in two groups, and a walk for what they can't see.
 *
 * An overlay's own writing to the upper folder isn't reported there (up to Linux 6.x the kernel marks those files as
 * its own), and an overlay can't report names; so contents are watched on the overlays, by file descriptors, and names,
 * owners, modes and attributes on the RAM file system beneath them, by file handles.
 */
#ifndef ES_TOOLS_TREE_WATCH_H
#define ES_TOOLS_TREE_WATCH_H

#include "keys/store/boot_record.h"

struct es_tree_watch {
	int tree;          /* …/ram/tree */
	int contents;      /* fanotify group of the overlays; -1: none */
	int names;         /* that of the RAM file system; -1 */
	unsigned overlays; /* how many are watched */
	uint64_t stamp;    /* of the last walk */
};

/* Without fanotify the walk is left: no error. ES_MISSING: there is no tree. */
ES_MUST_CHECK enum es_reason es_tree_watch_open(const char *run_dir, const struct es_boot_record *boot,
					     struct es_tree_watch *ret);
void es_tree_watch_close(struct es_tree_watch *c);

/* Takes what the groups have to tell, without waiting; whether there was anything. */
bool es_tree_watch_drain(struct es_tree_watch *c);
/* Whether the tree looks different from the last time. */
bool es_tree_watch_walk(struct es_tree_watch *c);

/* Names, sizes, times and owners of all that is beneath dirfd, boiled down. 0: something can't be read. */
uint64_t es_tree_stamp(int dirfd);

#endif
