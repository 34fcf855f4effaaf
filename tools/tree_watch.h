/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How `watch` learns of a change: two fanotify(7) groups, and a walk for what they can't see.
 *
 * What an overlay itself writes to its upper folder isn't reported there (up to Linux 6.x the kernel marks those files
 * as its own), and an overlay can't report names. So contents are watched on the overlays, by file descriptors; names,
 * owners, modes and attributes are watched on the RAM file system beneath them, by file handles.
 */
#ifndef ES_TOOLS_TREE_WATCH_H
#define ES_TOOLS_TREE_WATCH_H

#include "keys/store/boot_record.h"

struct es_tree_watch {
	int tree;          /* …/ram/tree */
	int contents;      /* fanotify group of the overlays; -1: none */
	int names;         /* fanotify group of the RAM file system; -1: none */
	unsigned overlays; /* how many are watched */
	uint64_t stamp;    /* of the last walk */
};

/* Without fanotify only the walk is left; that isn't an error. ES_MISSING: there is no tree. */
ES_MUST_CHECK enum es_reason es_tree_watch_open(const char *run_dir, const struct es_boot_record *boot,
						struct es_tree_watch *ret);
void es_tree_watch_close(struct es_tree_watch *c);

/* Takes the pending events, without waiting; whether there were any. */
bool es_tree_watch_drain(struct es_tree_watch *c);
/* Whether the tree's stamp differs from the last one. */
bool es_tree_watch_walk(struct es_tree_watch *c);

/* A hash of the names, sizes, times and owners of everything beneath dirfd. 0: something can't be read. */
uint64_t es_tree_stamp(int dirfd);

#endif
