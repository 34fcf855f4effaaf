/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths that root names and that matter: where plaintext or an image is written, where a key is read from, where a
 * running host keeps its state. Anyone who can change a folder along such a path decides where it leads. So the path is
 * walked by descriptors, part by part: each folder must belong to root or the caller, and nobody else may be able to
 * change its contents (in a sticky folder such as /tmp, nobody can change what belongs to others). Then the path can't
 * change after the check either.
 *
 * It doesn't protect from root. It isn't needed for input that grants nothing: a kernel may be named through any link.
 */
#ifndef ES_STORE_PATH_H
#define ES_STORE_PATH_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

enum es_path_fault_kind {
	ES_PATH_OK,
	ES_PATH_LINK,     /* a symlink where none is allowed, or one that belongs to someone else */
	ES_PATH_FOREIGN,  /* belongs to neither root nor the caller */
	ES_PATH_WRITABLE, /* others can change it */
};

struct es_path_fault {
	enum es_path_fault_kind kind;
	char where[PATH_MAX]; /* the path up to and including the faulty part */
	char real[PATH_MAX];  /* for a symlink: the whole path without it; "" if that isn't known */
	uid_t owner;
	mode_t mode;
};

/* The result of a walk: a name in a checked folder. The name need not exist, but it isn't a symlink. */
struct es_place_at {
	int dirfd;
	char base[NAME_MAX + 1]; /* "." if the path names the folder itself */
	bool descriptor;         /* of an open file (/proc/self/fd/0): opened and judged as it is */
};
void es_place_at_close(struct es_place_at *p);
#define ES_PLACE_AT ES_SCOPED(es_place_at_close) struct es_place_at
#define ES_PLACE_AT_NONE                                                                                               \
	{                                                                                                              \
		.dirfd = -1                                                                                            \
	}

enum es_path_rule {
	ES_PATH_SECRET, /* plaintext must go exactly where it was told to, so no symlink is followed */
	ES_PATH_OWN,    /* keys, state: symlinks that belong to root or the caller are followed */
	/* Images, banks: if others can change the folder, they can change these as well, and that is all they gain. So
	 * the path may lead through such a folder, but from there on through no symlink. */
	ES_PATH_PUBLIC,
};

/* ES_UNSAFE_PATH; ES_MISSING: a folder along the path doesn't exist; ES_ARGUMENT: it isn't a folder, or the path is
 * malformed. *ret_fault is always written: its `where` says how far the walk came. For ES_PATH_PUBLIC with ES_OK it is
 * the first folder that others can change, if there is one. */
ES_MUST_CHECK enum es_reason es_path_walk(const char *path, enum es_path_rule rule, struct es_place_at *ret,
					  struct es_path_fault *ret_fault);

/* Opens an existing file or folder for reading, without following a last symlink, and judges it: it must belong to root
 * or the caller, and others must not be able to change it. */
ES_MUST_CHECK enum es_reason es_path_open(const char *path, int flags, int *ret_fd, struct es_path_fault *ret_fault);

/* The same for fd, which is already open; path is used for words only. own: it must belong to the caller; root isn't
 * enough. */
ES_MUST_CHECK enum es_reason es_path_judge(int fd, const char *path, bool own, struct es_path_fault *ret_fault);

/* A sentence each: the fault, "/srv/out belongs to eve (uid 1001)", and what to do. */
enum { ES_PATH_WORDS = 2 * PATH_MAX + 256 };
void es_path_words(const struct es_path_fault *fault, char ret_what[static ES_PATH_WORDS],
		   char ret_next[static ES_PATH_WORDS]);

#endif
