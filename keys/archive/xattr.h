/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes between the tree and the archive: the same rule in both directions. Private to keys/archive. */
#ifndef ES_ARCHIVE_XATTR_H
#define ES_ARCHIVE_XATTR_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_entry;

enum {
	ES_XATTR_VALUE_MAX = 64 << 10, /* the kernel's own limit */
	ES_XATTRS_MAX = 512 << 10,     /* bytes of all xattrs of a member; libarchive accepts headers of up to 1 MiB */
};

enum es_xattr_fate {
	ES_XATTR_KEPT,
	ES_XATTR_LEFT_OUT,  /* overlayfs's own notes about a lower layer, meaningless over another one */
	ES_XATTR_ELSEWHERE, /* overlayfs keeps the content of the file or folder in a lower layer: can't be packed */
	/* a capability, which is a setuid bit by another name; a name that pax can't hold; an attribute of another
	 * overlay */
	ES_XATTR_STRIPPED,
};
enum es_xattr_fate es_xattr_fate(const char *name, bool is_folder);

/* Reads the xattrs of the file at path into entry. The last symlink is followed (so that /proc/self/fd/N names an open
 * file) or not. *ret_stripped is set if something was stripped. ES_CONTENT_ELSEWHERE: the file's content is in a lower
 * layer. */
struct es_xattr_source {
	const char *path;
	bool follow;
	bool is_folder;
};
ES_MUST_CHECK enum es_reason es_xattrs_read(const struct es_xattr_source *from, struct archive_entry *entry,
					    bool *ret_stripped);

/* ES_UNSAFE: entry has an xattr that isn't to be kept; ES_TOO_LARGE: over the caps. */
ES_MUST_CHECK enum es_reason es_xattrs_check(struct archive_entry *entry);

/* Sets entry's xattrs on the file at path. *lost counts those that the file system can't hold. *ret_acl_lost is set if
 * an access ACL is among them: the mode's group bits are then the ACL's mask, not the group's rights, and must not be
 * set. */
ES_MUST_CHECK enum es_reason es_xattrs_set(struct archive_entry *entry, const char *path, bool follow, uint64_t *lost,
					   bool *ret_acl_lost);

#endif
