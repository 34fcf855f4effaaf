/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a tar in one zstd frame, member by member. We decompress, not libarchive, so that the size is capped and
 * nothing can be hidden after the tar's end. Private to keys/archive.
 */
#ifndef ES_ARCHIVE_STREAM_H
#define ES_ARCHIVE_STREAM_H

#include "keys/archive/archive.h"

struct archive_entry;
struct es_tar;

ES_MUST_CHECK enum es_reason es_tar_open(struct es_span packed, struct es_tar **ret);
void es_tar_freep(struct es_tar **tar);
#define ES_TAR ES_SCOPED(es_tar_freep) struct es_tar *

/* The next member; the stream owns it, and keeps it until the next call. ES_MISSING: there are no more, and nothing
 * follows. */
ES_MUST_CHECK enum es_reason es_tar_next(struct es_tar *tar, struct archive_entry **ret_entry);
/* Reads from the member's file; *ret_len is 0 at its end. */
ES_MUST_CHECK enum es_reason es_tar_read(struct es_tar *tar, void *data, size_t cap, size_t *ret_len);

/* The manifest, which must be the first member. */
ES_MUST_CHECK enum es_reason es_tar_manifest(struct es_tar *tar, struct es_manifest *ret);

/* The list of adopted files, which may be the second member. */
#define ES_MEMBER_ADOPTED "adopted"
/* Whether this is that member, as it must be. */
bool es_tar_is_adopted(struct archive_entry *entry);
/* Reads a member's file of at most cap bytes. ES_TOO_LARGE. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_tar_read_all(struct es_tar *tar, size_t cap, struct es_buf *ret);

/* manifest.json. ES_ARGUMENT: es_manifest_parse would refuse it. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_manifest_write(const struct es_manifest *m, struct es_buf *ret);
ES_MUST_CHECK enum es_reason es_manifest_parse(struct es_span json, struct es_manifest *ret);

/* libarchive converts names from and to the locale's charset, and composes Unicode. For us, names are bytes: in the C
 * locale libarchive leaves them alone. Sets that locale for this thread until the end of the scope. */
struct es_locale {
	void *ours, *before;
};
ES_MUST_CHECK enum es_reason es_locale_c(struct es_locale *ret);
void es_locale_restore(struct es_locale *l);
#define ES_LOCALE ES_SCOPED(es_locale_restore) struct es_locale

#endif
