/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a tar in one zstd frame into memory, within the caps. Private to keys/archive. */
#ifndef ES_ARCHIVE_OUT_H
#define ES_ARCHIVE_OUT_H

#include "keys/archive/archive.h"

struct archive_entry;
struct es_tar_out;

ES_MUST_CHECK enum es_reason es_tar_out_new(struct es_tar_out **ret);
void es_tar_out_freep(struct es_tar_out **out);
#define ES_TAR_OUT ES_SCOPED(es_tar_out_freep) struct es_tar_out *

/* Adds a member; data is the file's content, whose length entry has. ES_TOO_LARGE: over ES_ARCHIVE_MAX, minus what the
 * envelope adds. */
ES_MUST_CHECK enum es_reason es_tar_out_add(struct es_tar_out *out, struct archive_entry *entry, struct es_span data);
/* Ends the tar. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_tar_out_end(struct es_tar_out *out, struct es_buf *ret);

#endif
