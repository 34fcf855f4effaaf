/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.json: the state of `etcseal watch`, for `etcseal status`. root writes it into root's folder; it is read
 * strictly nevertheless. No file says whether `watch` is running: it holds a lock (ES_WATCH_LOCK_NAME) while it does.
 */
#ifndef ES_STORE_WATCH_RECORD_H
#define ES_STORE_WATCH_RECORD_H

#include "keys/core/buf.h"
#include "keys/store/info.h"

#define ES_WATCH_RECORD_NAME "watch.json"
#define ES_WATCH_LOCK_NAME   "watch.lock"

enum es_watch_state {
	ES_WATCH_SAVED,   /* every change is saved */
	ES_WATCH_CHANGED, /* waiting until nothing changes for a while */
	ES_WATCH_FAILING, /* the last try failed: `reason` */
	ES_WATCH_STOPPED,
	ES_WATCH_WAITING, /* waiting for init: this host isn't configured yet */
	ES_WATCH_STATES,
};
extern const char *const es_watch_state_names[ES_WATCH_STATES]; /* "saved" "changed" "failing" "stopped" "waiting" */

enum { ES_WATCH_REASON_TEXT = 64, ES_WATCH_DETAIL_TEXT = 256 };

struct es_watch_record {
	enum es_watch_state state;
	char since[ES_TIME_TEXT];          /* when it started watching */
	char saved[ES_TIME_TEXT];          /* when it last wrote a bank; "": not yet */
	char unsaved_since[ES_TIME_TEXT];  /* "": nothing is unsaved */
	uint64_t generation, revision;     /* of the newest archive; 0: unknown */
	char reason[ES_WATCH_REASON_TEXT]; /* identifier of keys/core/reasons.def; "" */
	char detail[ES_WATCH_DETAIL_TEXT];
	bool notified; /* the kernel reports changes; otherwise only walking the tree finds them */
};

ES_MUST_CHECK enum es_reason es_watch_record_parse(struct es_span json, struct es_watch_record *ret);
/* The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_watch_record_write(const struct es_watch_record *record, struct es_buf *ret);

#endif
