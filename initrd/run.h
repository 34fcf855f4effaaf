/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RUN_DIR (/run/etcseal, root only): boot.json, and ram/, a tmpfs of its own with the opened configuration:
 * ram/tree/<path> is the overlay's upper folder, ram/work/<n> its work folder, ram/adopted the list of adopted files.
 * And below/, the root file system without what covers it (below.h).
 */
#ifndef ES_INITRD_RUN_H
#define ES_INITRD_RUN_H

#include "initrd/mount.h"
#include "keys/store/boot_record.h"

#define ES_BOOT_JSON "boot.json"
enum { ES_BOOT_JSON_MAX = 64 << 10 };

struct es_run {
	int dir;                     /* RUN_DIR */
	int ram;                     /* root of the tmpfs; -1: not mounted */
	int tree;                    /* ram/tree */
	bool may_swap;               /* the kernel is too old to keep this tmpfs out of swap */
	struct es_mount_notes notes; /* after a failure */
};

#define ES_RUN ES_SCOPED(es_run_close) struct es_run
#define ES_RUN_NONE                                                                                                    \
	{                                                                                                              \
		.dir = -1, .ram = -1, .tree = -1                                                                       \
	}

/* Makes the folder, mode 0700. notes.why is set if there is something there that isn't root's own folder. */
ES_MUST_CHECK enum es_reason es_run_make(const char *path, struct es_run *run);
/* Mounts a new ram/; first throws away the one that this run has mounted. notes.why is set if an earlier run of the
 * helper has mounted it. */
ES_MUST_CHECK enum es_reason es_run_mount_ram(struct es_run *run);
/* Throws ram/ away with everything in it. */
void es_run_drop(struct es_run *run);
ES_MUST_CHECK enum es_reason es_run_write_record(const struct es_run *run, const struct es_boot_record *record);
/* Writes the image's .pcrpkey and .pcrsig, for sealing; no file for an empty one. */
ES_MUST_CHECK enum es_reason es_run_write_vendor(const struct es_run *run, struct es_span public_key,
						 struct es_span signature);
/* Writes ram/adopted; no file for an empty list. may_remove: and the mark for apply. */
ES_MUST_CHECK enum es_reason es_run_write_adopted(const struct es_run *run, struct es_span list, bool may_remove);
/* Closes the descriptors; mounts stay. */
void es_run_close(struct es_run *run);

/* For apply and check: opens what an earlier unlock left. ES_MISSING: there was none. The caller closes *run. */
ES_MUST_CHECK enum es_reason es_run_open(const char *path, struct es_run *run, struct es_boot_record *ret_record);

#endif
