/* SPDX-License-Identifier: Apache-2.0 */
/* The watching service's own: watch.c waits, watch_save.c saves and tells. */
#ifndef ES_TOOLS_WATCH_H
#define ES_TOOLS_WATCH_H

#include "keys/store/watch_record.h"
#include "tools/tree_watch.h"
#include "tools/schedule.h"
#include "tools/verb.h"

struct es_watch {
	const struct es_args *args;
	const char *run_dir;
	struct es_schedule schedule;
	struct es_tree_watch changes;
	struct es_watch_record record;       /* as it stands in watch.json */
	uint64_t left_out, stripped, linked; /* as many were told of */
	int signals, mounts, lock;
	int boot; /* the boot partition, where it is mounted on demand; -1: it isn't */
	int64_t walk_at, deep_at;
};

/* Milliseconds of a clock that goes on in suspend too. */
int64_t es_watch_now(void);

/* Tries once, and brings schedule, journal and watch.json up to date. Whether it worked. */
bool es_watch_save(struct es_watch *w, enum es_count count);
/* The last one: counted, or if the TPM won't, at least saved. */
bool es_watch_save_last(struct es_watch *w);
/* Something changed that isn't saved yet. */
void es_watch_changed(struct es_watch *w);
void es_watch_tell(const struct es_watch *w); /* watch.json */

#endif
