/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounting by file descriptors (fsopen(2) and its kin, Linux 5.2): no path is looked up twice, no option text needs
 * escaping, and a mount that was never attached goes away with its descriptor.
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
	bool optional;     /* left out if the kernel doesn't know it */
};

struct es_mount_request {
	const char *type;
	const struct es_mount_option *options;
	size_t option_count;
	unsigned attributes; /* MOUNT_ATTR_… */
};

enum { ES_MOUNT_WHY = 160 };

struct es_mount_notes {
	char why[ES_MOUNT_WHY]; /* after a failure: the kernel's message, or errno's text */
	const char *next;       /* what to do then; NULL: unknown */
	int error;              /* errno with which es_mount_new failed */
	const char *left_out;   /* an optional option that the kernel refused; NULL: none */
};

/* Makes a mount that isn't attached anywhere; the caller closes *ret_fd. */
ES_MUST_CHECK enum es_reason es_mount_new(const struct es_mount_request *request, int *ret_fd,
					  struct es_mount_notes *notes);
/* Attaches it over target_fd's folder or file. */
ES_MUST_CHECK enum es_reason es_mount_attach(int mount_fd, int target_fd);
/* Detaches an attached mount. */
void es_mount_remove(int mount_fd);

/* "/proc/self/fd/N": an open descriptor as a path. */
enum { ES_FD_PATH = 32 };
void es_fd_path(int fd, char ret_path[static ES_FD_PATH]);

/* Sets notes->why to "what: " and errno's text. Returns ES_COVERED_KIND if a parent of the path isn't a folder, else
 * errno's reason. */
enum es_reason es_mount_fail(struct es_mount_notes *notes, const char *what);

#endif
