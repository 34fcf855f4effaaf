/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at what is below a covered path: the root file system's own files, which the mount of the configuration hides.
 * Everything that isn't byte for byte a package's is there in the clear.
 */
#ifndef ES_ADOPT_LOOK_H
#define ES_ADOPT_LOOK_H

#include "keys/adopt/list.h"
#include "keys/survey/packages.h"
#include "keys/survey/sensitive.h"

#include <sys/stat.h>

enum es_below {
	ES_BELOW_SHIPPED, /* a package's, unchanged; or a folder or symlink of one */
	ES_BELOW_KEPT,    /* what the boot needs there before it comes to the configuration (keep.h) */
	ES_BELOW_CLEAR,   /* in the clear, and not adopted */
	ES_BELOW_PENDING, /* adopted; the next automatic start removes it */
	ES_BELOW_CHANGED, /* adopted, and has another content since: it isn't removed */
	ES_BELOW_LEFT,    /* can't be adopted: a device, a socket, a fifo, a file over ES_FILE_MAX */
	ES_BELOW_COUNT
};
extern const char *const es_below_names[ES_BELOW_COUNT]; /* "shipped" "kept" "clear" "pending" "changed" "left" */

struct es_below_file {
	const char *path; /* absolute, as on the host */
	struct stat st;
	struct es_digest digest; /* as in the list */
	enum es_below state;
	enum es_packaged packaged;
	enum es_sensitive sensitive;
};

struct es_below_request {
	int root;                           /* the root file system, without what covers it */
	const char *path;                   /* covered */
	const struct es_adopted *adopted;   /* NULL: nothing is */
	const struct es_packages *packages; /* NULL: nothing is a package's */
};

typedef enum es_reason es_below_fn(void *context, const struct es_below_file *file);

/* Calls fn for everything below the path but not for the path itself if it is a folder, in sorted order, a folder
 * before its contents. It stays on the path's file system and follows no symlink. ES_MISSING: the path isn't there.
 * Stops at the first call that doesn't return ES_OK, with that reason. */
ES_MUST_CHECK enum es_reason es_below_look(const struct es_below_request *request, es_below_fn *fn, void *context);

/* Opens a path of the host below root: through no symlink, and on root's own file system. */
ES_MUST_CHECK enum es_reason es_below_open(int root, const char *path, int flags, int *ret_fd);

/* Opens the folder that the path is in, likewise; *ret_base is the name in it. */
ES_MUST_CHECK enum es_reason es_below_open_above(int root, const char *path, int *ret_fd, const char **ret_base);

/* The folder below a covered path into which files go on their way out. The next start finishes what is in it. */
#define ES_BELOW_JOURNAL ".etcseal-removing"

#endif
