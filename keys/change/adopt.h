/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `etcseal adopt`: takes files that were in the covered paths before the host was sealed into the configuration. Every
 * file below that isn't byte for byte a package's is copied into the tree in RAM and listed (keys/adopt/list.h). The
 * commit puts tree and list into both banks. The next automatic start removes the listed files from the root file
 * system (keys/adopt/remove.h). Until then nothing below is touched.
 */
#ifndef ES_CHANGE_ADOPT_H
#define ES_CHANGE_ADOPT_H

#include "keys/adopt/look.h"
#include "keys/change/save.h"

struct es_adopt_request {
	bool dry_run;          /* only report */
	bool discard_changed;  /* also changed files: the configuration's version stays */
	bool first_covered;    /* only below paths that this start is the first to cover (RUN_DIR/first-covered) */
	const char *host_root; /* where the host sees the covered paths; NULL: "/" */
	const char *below;     /* a folder with the root file system below the configuration; NULL: es_host_below */
	es_below_fn *each;     /* for everything that isn't shipped or kept; may be NULL */
	void *context;
};

struct es_adopt_report {
	uint64_t files, links, folders, bytes;  /* newly adopted */
	uint64_t pending;                       /* adopted earlier, and not removed yet */
	uint64_t changed, left;                 /* not adopted: changed since adoption; of a kind that can't be */
	uint64_t uncovered;                     /* not adopted: the path isn't covered until the next start */
	uint64_t unseen;                        /* covered paths on a file system of their own: not looked at */
	char unseen_path[ES_PATH_TEXT];         /* the first of them */
	uint64_t sensitive[ES_SENSITIVE_COUNT]; /* of the newly adopted and the pending, by kind */
	bool packages;                          /* dpkg's records were found; if not, every file counts as changed */
	char refused[ES_PATH_TEXT];             /* on failure: the file, printable ASCII only; "" if none */
};

/* ES_TOO_LARGE: the configuration would exceed its caps; ES_MEMORY: it would exceed the room in RAM. In both cases
 * nothing was copied. *ret_report is also written on failure. *ret_saved is written on success, unless it was a dry
 * run. */
ES_MUST_CHECK enum es_reason es_host_adopt(struct es_host *host, const struct es_adopt_request *request,
					   struct es_adopt_report *ret_report, struct es_saved *ret_saved);

struct es_change;
/* The same without the commit: for a change that has begun. */
ES_MUST_CHECK enum es_reason es_adopt_collect(struct es_change *c, const struct es_adopt_request *request,
					      struct es_adopt_report *ret_report);

/* Looks at what is below the configuration now: calls fn for everything below every covered path that isn't shipped.
 * Changes nothing. */
ES_MUST_CHECK enum es_reason es_host_look_below(struct es_host *host, const struct es_adopt_request *request,
						struct es_adopt_report *ret_report);

#endif
