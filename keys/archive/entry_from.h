/* SPDX-License-Identifier: Apache-2.0 */
/* What stands at one name of the tree, as a member of the archive. Store's own. */
#ifndef ES_ARCHIVE_ENTRY_FROM_H
#define ES_ARCHIVE_ENTRY_FROM_H

#include "keys/core/buf.h"

struct archive_entry;

void es_entry_freep(struct archive_entry **entry);
#define ES_ENTRY ES_SCOPED(es_entry_freep) struct archive_entry *

struct es_found {
	struct archive_entry *entry; /* without its name; NULL: of a kind that isn't kept */
	struct es_buf data;          /* a file's */
	int fd;                      /* a folder, open; else -1 */
	bool is_folder;
	bool stripped; /* a bit, a capability, a flag or an xattr was taken away */
	bool linked;   /* a file with other names */
};
void es_found_free(struct es_found *f);
#define ES_FOUND ES_SCOPED(es_found_free) struct es_found

/* ES_MISSING: there is nothing of that name (any more). ES_TOO_LARGE: a file of more than cap bytes. */
ES_MUST_CHECK enum es_reason es_find(int dirfd, const char *name, uint64_t cap, struct es_found *ret);

#endif
