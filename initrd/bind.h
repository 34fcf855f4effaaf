/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One covered path that is a file: its copy in the tree in RAM is mounted over it, and writes go to that copy. Like any
 * mount point it can't be removed or replaced by a rename; for a program that replaces its files, cover the folder.
 */
#ifndef ES_INITRD_BIND_H
#define ES_INITRD_BIND_H

#include "initrd/overlay.h"

/* Whether the path leads to a regular file beneath root. */
bool es_bind_applies(int root, const char *path);

/* As es_overlay_make. If the tree has no copy yet, makes one from the image's file, with owner, mode, times and
 * attributes. */
ES_MUST_CHECK enum es_reason es_bind_make(const struct es_overlay_request *request, struct es_overlay *ret,
					  struct es_mount_notes *notes);

#endif
