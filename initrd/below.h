/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root file system below the mounts of the configuration: shown at RUN_DIR/below, and cleared of the files that are
 * in the configuration now.
 */
#ifndef ES_INITRD_BELOW_H
#define ES_INITRD_BELOW_H

#include "initrd/run.h"
#include "initrd/say.h"

/* Mounts the root file system at RUN_DIR/below, read-only and without what is mounted in it. ES_OK also if it is there
 * already. */
ES_MUST_CHECK enum es_reason es_below_show(const struct es_run *run, int root);
/* The path of a folder of root below RUN_DIR/below. False: it has none there. */
enum { ES_BELOW_PATH = 512 };
bool es_below_path(const char *run_dir, int root, int target, char ret[static ES_BELOW_PATH]);
/* Whether the path leads to what fd is, and has none of the characters that separate layers in overlayfs' options. */
bool es_layer_path(const char *path, int fd);

/* Removes adopted files below the covered paths, before anything is mounted over them, if unlock found that it may.
 * Whatever fails is reported, and the boot goes on. */
void es_below_clear(const struct es_say *say, const struct es_run *run, const struct es_boot_record *record, int root);

#endif
