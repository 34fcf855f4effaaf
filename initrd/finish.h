/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What PID 1 of the initramfs goes by: a verb leaves its mark in the run folder as its very last act, so a helper that was
 * killed at any moment has left none. `applied` also says what was laid where, for a last look at it.
 */
#ifndef ES_INITRD_FINISH_H
#define ES_INITRD_FINISH_H

#include "initrd/overlay.h"
#include "keys/store/boot_record.h"

/* unlock came to its end, and the host may start: opened, or not configured. Read by initramfs-tools/scripts/etcseal. */
#define ES_FINISH_UNLOCKED "unlocked"
/* apply came to its end; a line for each mount. */
#define ES_FINISH_APPLIED "applied"

/* Before a verb. No mark is fine too. */
void es_finish_clear(const char *run_dir, const char *mark);
/* A path beneath another covered one, or named twice, is covered by that; overlays of the two would share an upper. */
bool es_covered_by_other(const struct es_boot_record *record, unsigned number);

ES_MUST_CHECK enum es_reason es_finish_unlocked(const char *run_dir, enum es_exit exit_code);

/* overlay[i]: over record->paths[i]; one without a mount isn't noted. */
ES_MUST_CHECK enum es_reason es_finish_applied(int run_dirfd, const struct es_boot_record *record,
					       const struct es_overlay overlay[static ES_PATHS_MAX]);
/* Whether those mounts are still what is found beneath root. ES_MISSING: apply didn't finish. ES_NOT_MET: *ret_path
 * isn't covered, or no longer. */
ES_MUST_CHECK enum es_reason es_finish_check(int run_dirfd, int root, const struct es_boot_record *record,
					     const char **ret_path);

#endif
