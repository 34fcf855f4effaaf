/* SPDX-License-Identifier: Apache-2.0 */
/* Archives built block by block, so that they can be as malformed as a test wants. A failure ends the test. */
#ifndef ES_TESTLIB_TAR_IMAGE_H
#define ES_TESTLIB_TAR_IMAGE_H

#include "keys/core/buf.h"

struct tar_image {
	struct es_buf tar;    /* allocated */
	size_t len;           /* used */
	struct es_buf header; /* pax records for the next member */
	size_t header_len;
};

struct tar_member {
	const char *name; /* up to 100 bytes; a longer one with tar_pax "path" */
	char type;        /* '0' file, '1' hard link, '2' symlink, '3' character device, '5' folder, '6' fifo */
	unsigned mode;    /* 0: 0644, or 0755 for a folder */
	unsigned uid, gid;
	const char *link;
	unsigned major, minor;
	struct es_span data;
	uint64_t size; /* what the header claims, if says_size */
	int says_size;
	uint64_t mtime;
};

void tar_free(struct tar_image *t);
#define TAR_IMAGE ES_SCOPED(tar_free) struct tar_image

/* manifest.json that covers paths, a JSON list: "[\"/etc\"]" */
void tar_manifest(struct tar_image *t, const char *paths);
/* A record of the pax header before the next member. */
void tar_pax(struct tar_image *t, const char *key, struct es_span value);
void tar_add(struct tar_image *t, const struct tar_member *m);
/* The two kinds that most tests need; the test makes the folders above them. */
void tar_folder(struct tar_image *t, const char *name);
void tar_file(struct tar_image *t, const char *name, const char *text);
void tar_raw(struct tar_image *t, const void *data, size_t len);
void tar_end(struct tar_image *t); /* two blocks of zeros */

/* One zstd frame. The caller frees. */
struct es_buf tar_packed(const struct tar_image *t);
struct es_buf zstd_packed(struct es_span bytes);

#endif
