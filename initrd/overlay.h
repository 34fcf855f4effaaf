/* SPDX-License-Identifier: Apache-2.0 */
/* One covered path that is a folder: the opened tree in RAM, mounted over the image's folder. */
#ifndef ES_INITRD_OVERLAY_H
#define ES_INITRD_OVERLAY_H

#include "initrd/mount.h"

struct es_overlay_request {
	int root;            /* the mounted root file system */
	int tree, work;      /* ram/tree and ram/work */
	const char *path;    /* covered, absolute: "/etc" */
	unsigned number;     /* names the work folder */
	const char *run_dir; /* of these; NULL: the kernel's list of mounts needs no path that can be found */
};

struct es_overlay {
	int target; /* the folder or file beneath root that it goes over */
	int mount;  /* attached or not; -1: none */
};
#define ES_OVERLAY_NONE                                                                                                \
	{                                                                                                              \
		-1, -1                                                                                                 \
	}

/* Makes the mount without attaching it. Follows symlinks within root only, as the running system will. */
ES_MUST_CHECK enum es_reason es_overlay_make(const struct es_overlay_request *request, struct es_overlay *ret,
					     struct es_mount_notes *notes);
ES_MUST_CHECK enum es_reason es_overlay_attach(const struct es_overlay *overlay);
void es_overlay_close(struct es_overlay *overlay); /* an attached mount stays */

#endif
