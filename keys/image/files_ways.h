/* SPDX-License-Identifier: Apache-2.0 */
/* Private to keys/image: what is known of how files get into an initramfs. */
#ifndef ES_IMAGE_FILES_WAYS_H
#define ES_IMAGE_FILES_WAYS_H

#include "keys/image/files.h"

/* The usual case that a path in an initramfs is one of; otherwise the general one, which *ret_usual says. */
const struct es_image_way *es_image_way_find(const char *path, bool *ret_usual);

/* Who copies it where dracut makes the initramfs: "dracut's module mdraid"; NULL: unknown. */
const char *es_image_way_dracut(const struct es_image_way *way);

/* Whether the tools that build an initramfs write a file of this path themselves. */
bool es_image_way_generated(const char *path);
/* The host's path that a path in an initramfs is usually copied from: "/conf/initramfs.conf". path itself if unknown;
 * cap at least ES_MEMBER_MAX + 64. */
void es_image_way_origin(const char *path, char *ret, size_t cap);

/* The hook of initramfs-tools, or dracut's module, that names the host's path, or else its folder: "/etc/…/hooks/wifi".
 * The caller frees it; NULL: none, or no memory. */
char *es_image_way_hook(int rootfd, bool dracut, const char *host_path);

#endif
