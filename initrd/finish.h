/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The marks that PID 1 of the initramfs relies on: a command leaves its mark in the run folder as its very last act, so
 * a helper that was killed at any moment leaves none. `applied` also records the mounts, for the last check.
 */
#ifndef ES_INITRD_FINISH_H
#define ES_INITRD_FINISH_H

#include "initrd/overlay.h"
#include "keys/core/labels.h"
#include "keys/store/boot_record.h"

/* unlock finished, and the host may start: opened, or not configured. Read by initramfs-tools/scripts/etcseal. */
#define ES_FINISH_UNLOCKED "unlocked"
/* The seal alone opened the configuration, and both banks hold it: apply may remove what it replaces. */
#define ES_FINISH_MAY_REMOVE "may-remove"
/* apply finished; a line for each mount. */
#define ES_FINISH_APPLIED ES_APPLIED_NAME

/* Removes the mark, if there is one; run before each command. */
void es_finish_clear(const char *run_dir, const char *mark);
/* Whether another path covers this one: a parent of it, or the same path earlier in the list. Two overlays would share
 * an upper folder. */
bool es_covered_by_other(const struct es_boot_record *record, unsigned number);

ES_MUST_CHECK enum es_reason es_finish_unlocked(const char *run_dir, enum es_exit exit_code);

/* overlay[i] is over record->paths[i]; one without a mount isn't recorded. */
ES_MUST_CHECK enum es_reason es_finish_applied(int run_dirfd, const struct es_boot_record *record,
					       const struct es_overlay overlay[static ES_PATHS_MAX]);
/* Whether those mounts are still in place beneath root. ES_MISSING: apply didn't finish. ES_NOT_MET: *ret_path isn't
 * covered (any more). */
ES_MUST_CHECK enum es_reason es_finish_check(int run_dirfd, int root, const struct es_boot_record *record,
					     const char **ret_path);

#endif
