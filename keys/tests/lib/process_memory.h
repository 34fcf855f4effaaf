/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searches all memory that a process can write for bytes, and checks whether it can reach swap, by the kernel's own
 * view: /proc/PID/smaps and /proc/PID/mem. Also stops a child where it is to be searched.
 */
#ifndef ES_TESTLIB_PROCESS_MEMORY_H
#define ES_TESTLIB_PROCESS_MEMORY_H

#include "keys/core/secret.h"

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

struct process_memory {
	unsigned found;          /* how often the bytes are there */
	unsigned found_unlocked; /* … in memory that can be swapped */
	unsigned unlocked;       /* mappings that can be swapped, whatever they contain */
	char where[256];         /* the first place of found (or of found_unlocked, if there is one), for a message */
};

/* needle is in memory that no forked child has; in this process it isn't counted. NULL: only checks the pages. */
void process_memory_look(pid_t pid, const struct es_secret *needle, struct process_memory *ret);

/* Makes this process like root in a container that can't lock more than that. */
bool process_limit_locks(rlim_t limit);

/* Runs body in a child, and calls look each time that the child enters the system call (for exit_group: when its work
 * is done), until look returns true. Then, or at its end, the child is released. Returns its exit code, or 128 + n if
 * signal n ended it. */
struct process_stop {
	int (*body)(void *arg);
	void *arg;
	long syscall;
	bool (*look)(pid_t pid, void *context);
	void *context;
};
int process_run(const struct process_stop *stop);

#endif
