/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings a file from below into the tree in RAM, through the mounted configuration: overlayfs itself copies the whole
 * file up as soon as one of its times is set, even to its current value. Writing into the tree directly while it is
 * mounted isn't allowed (Linux Documentation/filesystems/overlayfs.rst, "Changes to underlying filesystems"). Private
 * to keys/change.
 */
#ifndef ES_CHANGE_COPY_UP_H
#define ES_CHANGE_COPY_UP_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

struct es_copy_up {
	int root; /* the host's, with the configuration mounted */
	int tree; /* in RAM */
};
#define ES_COPY_UP_NONE                                                                                                \
	{                                                                                                              \
		-1, -1                                                                                                 \
	}

ES_MUST_CHECK enum es_reason es_copy_up_open(const char *host_root, const char *run_dir, struct es_copy_up *ret);
void es_copy_up_close(struct es_copy_up *c);

/* ES_OK: the tree has the file, or the host has removed it since. ES_NOT_MET: the tree doesn't cover the path now. */
ES_MUST_CHECK enum es_reason es_copy_up(const struct es_copy_up *c, const char *path);

#endif
