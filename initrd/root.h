/* SPDX-License-Identifier: Apache-2.0 */
/* The root file system that the host will start from, before anything of ours is mounted over it. */
#ifndef ES_INITRD_ROOT_H
#define ES_INITRD_ROOT_H

#include "initrd/run.h"
#include "initrd/say.h"

enum { ES_ROOT_PATH = 512 };
/* Where an open file or folder is now. */
bool es_root_path(int fd, char ret[static ES_ROOT_PATH]);

/* Another mount of root's file system, attached nowhere and without what is mounted beneath it; never with programs or
 * devices that work. set, clear: MOUNT_ATTR_… */
ES_MUST_CHECK enum es_reason es_root_clone(int root, uint64_t set, uint64_t clear, int *ret_fd);

/* Calls fn with the root of such a mount, writable. A file system that was read-only is so again afterwards. */
typedef enum es_reason es_root_fn(int root, void *context);
ES_MUST_CHECK enum es_reason es_root_write(int root, es_root_fn *fn, void *context);

/* Leaves RUN_DIR/mounts: what is mounted beneath root now (keys/store/mounts.h). */
ES_MUST_CHECK enum es_reason es_root_note_mounts(const struct es_run *run, int root);

/* Leaves RUN_DIR/first-covered: the paths for which the tree has nothing yet. What they have on root is adopted later.
 */
ES_MUST_CHECK enum es_reason es_root_note_first(const struct es_run *run, const struct es_boot_record *record);

/* Makes covered paths that are missing on root, if a configuration was opened: a package that was purged, or a folder
 * that somebody removed, must not keep the host from starting. An empty folder, or an empty file where the tree has a
 * file; the configuration shows its own over it. What can't be made is reported, and is missing still. */
void es_root_make_missing(const struct es_say *say, const struct es_run *run, const struct es_boot_record *record,
			  int root);

#endif
