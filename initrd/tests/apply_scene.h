/* SPDX-License-Identifier: Apache-2.0 */
/* A root file system in a folder, and what unlock leaves for apply. */
#ifndef ES_INITRD_TESTS_APPLY_SCENE_H
#define ES_INITRD_TESTS_APPLY_SCENE_H

#include "initrd/commands.h"
#include "initrd/run.h"
#include "keys/tests/lib/mounts.h"
#include "keys/tests/lib/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define shell_ok(...) assert_int_equal(oracle_shell(state, __VA_ARGS__), 0)

static inline int setup(void **state)
{
	if (mounts_folder_make(state) != 0)
		return -1;
	return oracle_shell(state, "mkdir -p root/etc/net root/srv && echo image >root/etc/hostname");
}

/* What unlock leaves. */
static inline void unlocked(void **state, enum es_boot_state boot_state, unsigned path_count, const char *const *paths)
{
	struct es_boot_record record = { .state = boot_state, .bank = -1, .path_count = path_count };
	ES_RUN run = ES_RUN_NONE;
	char path[256];

	for (unsigned i = 0; i < path_count; i++)
		snprintf(record.paths[i], sizeof record.paths[i], "%s", paths[i]);
	snprintf(path, sizeof path, "%s/run", (const char *)*state);
	assert_int_equal(es_run_make(path, &run), ES_OK);
	assert_int_equal(es_run_mount_ram(&run), ES_OK);
	assert_int_equal(es_run_write_record(&run, &record), ES_OK);
	if (boot_state == ES_BOOT_LOCKED)
		es_run_drop(&run);
}

static inline enum es_exit apply(void **state)
{
	char run[256], root[256];
	const struct es_apply_options options = { .root = root, .run_dir = run };

	snprintf(run, sizeof run, "%s/run", (const char *)*state);
	snprintf(root, sizeof root, "%s/root", (const char *)*state);
	return es_apply(&options);
}

/* Somebody who has the disk puts a link in the place of a folder above a covered path, and takes the path away: the
 * helper, which makes the path again, must not make it where the link leads. True: it does. */
static inline bool attack_link_in_a_missing_place(void **state)
{
	const char *const paths[] = { "/etc", "/link/x" };

	shell_ok("mkdir outside && ln -s \"$PWD/outside\" root/link");
	unlocked(state, ES_BOOT_UNLOCKED, 2, paths);
	(void)apply(state);
	return oracle_shell(state, "test -e outside/x") == 0;
}

#endif
