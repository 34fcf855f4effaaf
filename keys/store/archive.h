/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plaintext of config.cms: a tar (pax, zstd) whose first member is manifest.json, then the changed files beneath
 * tree/, which is relative to the root of the host: "tree/etc/hostname". Files, folders, symlinks, overlay whiteouts (character device 0:0)
 * and opaque folders (xattr trusted.overlay.opaque); owner, mode, times, xattrs and ACLs are kept.
 */
#ifndef ES_STORE_ARCHIVE_H
#define ES_STORE_ARCHIVE_H

#include "keys/core/buf.h"
#include "keys/store/info.h"

enum {
	ES_PATHS_MAX = 32,
	ES_PATH_TEXT = 256,
	ES_ENTRIES_MAX = 200000, /* members of an archive */
	ES_SKIPPED_NAMED = 8,    /* how many left-out files are named */
};
#define ES_UNPACKED_MAX ((uint64_t)1 << 30) /* bytes of all files together */

struct es_manifest {
	uint64_t generation;
	char host[ES_UUID_TEXT];
	char time[ES_TIME_TEXT];
	unsigned path_count;
	char paths[ES_PATHS_MAX][ES_PATH_TEXT]; /* covered, absolute, no dots, no trailing slash: "/etc" */
};

/* "/etc/..", "etc", "/", "/etc//x": ES_ARGUMENT */
ES_MUST_CHECK enum es_reason es_covered_path_check(const char *path);

struct es_pack_report {
	uint64_t entries, bytes;
	uint64_t skipped; /* sockets, devices, fifos: left out, the first few named */
	char skipped_name[ES_SKIPPED_NAMED][ES_PATH_TEXT];
};

/* Packs every covered path beneath treefd (…/tree, whose etc/ is the overlay's upper folder). A path that isn't there
 * is left out. ES_TOO_LARGE: the packed archive would be over ES_ARCHIVE_MAX. The caller owns *ret. */
ES_MUST_CHECK enum es_reason es_archive_pack(int treefd, const struct es_manifest *manifest, struct es_buf *ret,
					     struct es_pack_report *ret_report);

/* Reads the manifest only. */
ES_MUST_CHECK enum es_reason es_archive_manifest(struct es_span tar, struct es_manifest *ret);

struct es_unpack_report {
	uint64_t entries, bytes;
	char refused[ES_PATH_TEXT]; /* ES_UNSAFE, ES_TOO_LARGE: the member, printable ASCII only */
};

/* Unpacks beneath treefd, which must be empty; openat2(RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS). Everything outside the manifest's
 * covered paths, any device but a whiteout, hard link, fifo, setuid or setgid bit: ES_UNSAFE, and nothing more
 * is written. ES_TOO_LARGE: over the caps. */
ES_MUST_CHECK enum es_reason es_archive_unpack(struct es_span tar, int treefd, struct es_manifest *ret_manifest,
					       struct es_unpack_report *ret_report);

#endif
