/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of mounts. proc(5), /proc/self/mountinfo: "36 35 98:0 /from /point rw,noatime master:1 - ext4 /dev/root rw".
 * Names stay escaped as the kernel writes them ("\040"). And the list that the boot helper leaves in RUN_DIR/mounts:
 * the mounts beneath the root file system before it adds its own, as lines "98:0 /from /point", without the root's
 * path.
 */
#ifndef ES_STORE_MOUNTS_H
#define ES_STORE_MOUNTS_H

#include "keys/core/buf.h"

enum { ES_MOUNT_TEXT = 512, ES_MOUNTS_MAX = 4 << 20 };

struct es_mounted {
	unsigned long long id;
	char device[32];          /* "98:0" */
	char from[ES_MOUNT_TEXT]; /* the folder of that file system */
	char point[ES_MOUNT_TEXT];
	char type[32];
};

/* This process's. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_mounts_read(struct es_buf *ret);
/* The next line of mountinfo; false at the end. Malformed lines, and names that are too long, are passed over. */
bool es_mounts_next(struct es_span *mountinfo, struct es_mounted *ret);

/* The boot helper's list: what is mounted beneath the folder `root`. */
ES_MUST_CHECK enum es_reason es_mounts_beneath(struct es_span mountinfo, const char *root, struct es_buf *ret);
/* Whether that list has a mount. root is the path that its point begins with; "" on the running host. */
bool es_mounts_has(struct es_span list, const char *root, const struct es_mounted *m);

/* Whether an entry of fstab(5) mounts something over the path, or over a folder above it, when the host starts or when
 * the path is used. *ret_point is where; its device isn't looked at. The root itself doesn't count. */
bool es_fstab_mounts_over(struct es_span fstab, const char *path, char ret_point[static ES_MOUNT_TEXT]);

#endif
