/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot image that has to follow a change of keys, where the one that runs is pinned to the key of before: the same
 * image, pinned to the key of now. Until it runs the old one still opens (keys/host/pins.h).
 */
#ifndef ES_TOOLS_IMAGE_AFTER_H
#define ES_TOOLS_IMAGE_AFTER_H

#include "keys/host/booted_image.h"
#include "tools/image_parts.h"

struct es_image_after {
	const char *output; /* --image-output; NULL: none was asked for, and nothing below is used */
	char from[ES_BOOTED_PATH];
	struct es_build build;
};
void es_image_after_free(struct es_image_after *after);
#define ES_IMAGE_AFTER ES_SCOPED(es_image_after_free) struct es_image_after

/* Before the change: reads what the image is made of, and makes it once, so that what can fail does so before there is
 * a new key. ES_EXIT_DONE, or it has said what is wrong. *after stays where it is. */
enum es_exit es_image_after_prepare(const struct es_args *args, struct es_host *host, struct es_image_after *after);
/* After it: pins the image to the new key, signs it, seals to it, and then writes it. Likewise; nothing is lost by a
 * failure. */
enum es_exit es_image_after_make(const struct es_args *args, struct es_host *host, struct es_image_after *after);

/* Where the running image is pinned and knows the key of now only as a successor: says what has to follow, and how. */
void es_image_after_advise(struct es_host *host);

#endif
