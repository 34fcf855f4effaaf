/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removes adopted files from the root file system: exactly what the list names, and only what still has the content
 * that was adopted. The caller has made sure that both banks hold the configuration.
 *
 * The power may fail between any two writes. A file first moves into a folder of ours (ES_BELOW_JOURNAL), whole; once
 * that is on disk its content is overwritten there and then removed. So a file under its own name is never half gone,
 * and whatever is in that folder at the next start is in the archive and is finished off.
 *
 * Overwriting reaches the blocks that the file system uses for the file now. It doesn't reach what flash, a journal, a
 * snapshot, a copy-on-write file system or an earlier version of the file have kept.
 */
#ifndef ES_ADOPT_REMOVE_H
#define ES_ADOPT_REMOVE_H

#include "keys/adopt/list.h"
#include "keys/store/covered.h"

struct es_remove_request {
	int root; /* the root file system, writable, with nothing mounted over the paths */
	const struct es_adopted *adopted;
	unsigned path_count;
	const char (*paths)[ES_PATH_TEXT]; /* covered */
};

enum { ES_REMOVE_NAMED = 4 };

struct es_remove_report {
	uint64_t removed, bytes; /* files and symlinks that were removed now */
	uint64_t folders;
	uint64_t changed; /* have another content, or are of another kind, than was adopted: left alone */
	uint64_t linked;  /* have another name that isn't adopted: left alone */
	uint64_t failed;  /* couldn't be removed */
	char named[ES_REMOVE_NAMED][ES_PATH_TEXT]; /* the first of these, printable ASCII only; "" for none */
	enum es_reason why;                        /* of the first that failed */
	bool discarded;                            /* the device was told that the free blocks are free */
};

/* Whether there is anything to do: if not, the file system needn't be made writable. */
bool es_remove_needed(const struct es_remove_request *request);

/* Goes through the whole list, whatever fails. Not ES_OK: the first failure. *ret_report is always written. */
ES_MUST_CHECK enum es_reason es_remove(const struct es_remove_request *request, struct es_remove_report *ret_report);

#endif
