/* SPDX-License-Identifier: Apache-2.0 */
/* The watching service: watch.c waits for changes, watch_save.c saves and reports. */
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
	struct es_watch_record record;       /* as written to watch.json */
	uint64_t left_out, stripped, linked; /* the numbers last reported */
	int signals, mounts, lock;
	int boot; /* the boot partition, where it is mounted on demand; -1: it isn't */
	int64_t walk_at, deep_at;
	bool adopted; /* it has looked for paths that are covered for the first time */
};

/* CLOCK_BOOTTIME in milliseconds: it also counts time in suspend. */
int64_t es_watch_now(void);

/* Tries once, and updates schedule, journal and watch.json. Whether it succeeded. */
bool es_watch_save(struct es_watch *w, enum es_count count);
/* The last save: counted, or if the TPM fails, at least saved. */
bool es_watch_save_last(struct es_watch *w);
/* Notes a change that isn't saved yet. */
void es_watch_changed(struct es_watch *w);
void es_watch_write_record(const struct es_watch *w); /* writes watch.json */

#endif
