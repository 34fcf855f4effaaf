/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks for bytes in all memory that a process can write, and at whether it can reach swap: the kernel's own view, by
 * /proc/PID/smaps and /proc/PID/mem. And stops a child where the bytes are to be looked for.
 */
#ifndef ES_TESTLIB_PROCESS_MEMORY_H
#define ES_TESTLIB_PROCESS_MEMORY_H

#include "keys/core/secret.h"

#include <sys/resource.h>
#include <sys/types.h>

struct process_memory {
	unsigned found;          /* how often the bytes are there */
	unsigned found_unlocked; /* … where they can be swapped */
	unsigned unlocked;       /* mappings that can be swapped, whatever they hold */
	char where[256];         /* the first of found (or of found_unlocked, where there is one), for a message */
};

/* What is looked for is kept where no forked child has it; in this process itself it isn't counted. NULL: only the pages are
 * looked at. */
void process_memory_look(pid_t pid, const struct es_secret *needle, struct process_memory *ret);

/* This process becomes like root of a container, which can't lock more than that. */
bool process_limit_locks(rlim_t limit);

/* Runs body in a child, and calls look each time that it enters the system call (for exit_group: when its work is done),
 * until look returns true; then, or at its end, the child is let go. Returns its exit code, 128 + n if signal n ended it. */
struct process_stop {
	int (*body)(void *arg);
	void *arg;
	long syscall;
	bool (*look)(pid_t pid, void *context);
	void *context;
};
int process_run(const struct process_stop *stop);

#endif
