/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths that root names, and that something hangs on: where plaintext or an image is put, where a key is read from, where a
 * running host keeps its state. Whoever can change a folder on the way decides where such a path leads. So it is walked by
 * descriptors, part by part: each folder belongs to root or the caller, and nobody else can change what is in it (a sticky
 * one, as /tmp, lets nobody change what is another's). Then it can't change behind the check either.
 *
 * It doesn't protect from root, and it isn't for what is only read and means nothing: a kernel may be named by any link.
 */
#ifndef ES_STORE_PATH_H
#define ES_STORE_PATH_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

enum es_path_fault_kind {
	ES_PATH_FINE,
	ES_PATH_LINK,     /* a symlink, where none may be, or one of somebody else's */
	ES_PATH_FOREIGN,  /* belongs to neither root nor the caller */
	ES_PATH_WRITABLE, /* others can change it */
};

struct es_path_fault {
	enum es_path_fault_kind kind;
	char where[PATH_MAX]; /* the part, with what is before it */
	char real[PATH_MAX];  /* of a symlink: the whole path without it; "" if that isn't known */
	uid_t owner;
	mode_t mode;
};

/* A name in a folder that was found so. Nothing need be there of that name, but a symlink it isn't. */
struct es_place_at {
	int dirfd;
	char base[NAME_MAX + 1]; /* "." where the path names the folder itself */
	bool descriptor;         /* an open file's (/proc/self/fd/0): to be opened as it is, and judged as it is */
};
void es_place_at_close(struct es_place_at *p);
#define ES_PLACE_AT ES_SCOPED(es_place_at_close) struct es_place_at
#define ES_PLACE_AT_NONE                                                                                               \
	{                                                                                                              \
		.dirfd = -1                                                                                            \
	}

enum es_path_rule {
	ES_PATH_SECRET, /* plaintext: it goes where it was said to go, so no symlink is followed */
	ES_PATH_OWN,    /* keys, state: symlinks of root's or the caller's say where a thing is, and are followed */
	/* Images, banks: in a folder that others can change they are theirs to change, and no more. So it may lead through one, but
	 * from there on through no symlink. */
	ES_PATH_PUBLIC,
};

/* ES_UNSAFE_PATH; ES_MISSING: a folder on the way isn't there; ES_ARGUMENT: it is no folder, or the path is none.
 * *ret_fault is written always: its `where` says how far it came; by ES_PATH_PUBLIC, and ES_OK, it is the first folder that
 * others can change, if there is one. */
ES_MUST_CHECK enum es_reason es_path_walk(const char *path, enum es_path_rule rule, struct es_place_at *ret,
					  struct es_path_fault *ret_fault);

/* Opens what is there, to be read, following no symlink any more; judges what it is: a file or folder of root's or the
 * caller's that others can't change. */
ES_MUST_CHECK enum es_reason es_path_open(const char *path, int flags, int *ret_fd, struct es_path_fault *ret_fault);

/* The same of what is open already, and is called so. own: root's won't do, unless the caller is root. */
ES_MUST_CHECK enum es_reason es_path_judge(int fd, const char *path, bool own, struct es_path_fault *ret_fault);

/* "/srv/out belongs to eve (uid 1001)", and what to do: a sentence. */
enum { ES_PATH_WORDS = 2 * PATH_MAX + 256 };
void es_path_words(const struct es_path_fault *fault, char ret_what[static ES_PATH_WORDS],
		   char ret_next[static ES_PATH_WORDS]);

#endif
