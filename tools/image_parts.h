/* SPDX-License-Identifier: Apache-2.0 */
/* A boot image being built: its parts, from files, texts and another image. For `image build` and image_after.c. */
#ifndef ES_TOOLS_IMAGE_PARTS_H
#define ES_TOOLS_IMAGE_PARTS_H

#include "keys/host/host.h"
#include "tools/image.h"

struct es_build {
	struct es_uki_parts parts; /* point into the buffers below, or the caller's */
	struct es_buf stub, options, pinned, held[ES_UKI_COUNT];
	struct es_image source;
	const char *stub_from;
	const char *from[ES_UKI_COUNT]; /* the file that a part was read from; NULL: a text */
	char release[ES_KERNEL_RELEASE];
};
void es_build_free(struct es_build *b);
#define ES_BUILD ES_SCOPED(es_build_free) struct es_build

/* All of these return ES_EXIT_DONE; otherwise they have reported the failure. *b must not be moved. */

/* Takes the parts of another image that determine what is started: kernel, initramfs, options and the like. What its
 * maker attached to it (SBAT, keys, signatures) isn't taken. */
enum es_exit es_build_from(const struct es_args *args, const char *path, struct es_build *b);
/* The same for an image that was read from path; takes bytes. */
enum es_exit es_build_from_bytes(const struct es_args *args, const char *path, struct es_buf *bytes,
				 struct es_build *b);
/* The stub (path NULL: the installed one), and all parts that the options of `image build` name. */
enum es_exit es_build_stub(const struct es_args *args, const char *path, struct es_build *b);
enum es_exit es_build_parts(const struct es_args *args, struct es_build *b);
/* Adds the options that an image needs, unless --options-as-given; refuses a malformed pin. Then es_files_warn(). */
enum es_exit es_build_complete(const struct es_args *args, struct es_build *b);
/* Pins the image to the running host (keys/host/pins.h), replacing earlier pins; may be called again. */
enum es_exit es_build_pin(const struct es_args *args, struct es_host *host, struct es_build *b);
/* Builds the image, unsigned. The caller owns *ret. */
enum es_exit es_build_make(const struct es_args *args, const struct es_build *b, struct es_buf *ret);

/* The input file that `output` would overwrite; NULL: none. */
const char *es_build_overwritten(const struct es_args *args, const struct es_build *b, const char *output);

/* Sets a part to a text or buffer that the caller keeps. */
void es_build_put(struct es_build *b, enum es_uki_section which, struct es_span content);

#endif
