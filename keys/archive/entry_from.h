/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a name in the tree into a member of the archive. Private to keys/archive. */
#ifndef ES_ARCHIVE_ENTRY_FROM_H
#define ES_ARCHIVE_ENTRY_FROM_H

#include "keys/core/buf.h"

struct archive_entry;

void es_entry_freep(struct archive_entry **entry);
#define ES_ENTRY ES_SCOPED(es_entry_freep) struct archive_entry *

struct es_found {
	struct archive_entry *entry; /* without its name; NULL: its kind isn't kept */
	struct es_buf data;          /* a file's content */
	int fd;                      /* an open folder; otherwise -1 */
	bool is_folder;
	bool stripped; /* a bit, a capability, a flag or an xattr was removed */
	bool linked;   /* a file that has other names */
};
void es_found_free(struct es_found *f);
#define ES_FOUND ES_SCOPED(es_found_free) struct es_found

/* ES_MISSING: the name doesn't exist (any more). ES_TOO_LARGE: a file of more than cap bytes. */
ES_MUST_CHECK enum es_reason es_entry_from(int dirfd, const char *name, uint64_t cap, struct es_found *ret);

#endif
