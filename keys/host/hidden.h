/* SPDX-License-Identifier: Apache-2.0 */
/* Covered paths that the host doesn't see as covered. */
#ifndef ES_HOST_HIDDEN_H
#define ES_HOST_HIDDEN_H

#include "keys/host/host.h"
#include "keys/store/mounts.h"

/* The boot helper covered this path, and now something else is there: a file system that was mounted later, or an
 * unmounted configuration. What is written there isn't saved, and is in the clear. By RUN_DIR/applied, which the helper
 * leaves; a path that is covered from the next start on isn't hidden. */
bool es_host_path_hidden(const struct es_host *host, const char *path);

/* /etc/fstab has an entry that will hide it at the next start: one that the initramfs hasn't mounted at this one.
 * *ret_point is where. */
bool es_host_path_hidden_next(const struct es_host *host, const char *path, char ret_point[static ES_MOUNT_TEXT]);

/* It is to be covered, but neither it nor a folder above it was covered at this start. False if the helper left no
 * list. */
bool es_host_path_late(const struct es_host *host, const char *path);

#endif
