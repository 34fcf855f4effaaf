/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What dpkg knows of the files below a root: `var/lib/dpkg/info/PACKAGE.md5sums` and `.list`, and the fields
 * `Conffiles` of `var/lib/dpkg/status` (deb-conffiles(5), dpkg-query(1)). It says what a package shipped; it isn't
 * authenticated, and MD5 proves nothing against an attacker: nothing but the question "would anyone miss this file's
 * content" rests on it.
 */
#ifndef ES_SURVEY_PACKAGES_H
#define ES_SURVEY_PACKAGES_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

#include <stdbool.h>

struct es_packages;

enum es_packaged {
	ES_PACKAGED_NOT,     /* no package has this path */
	ES_PACKAGED_SAME,    /* byte for byte what a package ships */
	ES_PACKAGED_CHANGED, /* a package ships it with another content */
	ES_PACKAGED_PATH, /* a package has the path, and dpkg no checksum: a folder, a symlink, a file that it made */
	ES_PACKAGED_COUNT
};

/* ES_MISSING: there is no dpkg below rootfd. Damaged lines, and lists that aren't regular files or are too large, are
 * passed over: what they name is nobody's. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_packages_read(int rootfd, struct es_packages **ret);
void es_packages_freep(struct es_packages **p);
#define ES_PACKAGES ES_SCOPED(es_packages_freep) struct es_packages *

/* path is absolute, as on the host; content is a regular file's, whole; is_file: false for folders and symlinks. p may
 * be NULL: nothing is a package's. */
enum es_packaged es_packages_judge(const struct es_packages *p, const char *path, bool is_file, struct es_span content);
/* The file below /usr/share that a maintainer script copies unchanged to path (base-passwd's, base-files', …), where
 * that is known; otherwise NULL. es_packages_judge() looks there, too. */
const char *es_packages_master(const char *path);
/* The package that has the path, or its master; or NULL. Owned by p. */
const char *es_packages_owner(const struct es_packages *p, const char *path);

#endif
