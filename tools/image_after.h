/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The successor of a boot image that is pinned to the old key, after a change of keys: the same image, pinned to the
 * new key. Until the successor has booted, the old image still opens the configuration (keys/host/pins.h).
 */
#ifndef ES_TOOLS_IMAGE_AFTER_H
#define ES_TOOLS_IMAGE_AFTER_H

#include "keys/host/booted_image.h"
#include "tools/image_parts.h"

struct es_image_after {
	const char *output; /* --image-output; NULL: not given, and nothing below is used */
	char from[ES_BOOTED_PATH];
	struct es_build build;
};
void es_image_after_free(struct es_image_after *after);
#define ES_IMAGE_AFTER ES_SCOPED(es_image_after_free) struct es_image_after

/* Before the change: reads the image's parts and builds it once, so that a failure comes before there is a new key.
 * ES_EXIT_DONE; otherwise it has reported the failure. *after must not be moved. */
enum es_exit es_image_after_prepare(const struct es_args *args, struct es_host *host, struct es_image_after *after);
/* After the change: pins the image to the new key, signs it, seals to it, and then writes it. Likewise; a failure loses
 * nothing. */
enum es_exit es_image_after_make(const struct es_args *args, struct es_host *host, struct es_image_after *after);

/* If the running image is pinned and knows the current key only as a successor: warns that it needs a successor too,
 * and how to build one. */
void es_image_after_advise(struct es_host *host);

#endif
