/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of the configuration outside it: the places where Debian's own programs keep copies of /etc, secrets of
 * services, or what a crash wrote; and ways in which new copies come to be. etcseal(8), "COPIES ELSEWHERE", has the
 * table for readers.
 *
 * It names what it knows. Programs that aren't in the table, backups and home folders aren't looked at.
 */
#ifndef ES_SURVEY_ELSEWHERE_H
#define ES_SURVEY_ELSEWHERE_H

#include "keys/core/reason.h"
#include "keys/store/covered.h"
#include "keys/survey/sensitive.h"

enum es_elsewhere_state {
	ES_ELSEWHERE_HOLDS, /* copies or secrets are there now */
	ES_ELSEWHERE_MAY,   /* nothing is known to be there; a crash, or use, may put it there */
	ES_ELSEWHERE_STATES
};
extern const char *const es_elsewhere_names[ES_ELSEWHERE_STATES]; /* "holds" "may" */

struct es_elsewhere {
	const char *id; /* for --json, stable: "debconf" */
	enum es_elsewhere_state state;
	char where[ES_PATH_TEXT]; /* the first file, or the folder or setting; printable ASCII only */
	uint64_t count;           /* of files that hold something */
	enum es_sensitive kind;   /* of the first that was judged by its content; else NO */
	const char *holds;        /* "copies of passwd, …" */
	const char *remedy;       /* a sentence */
	bool preset;              /* the preset covers it */
};

struct es_elsewhere_request {
	int root; /* of the running host, with /proc and /sys */
	unsigned path_count;
	const char (*paths)[ES_PATH_TEXT]; /* covered: what is below them is left out */
};

typedef enum es_reason es_elsewhere_fn(void *context, const struct es_elsewhere *place);

/* Calls fn for each place of the table that is on this host. Files are judged by their content
 * (keys/survey/sensitive.h); at most some thousands of a place, and at most the first MiB of each. What can't be read
 * isn't there. Stops at the first call that doesn't return ES_OK, with that reason. */
ES_MUST_CHECK enum es_reason es_elsewhere_look(const struct es_elsewhere_request *request, es_elsewhere_fn *fn,
					       void *context);

/* The preset "debian": /etc, then the places of the table that a host can cover: small, seldom written, and no logs.
 * NULL after the last. They needn't exist. */
const char *es_preset_path(unsigned number);

#endif
