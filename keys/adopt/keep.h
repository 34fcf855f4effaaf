/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an adopted file leaves in its place, for a start that comes before the configuration or without it: the lines of
 * fstab that an initramfs reads from the root file system, and the masters of a few files without which no system
 * starts (keys/survey/packages.h).
 */
#ifndef ES_ADOPT_KEEP_H
#define ES_ADOPT_KEEP_H

#include "keys/core/buf.h"

#include <stdbool.h>

/* Whether the path is one of which a part stays: /etc/fstab. Then *ret is that part of content, which may be empty: the
 * lines of /usr, and of mounts with x-initrd.mount or x-initrd.attach, unless an option in them is a secret. A part of
 * a part is the part itself. initramfs-tools' read_fstab_entry(), systemd.mount(5). */
ES_MUST_CHECK enum es_reason es_keep_part(const char *path, struct es_span content, bool *ret_keeps,
					  struct es_buf *ret);

#endif
