/* SPDX-License-Identifier: Apache-2.0 */
/* A member that is being unpacked from an archive: first judged, then made. Private to keys/archive. */
#ifndef ES_ARCHIVE_MEMBER_H
#define ES_ARCHIVE_MEMBER_H

#include "keys/archive/place.h"
#include "keys/archive/stream.h"
#include "keys/store/covered.h"

#include <sys/types.h>
#include <time.h>

enum es_member_kind { ES_MEMBER_FILE, ES_MEMBER_FOLDER, ES_MEMBER_SYMLINK, ES_MEMBER_WHITEOUT };

struct es_member {
	struct archive_entry *entry; /* borrowed */
	enum es_member_kind kind;
	enum es_place place;
	char path[ES_MEMBER_MAX + 1]; /* relative to the tree; "" for the tree itself */
	uint64_t size;
	mode_t mode; /* permission bits only */
	uid_t uid;
	gid_t gid;
	struct timespec mtime;
};

/* Judges only what the archive says, without a file system. ES_UNSAFE, ES_TOO_LARGE, ES_FORMAT. */
ES_MUST_CHECK enum es_reason es_member_check(struct archive_entry *entry, const struct es_manifest *manifest,
					     struct es_member *ret);

/* ES_UNSAFE: it exists already, or its folder doesn't (folders that lead to a covered path are made). */
ES_MUST_CHECK enum es_reason es_member_make_folder(int treefd, const struct es_member *m);
ES_MUST_CHECK enum es_reason es_member_make_file(int treefd, const struct es_member *m, struct es_tar *tar,
						 uint64_t *lost);
ES_MUST_CHECK enum es_reason es_member_make_other(int treefd, const struct es_member *m, uint64_t *lost);
/* Sets owner, mode, xattrs and times, after everything in the folder has been made. */
ES_MUST_CHECK enum es_reason es_member_finish_folder(int treefd, const struct es_member *m, uint64_t *lost);

#endif
