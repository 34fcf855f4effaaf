/* SPDX-License-Identifier: Apache-2.0 */
/* `image inspect --files`, and the same look by each verb that writes a boot image. */
#ifndef ES_TOOLS_IMAGE_FILES_H
#define ES_TOOLS_IMAGE_FILES_H

#include "keys/host/host.h"
#include "tools/image.h"

/* Whether the options that need --files come with it; otherwise reports the misuse. */
enum es_exit es_files_check_options(const struct es_args *args);
/* path: an image, an initramfs or a folder. */
enum es_exit es_files_inspect(const struct es_args *args, const char *path);
/* Warns of what an image that is about to be written to path discloses; with --strict, fails. An initramfs that can't
 * be looked into is es_image_build()'s to refuse. */
enum es_exit es_files_warn(const struct es_args *args, struct es_span initrd, struct es_span options, const char *path);

/* Warns of secrets in the image that this boot was started from; says nothing if it isn't found. */
void es_files_warn_of_boot(const struct es_args *args, struct es_host *host);

#endif
