/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File flags, as chattr sets them. On a covered folder overlayfs keeps `i` and `a` in an xattr of the file in the tree, and
 * passes the others on to the file itself; in the archive all of them are the member's SCHILY.fflags. Store's own.
 */
#ifndef ES_ARCHIVE_FLAGS_H
#define ES_ARCHIVE_FLAGS_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdbool.h>
#include <stdint.h>

struct archive_entry;

/* From the open file or folder into entry. *ret_stripped is set where there is one that a tree in RAM can't have. */
ES_MUST_CHECK enum es_reason es_flags_read(int fd, struct archive_entry *entry, bool *ret_stripped);

/* Takes `i` and `a` out of entry; true: one was there. For what isn't beneath an overlay, where they would keep us from the
 * file ourselves. */
bool es_flags_drop_protection(struct archive_entry *entry);

/* Sets entry's on the open file or folder of the tree; the last thing that is done to it. *lost counts what this file system
 * can't hold. */
void es_flags_set(int fd, struct archive_entry *entry, uint64_t *lost);

/* What the hash of a tree goes by: NULL, or the text of SCHILY.fflags. */
const char *es_flags_text(struct archive_entry *entry);

#endif
