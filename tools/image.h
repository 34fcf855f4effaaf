/* SPDX-License-Identifier: Apache-2.0 */
/* Functions and types that the image verbs share. */
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

/* Reads a whole file that the user named, of at most 1 GiB; follows a symlink, reads a pipe to its end. ES_EXIT_DONE;
 * otherwise it has reported the failure. The caller owns *ret. */
enum es_exit es_image_read(const struct es_args *args, const char *path, struct es_buf *ret);

/* Replaces the file at path by data, atomically. Likewise. */
enum es_exit es_image_write(const struct es_args *args, const char *path, struct es_span data);

/* A parsed boot image. missing: it has no .linux, .initrd or .cmdline, so the stub would refuse it. */
struct es_image {
	struct es_buf bytes;
	struct es_pe pe;
	struct es_uki uki;
	bool missing;
};

/* Any well-formed EFI program; the caller checks missing. */
enum es_exit es_image_open(const struct es_args *args, const char *path, struct es_image *ret);
/* Only an image that can be started, with all the sections that the stub needs. Takes bytes, which were read from
 * path. */
enum es_exit es_image_parse_next(const struct es_args *args, const char *path, struct es_buf *bytes,
				 struct es_image *ret);
/* The same from the file. */
enum es_exit es_image_open_next(const struct es_args *args, const char *path, struct es_image *ret);
void es_image_close(struct es_image *image);
#define ES_IMAGE ES_SCOPED(es_image_close) struct es_image

const char *es_image_machine(const struct es_pe *pe);
/* The sections that the stub needs and the image lacks, each after a space: " .cmdline". */
enum { ES_IMAGE_MISSING_TEXT = 64 };
void es_image_missing_words(const struct es_uki *uki, char ret[static ES_IMAGE_MISSING_TEXT]);

#endif
