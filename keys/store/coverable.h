/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a path of the running host can be covered. The boot helper mounts the configuration in the initramfs, when
 * only the root file system is there, and what else the initramfs mounts. On a file system that is mounted later the
 * path isn't there yet; or it is, and that mount then hides it.
 */
#ifndef ES_STORE_COVERABLE_H
#define ES_STORE_COVERABLE_H

#include "keys/core/reason.h"
#include "keys/core/scope.h"
#include "keys/core/span.h"
#include "keys/store/mounts.h"

enum es_coverable {
	ES_COVERABLE_YES,
	ES_COVERABLE_SEPARATE, /* yes, on a file system of its own: what is there can't be adopted */
	ES_COVERABLE_MISSING,  /* the path doesn't exist */
	ES_COVERABLE_KIND,     /* neither a folder nor a regular file */
	ES_COVERABLE_LINK,     /* it leads through a symlink */
	ES_COVERABLE_LATE,     /* on a file system that the boot mounts too late */
	ES_COVERABLE_COUNT
};

struct es_coverable_request {
	int root; /* of the host; readable */
	const char *path;
	struct es_span mounts; /* es_mounts_read() */
	struct es_span fstab;  /* what will be mounted; may be empty */
	struct es_span early;  /* the boot helper's list; empty: it mounted nothing but the root */
};

struct es_coverable_found {
	char real[ES_MOUNT_TEXT]; /* LINK: the path without symlinks, or "" */
	struct es_mounted on;     /* LATE, SEPARATE */
};

/* Judges a valid covered path. Paths that are covered in this boot look as if they were on another file system: the
 * caller knows them. */
enum es_coverable es_coverable(const struct es_coverable_request *request, struct es_coverable_found *ret);

/* The bytes of the files at or below the path, up to about cap; stays on its file system. */
uint64_t es_coverable_size(int root, const char *path, uint64_t cap);

#endif
