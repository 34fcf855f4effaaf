/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounting by file descriptors (fsopen(2) and its kin, Linux 5.2): no path is looked up twice, no option text has to be
 * escaped, and a mount that nobody attached is gone with its descriptor.
 */
#ifndef ES_INITRD_MOUNT_H
#define ES_INITRD_MOUNT_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"

#include <stdint.h>

#include <stdbool.h>
#include <stddef.h>

struct es_mount_option {
	const char *name;
	const char *value; /* NULL: a flag without a value */
	bool optional;     /* a kernel that doesn't know it does without */
};

struct es_mount_request {
	const char *type;
	const struct es_mount_option *options;
	size_t option_count;
	unsigned attributes; /* MOUNT_ATTR_… */
};

enum { ES_MOUNT_WHY = 160 };

struct es_mount_notes {
	char why[ES_MOUNT_WHY]; /* after a failure: what the kernel said, or errno's text */
	const char *next;       /* what to do then, where that is known; NULL */
	int error;              /* errno of what es_mount_new was refused */
	const char *left_out;   /* an optional option that the kernel didn't take; NULL: none */
};

/* A mount that isn't attached anywhere; *ret_fd is the caller's. */
ES_MUST_CHECK enum es_reason es_mount_new(const struct es_mount_request *request, int *ret_fd,
					  struct es_mount_notes *notes);
/* Attaches it over the folder that target_fd stands for. */
ES_MUST_CHECK enum es_reason es_mount_attach(int mount_fd, int target_fd);
/* Takes an attached mount away again. */
void es_mount_remove(int mount_fd);

/* A text that stands for an open descriptor wherever a path is asked for. */
enum { ES_FD_PATH = 32 };
void es_fd_path(int fd, char ret_path[static ES_FD_PATH]);

/* openat2(2) with O_CLOEXEC; -1 and errno. */
int es_open_how(int dirfd, const char *path, uint64_t flags, uint64_t resolve);
/* Notes what failed and errno's words; ES_COVERED_KIND where the way led over something that isn't a folder, else errno's reason. */
enum es_reason es_mount_fail(struct es_mount_notes *notes, const char *what);

#endif
