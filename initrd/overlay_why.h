/* SPDX-License-Identifier: Apache-2.0 */
/* Explains why the kernel refuses an overlay: for many causes it returns only "Invalid argument". */
#ifndef ES_INITRD_OVERLAY_WHY_H
#define ES_INITRD_OVERLAY_WHY_H

#include "initrd/mount.h"

/* Opens the kernel's log at its end. The caller closes *ret_fd; -1: the log can't be read, and es_overlay_explain does
 * without it. */
void es_overlay_open_log(int *ret_fd);

/* After es_mount_new has refused an overlay over `lower`: replaces notes->why and notes->next where the cause is
 * known. */
void es_overlay_explain(int log_fd, int lower, struct es_mount_notes *notes);

#endif
