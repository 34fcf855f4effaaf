/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File flags, as chattr sets them. In a covered folder, overlayfs keeps `i` and `a` in an xattr of the file in the
 * tree, and sets the others on the file itself. In the archive, all of them are in the member's SCHILY.fflags. Private
 * to keys/archive.
 */
#ifndef ES_ARCHIVE_FLAGS_H
#define ES_ARCHIVE_FLAGS_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdbool.h>
#include <stdint.h>

struct archive_entry;

/* Reads them from the open file or folder into entry. *ret_stripped is set if there is a flag that a tree in RAM can't
 * have. */
ES_MUST_CHECK enum es_reason es_flags_read(int fd, struct archive_entry *entry, bool *ret_stripped);

/* Removes `i` and `a` from entry; true: there was one. For a file that isn't below an overlay: there the flags would
 * keep ourselves from changing it. */
bool es_flags_drop_protection(struct archive_entry *entry);

/* Sets entry's flags on the open file or folder of the tree; must be the last change to it. *lost counts those that
 * this file system can't hold. */
void es_flags_set(int fd, struct archive_entry *entry, uint64_t *lost);

/* The flags as the hash of a tree uses them: NULL, or the text of SCHILY.fflags. */
const char *es_flags_text(struct archive_entry *entry);

#endif
