/* SPDX-License-Identifier: Apache-2.0 */
/* The folder in which files are overwritten and removed. Private to keys/adopt. */
#ifndef ES_ADOPT_JOURNAL_H
#define ES_ADOPT_JOURNAL_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct es_removal {
	int top;        /* the folder that holds the journal */
	int fd;         /* the journal, -1: not there */
	uint64_t next;  /* the next free name in it */
	uint64_t bytes; /* overwritten so far */
};

/* Opens the journal in top, if it is there. ES_UNSAFE: something else has its name. */
ES_MUST_CHECK enum es_reason es_removal_find(struct es_removal *j);
/* Makes it if it isn't. */
ES_MUST_CHECK enum es_reason es_removal_make(struct es_removal *j);
/* Moves a file into the journal; with a replacement, that takes the file's place in the same step, with its owner and
 * mode. */
ES_MUST_CHECK enum es_reason es_removal_take(struct es_removal *j, int dirfd, const char *name,
					     const struct es_span *replacement);
/* Overwrites and removes everything in the journal, and the journal. A file that has another name elsewhere only loses
 * this one. */
ES_MUST_CHECK enum es_reason es_removal_finish(struct es_removal *j);
void es_removal_close(struct es_removal *j);

#endif
