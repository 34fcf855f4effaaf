/* SPDX-License-Identifier: Apache-2.0 */
/* What the image verbs share. */
#ifndef ES_TOOLS_IMAGE_H
#define ES_TOOLS_IMAGE_H

#include "keys/image/image.h"
#include "tools/output.h"
#include "tools/verb.h"

extern const struct es_verb es_image_verbs[]; /* build, inspect, predict, sign-policy */

es_verb_fn es_verb_image_build;
es_verb_fn es_verb_image_inspect;
es_verb_fn es_verb_image_predict;
es_verb_fn es_verb_image_sign_policy;

/* A whole file that the user named; a symlink is followed, a pipe is read to its end. ES_EXIT_DONE, or it has said what
 * is wrong with it. The caller owns *ret. */
enum es_exit es_image_read(const struct es_args *args, const char *path, struct es_buf *ret);

/* Puts data in the place of path, all of it or nothing. Likewise. */
enum es_exit es_image_write(const struct es_args *args, const char *path, struct es_span data);

/* A boot image in a file, taken apart. missing: no .linux, .initrd or .cmdline, so the stub would refuse it. */
struct es_image {
	struct es_buf bytes;
	struct es_pe pe;
	struct es_uki uki;
	bool missing;
};

/* Any sound EFI program; the caller asks for missing. */
enum es_exit es_image_open(const struct es_args *args, const char *path, struct es_image *ret);
/* One that can be started: with all the sections that the stub wants. bytes, which came from path, are taken. */
enum es_exit es_image_parse_next(const struct es_args *args, const char *path, struct es_buf *bytes,
				 struct es_image *ret);
/* The same from the file. */
enum es_exit es_image_open_next(const struct es_args *args, const char *path, struct es_image *ret);
void es_image_close(struct es_image *image);
#define ES_IMAGE ES_SCOPED(es_image_close) struct es_image

const char *es_image_machine(const struct es_pe *pe);
/* Sections that the stub wants and the image lacks, each with a space before it: " .cmdline". */
enum { ES_IMAGE_MISSING_TEXT = 64 };
void es_image_missing_words(const struct es_uki *uki, char ret[static ES_IMAGE_MISSING_TEXT]);

#endif
