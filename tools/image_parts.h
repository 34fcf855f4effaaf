/* SPDX-License-Identifier: Apache-2.0 */
/* A boot image in the making: its parts, from files, texts and another image. For `image build` and what makes an image
 * again. */
#ifndef ES_TOOLS_IMAGE_PARTS_H
#define ES_TOOLS_IMAGE_PARTS_H

#include "keys/host/host.h"
#include "tools/image.h"

struct es_build {
	struct es_uki_parts parts; /* point into what follows */
	struct es_buf stub, options, pinned, held[ES_UKI_COUNT];
	struct es_image source;
	const char *stub_from;
	const char *from[ES_UKI_COUNT]; /* the file that a part came from; NULL: a text */
	char release[ES_KERNEL_RELEASE];
};
void es_build_free(struct es_build *b);
#define ES_BUILD ES_SCOPED(es_build_free) struct es_build

/* All of these: ES_EXIT_DONE, or it has said what is wrong. *b stays where it is. */

/* The parts of another image that say what is started: kernel, initramfs, options and the like. What its maker said of
 * it (SBAT, keys, signatures) isn't taken. */
enum es_exit es_build_from(const struct es_args *args, const char *path, struct es_build *b);
/* The same of an image that was read from path; bytes are taken. */
enum es_exit es_build_from_bytes(const struct es_args *args, const char *path, struct es_buf *bytes,
				 struct es_build *b);
/* The stub, and the parts that the options of `image build` name. */
enum es_exit es_build_stub(const struct es_args *args, const char *path, struct es_build *b);
enum es_exit es_build_parts(const struct es_args *args, struct es_build *b);
/* Puts in the options that an image needs, unless --options-as-given; a pin that isn't of its form is refused. */
enum es_exit es_build_complete(const struct es_args *args, struct es_build *b);
/* Pins the image to the running host (keys/host/pins.h), in the place of what it was pinned to; may be called again. */
enum es_exit es_build_pin(const struct es_args *args, struct es_host *host, struct es_build *b);
/* The image, not signed. */
enum es_exit es_build_make(const struct es_args *args, const struct es_build *b, struct es_buf *ret);

/* Which of the files that it is made of is `output`; NULL: none. */
const char *es_build_overwritten(const struct es_args *args, const struct es_build *b, const char *output);

/* What is put in by another: a text or a buffer of the caller's. */
void es_build_put(struct es_build *b, enum es_uki_section which, struct es_span content);

#endif
