/* SPDX-License-Identifier: Apache-2.0 */
/* The helper's commands; each returns the exit code. */
#ifndef ES_INITRD_COMMANDS_H
#define ES_INITRD_COMMANDS_H

#include "initrd/sources.h"

#include <stdbool.h>

enum { ES_TPM_WAIT_MS = 10000 };

struct es_unlock_options {
	struct es_source_paths from;
	const char *run_dir;    /* NULL: ES_RUN_DIR */
	const char *tcti;       /* NULL: the kernel's TPM */
	const char *tpm_device; /* NULL: the kernel's, unless tcti names another TPM */
	int tpm_wait_ms;        /* how long to wait for it; 0: ES_TPM_WAIT_MS */
	const char *console;    /* NULL: /dev/console */
	bool ask;
	int tries;
	int idle_ms; /* -1: waits forever */
};

enum es_exit es_unlock(const struct es_unlock_options *options);

struct es_apply_options {
	const char *root;
	const char *run_dir; /* NULL: ES_RUN_DIR */
};

enum es_exit es_apply(const struct es_apply_options *options);

/* Is the configuration still mounted where apply put it? */
struct es_check_options {
	const char *root;
	const char *run_dir; /* NULL: ES_RUN_DIR */
};

enum es_exit es_check(const struct es_check_options *options);

#endif
