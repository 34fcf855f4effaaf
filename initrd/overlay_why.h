/* SPDX-License-Identifier: Apache-2.0 */
/* Why the kernel makes no overlay, in words: for many causes all that it returns is "Invalid argument". */
#ifndef ES_INITRD_OVERLAY_WHY_H
#define ES_INITRD_OVERLAY_WHY_H

#include "initrd/mount.h"

/* The kernel's log from here on: *ret_fd is the caller's; -1: it can't be read, and then causes are found in other ways. */
void es_overlay_listen(int *ret_fd);

/* After es_mount_new has refused an overlay over `lower`: replaces notes->why and notes->next where the cause is known. */
void es_overlay_explain(int log_fd, int lower, struct es_mount_notes *notes);

#endif
