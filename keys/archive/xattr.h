/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes between the tree and the archive: one rule for both ways. Store's own. */
#ifndef ES_ARCHIVE_XATTR_H
#define ES_ARCHIVE_XATTR_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_entry;

enum {
	ES_XATTR_VALUE_MAX = 64 << 10, /* the kernel's own cap */
	ES_XATTRS_MAX = 512 << 10,     /* bytes of a member's xattrs together; libarchive takes headers up to 1 MiB */
};

enum es_xattr_fate {
	ES_XATTR_KEPT,
	ES_XATTR_LEFT_OUT, /* overlayfs' own notes on a lower layer, void over another */
	ES_XATTR_ELSEWHERE, /* overlayfs keeps the content, or what is in the folder, in a lower layer: not to be packed */
	ES_XATTR_STRIPPED, /* a capability, which is a setuid bit by another name; a name that pax can't carry; an overlay's own */
};
enum es_xattr_fate es_xattr_fate(const char *name, bool is_folder);

/* From the file at path (followed, so that /proc/self/fd/N names an open file; or not followed) into entry. *ret_stripped
 * is set if something was stripped. ES_CONTENT_ELSEWHERE: the file's content is in a lower layer. */
struct es_xattr_source {
	const char *path;
	bool follow;
	bool is_folder;
};
ES_MUST_CHECK enum es_reason es_xattrs_read(const struct es_xattr_source *from, struct archive_entry *entry,
					    bool *ret_stripped);

/* ES_UNSAFE if entry has one whose fate isn't to be kept; ES_TOO_LARGE: over the caps. */
ES_MUST_CHECK enum es_reason es_xattrs_check(struct archive_entry *entry);

/* Sets entry's xattrs on what path names. *lost counts those that the file system can't hold; *ret_acl_lost is set if
 * an access ACL is among them: the mode's group bits are then its mask and not the group's, and must not be given. */
ES_MUST_CHECK enum es_reason es_xattrs_set(struct archive_entry *entry, const char *path, bool follow, uint64_t *lost,
					   bool *ret_acl_lost);

#endif
