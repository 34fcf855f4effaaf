/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the tree in RAM differs from the image's own files: the upper folder of each overlay is compared with the folder
 * that it hides. A file that was copied up unchanged isn't a difference, nor is a folder that only contains one.
 */
#ifndef ES_TOOLS_COMPARE_H
#define ES_TOOLS_COMPARE_H

#include "keys/store/boot_record.h"

#include <sys/stat.h>

enum es_change { ES_CHANGE_ADDED, ES_CHANGE_MODIFIED, ES_CHANGE_DELETED };

struct es_difference {
	enum es_change change;
	char *path;                                  /* as on the host: "/etc/hostname" */
	bool type, content, mode, owner, attributes; /* ES_CHANGE_MODIFIED: which of them differ */
	mode_t from_mode, to_mode;                   /* st_mode, with the file type; 0: doesn't exist */
	uid_t from_uid, to_uid;
	gid_t from_gid, to_gid;
};

struct es_differences {
	struct es_difference *list; /* in the order of the covered paths, then by name */
	size_t count, room;
};
void es_differences_free(struct es_differences *d);

/* rootfd: the image's root, with nothing mounted over its folders. The caller frees *ret. */
ES_MUST_CHECK enum es_reason es_compare(int treefd, int rootfd, const struct es_boot_record *boot,
					struct es_differences *ret);

/* Whether two files of the same type have the same content: bytes, a link's target, or a device number. */
ES_MUST_CHECK enum es_reason es_same_content(int a_dir, int b_dir, const char *a, const char *b, bool *ret);
/* Whether their extended attributes are the same, except for overlayfs' own. */
ES_MUST_CHECK enum es_reason es_same_attributes(int a_dir, int b_dir, const char *a, const char *b, bool *ret);

#endif
