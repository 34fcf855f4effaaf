/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of adopted files: those that were below a covered path in the clear, and are in the archive now. It is the
 * archive's member `adopted` (FORMAT.md, "The list of adopted files"). The boot helper removes from the root file
 * system exactly the files that it names, and only while they still have the content that was adopted.
 */
#ifndef ES_ADOPT_LIST_H
#define ES_ADOPT_LIST_H

#include "keys/core/buf.h"
#include "keys/core/pcr.h"
#include "keys/core/scope.h"

#include <sys/types.h>

enum { ES_ADOPTED_MAX = 64 << 20 }; /* bytes of the list as text */

enum es_adopted_kind {
	ES_ADOPTED_FILE = 'f',
	ES_ADOPTED_LINK = 'l',
	ES_ADOPTED_FOLDER = 'd',
};

/* Of a file, a symlink or a folder, by its st_mode. */
enum es_adopted_kind es_adopted_kind_of(mode_t mode);

struct es_adopted_entry {
	enum es_adopted_kind kind;
	struct es_digest digest; /* SHA-256 of the file's content or the symlink's target; zeros for a folder */
	char *path;              /* absolute */
};

struct es_adopted {
	struct es_adopted_entry *entry; /* sorted by path, then kind and digest, once parsed or written */
	size_t count, room;
};

void es_adopted_free(struct es_adopted *list);
#define ES_ADOPTED ES_SCOPED(es_adopted_free) struct es_adopted

/* ES_FORMAT: malformed, unsorted, or an entry twice. ES_TOO_LARGE. *ret is empty before, and after a failure. */
ES_MUST_CHECK enum es_reason es_adopted_parse(struct es_span text, struct es_adopted *ret);
/* ES_ARGUMENT: a path that isn't absolute, or has an empty part, "." or "..". */
ES_MUST_CHECK enum es_reason es_adopted_add(struct es_adopted *list, enum es_adopted_kind kind,
					    const struct es_digest *digest, const char *path);
/* Sorts the list, drops what is in it twice, and writes it. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_adopted_write(struct es_adopted *list, struct es_buf *ret);

/* In a sorted list: whether it names the path, and whether with this kind and digest. */
enum es_adopted_match { ES_ADOPTED_NOT, ES_ADOPTED_OTHER, ES_ADOPTED_SAME };
enum es_adopted_match es_adopted_match(const struct es_adopted *list, enum es_adopted_kind kind,
				       const struct es_digest *digest, const char *path);

#endif
